// Dialogs that belong to one pane: the other person's pane stays usable beside it.

import { h, uniqueId } from "./dom.js";
import { plain, text } from "./mrkdwn.js";

const FOCUSABLE = "button:not([disabled]), a[href], input:not([disabled]), textarea, select, [tabindex='0']";

/** Keep Tab inside `dialog`, and Esc calling `close`. */
export function trap(dialog, close) {
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
    if (event.key !== "Tab") return;
    const stops = [...dialog.querySelectorAll(FOCUSABLE)].filter((node) => node.offsetParent !== null);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge && document.activeElement !== dialog) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  });
}

/** Slack's confirm object as a question: true if there is none, or the person says yes. */
export function confirmed(confirm, near) {
  if (!confirm) return Promise.resolve(true);
  const before = document.activeElement;
  return new Promise((resolve) => {
    const answer = (yes) => {
      backdrop.remove();
      (before?.isConnected ? before : near).focus?.();
      resolve(yes);
    };
    const title = uniqueId("confirm");
    const box = h("div", { class: "modal small", role: "alertdialog", "aria-modal": "true", "aria-labelledby": title, "aria-describedby": `${title}-text` },
      h("h2", { id: title, class: "modal-top" }, plain(confirm.title.text)),
      h("div", { class: "modal-body", id: `${title}-text` }, text(confirm.text)),
      h("div", { class: "modal-foot" },
        h("button", { type: "button", class: "button", onclick: () => answer(false) }, text(confirm.deny)),
        h("button", { type: "button", class: `button ${confirm.style === "danger" ? "danger" : "primary"}`, onclick: () => answer(true) }, text(confirm.confirm))));
    const backdrop = h("div", { class: "backdrop over" }, box);
    trap(box, () => answer(false));
    near.closest(".pane").append(backdrop);
    box.querySelector("button").focus();
  });
}
