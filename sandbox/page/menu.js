// A small drop-down menu, used for shortcuts, message actions and overflow elements.

import { h } from "./dom.js";

/** Open a menu under `opener`. Items are {label, note, run}. */
export function openMenu(opener, items) {
  const close = (restore = true) => {
    menu.remove();
    opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside);
    if (restore) opener.focus();
  };
  const outside = (event) => { if (!menu.contains(event.target)) close(false); };
  const step = (event) => {
    const entries = [...menu.querySelectorAll("[role=menuitem]")];
    const at = entries.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      entries[(next + entries.length) % entries.length].focus();
    }
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
    if (event.key === "Tab") close(false);
  };
  const menu = h("div", { class: "menu", role: "menu", onkeydown: step },
    items.length === 0 && h("p", {}, "Nothing here."),
    items.map(({ label, note, run }) => h("button", {
      type: "button", role: "menuitem", tabindex: "-1", onclick: () => { close(); run(); },
    }, label, note && h("small", {}, note))));
  const pane = opener.closest(".pane");
  pane.append(menu);
  place(menu, opener.getBoundingClientRect(), pane.getBoundingClientRect());
  opener.setAttribute("aria-expanded", "true");
  // On the next turn: the click that opened the menu must not close it.
  setTimeout(() => document.addEventListener("pointerdown", outside));
  menu.querySelector("[role=menuitem]")?.focus();
}

// Below the opener where there is room, else above it, and always inside its pane.
function place(menu, near, pane) {
  const below = near.bottom + menu.offsetHeight + 8 < pane.bottom;
  menu.style.top = `${below ? near.bottom - pane.top + 4 : near.top - pane.top - menu.offsetHeight - 4}px`;
  menu.style.left = `${Math.max(8, Math.min(near.left - pane.left, pane.width - menu.offsetWidth - 8))}px`;
}
