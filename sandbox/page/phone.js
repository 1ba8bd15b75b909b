// A locked phone: exactly what a passer-by could read on it, and nothing else.

import { h, icon } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { ago, format } from "./time.js";

const ON_SCREEN = 3;

/** `pushes` are {at, phone, desktop}, oldest first; `context` names the people they mention. */
export function phone(pushes, now, owner, context) {
  const latest = pushes.slice(-ON_SCREEN).reverse();
  const said = (text) => h("span", {}, mrkdwn(text, context)).textContent;
  return h("section", { class: "phone", "aria-label": `Lock screen of ${owner}` },
    h("p", { class: "phone-clock", "aria-hidden": "true" }, icon("lock"), format("time", now)),
    latest.length
      ? h("ul", {}, latest.map((push, index) => h("li", { class: index ? "older" : "" },
        h("span", { class: "phone-app" }, "Slack", h("span", {}, ago(push.at, now))),
        h("span", { class: "phone-text" }, said(push.phone)))))
      : h("p", { class: "phone-empty" }, "No notifications"),
    pushes.length > ON_SCREEN && h("p", { class: "phone-more" }, `${pushes.length - ON_SCREEN} earlier`),
    desktop(latest[0], said));
}

// A computer's notification can say more than a phone's, so it can be looked at too.
// It repeats the message, so it is only on the page while somebody looks.
function desktop(push, said) {
  if (!push?.desktop || push.desktop === push.phone) return null;
  const words = h("p");
  return h("details", { class: "desktop", ontoggle: ({ target }) => { words.textContent = target.open ? said(push.desktop) : ""; } },
    h("summary", {}, "On a computer"), words);
}
