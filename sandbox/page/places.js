// Beside and above the conversation: who the person could be, where they can go, and their phone.

import { h, icon, show } from "./dom.js";
import { avatar, badge } from "./messages.js";
import { phone } from "./phone.js";

export const HOME = "home";

const unreadOf = (view) => (view?.conversations ?? []).reduce((sum, { unread }) => sum + unread, 0);

/** Everyone in the workspace, to change who this pane is, with what each has not read. */
export function showRoles(pane) {
  const { people, views } = pane.app.state;
  const roles = people.map(({ id, name }) => ({ id, name, unread: unreadOf(views[id]) }));
  show(pane.roles, JSON.stringify([roles, pane.user]), () => h("div", { class: "role-row" },
    h("span", { class: "you-are", "aria-hidden": "true" }, "You are"),
    roles.map(({ id, name, unread }) => h("button", {
      type: "button", class: "role", "aria-pressed": String(id === pane.user), "data-focus": id, "data-choose-role": id,
      onclick: () => pane.app.choose(pane, id),
    }, avatar(name), h("span", { class: "role-name" }, name), id !== pane.user && badge(unread)))));
}

/** Channels, the app's messages and Home tab, and the locked phone. */
export function showPlaces(pane) {
  const { conversations, pushes } = pane.view;
  const now = pane.app.now();
  const look = conversations.map(({ id, name, unread }) => [id, name, unread]);
  show(pane.links, JSON.stringify([look, pane.conversation]), () => {
    const of = (wanted) => conversations.filter(({ kind }) => (kind === "dm") === wanted);
    return h("div", {},
      group("Channels", of(false).map((place) => entry(pane, place, place.kind === "private" ? icon("lock") : "#"))),
      group("Apps", [
        ...of(true).map((place) => entry(pane, place, icon("shield"))),
        pane.app.manifest.home && entry(pane, { id: HOME, name: "Home", unread: 0 }, icon("home")),
      ]));
  });
  show(pane.phone, JSON.stringify([pushes, Math.floor(now / 60)]), () => phone(pushes, now, pane.person.name, pane.context));
}

const group = (title, rows) => rows.some(Boolean) && h("div", { class: "places" }, h("h2", {}, title), rows);

const entry = (pane, { id, name, unread }, sign) => h("button", {
  type: "button", class: unread ? "place unread" : "place", "data-conversation": id, "data-focus": `place-${id}`,
  "aria-current": id === pane.conversation ? "page" : undefined, onclick: () => pane.open(id),
}, h("span", { class: "sign", "aria-hidden": "true" }, sign), h("span", { class: "place-name" }, name), badge(unread));
