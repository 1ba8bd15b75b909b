// Where a person types: an ordinary message, or a slash command with suggestions.

import { h, icon, uniqueId } from "./dom.js";
import { openMenu } from "./menu.js";

/**
 * `commands` are the app's slash commands (none in a thread, as in Slack).
 * `send(text)` posts, `run(command, text)` runs; both answer true if the box may be cleared.
 */
export function composer({ label, commands, inThread, shortcuts, send, run, refuse }) {
  const listId = uniqueId("suggestions");
  const box = h("textarea", {
    rows: 1, placeholder: label, "aria-label": label, "data-focus": inThread ? "thread-composer" : "composer",
    "aria-autocomplete": "list", "aria-controls": listId,
  });
  const list = h("ul", { class: "suggestions", id: listId, role: "listbox", "aria-label": "Commands", hidden: true });
  let offered = [];
  let at = -1;

  const suggest = () => {
    const typed = box.value;
    offered = /^\/\S*$/.test(typed) && !inThread ? commands.filter(({ command }) => command.startsWith(typed)) : [];
    at = offered.length ? 0 : -1;
    paint();
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
    button.disabled = !typed.trim();
  };
  const paint = () => {
    list.hidden = !offered.length;
    list.replaceChildren(...offered.map(({ command, description, usage_hint: hint }, index) => h("li", {
      id: `${listId}-${index}`, role: "option", "aria-selected": String(index === at),
      onpointerdown: (event) => { event.preventDefault(); pick(index); },
    }, h("strong", {}, command), hint && h("code", {}, hint), h("span", {}, description))));
    if (at < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", `${listId}-${at}`);
  };
  const pick = (index) => {
    box.value = `${offered[index].command} `;
    suggest();
    box.focus();
  };
  const submit = async () => {
    const typed = box.value.trim();
    if (!typed) return;
    const [word, ...rest] = typed.split(/\s+/);
    const isCommand = word.startsWith("/");
    if (isCommand && inThread) return refuse(`${word} does not work in threads.`);
    if (isCommand && !commands.some(({ command }) => command === word)) return refuse(`${word} is not a valid command.`);
    box.value = "";
    suggest();
    const done = await (isCommand ? run(word, rest.join(" ")) : send(typed));
    // Slack gives back what it could not send, unless the person has already typed on.
    if (done || box.value) return;
    box.value = typed;
    button.disabled = false;
  };
  const keys = (event) => {
    if (offered.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length;
      paint();
    } else if (offered.length && event.key === "Escape") {
      offered = [];
      at = -1;
      paint();
    } else if (event.key === "Tab" && offered.length && !event.shiftKey && offered[at].command !== box.value) {
      event.preventDefault();
      pick(at);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (offered.length && offered[at].command !== box.value) pick(at);
      else submit();
    }
  };
  box.addEventListener("input", suggest);
  box.addEventListener("keydown", keys);
  box.addEventListener("blur", () => { list.hidden = true; });
  box.addEventListener("focus", suggest);

  const button = h("button", { type: "button", class: "icon-button send", "aria-label": "Post message", disabled: true, onclick: submit }, icon("send"));
  return h("div", { class: "composer" }, list, shortcuts && shortcutsButton(shortcuts), box, button);
}

function shortcutsButton(shortcuts) {
  const node = h("button", { type: "button", class: "icon-button", "aria-label": "Shortcuts", title: "Shortcuts", "aria-haspopup": "menu" }, icon("plus"));
  node.addEventListener("click", () => openMenu(node, shortcuts()));
  return node;
}
