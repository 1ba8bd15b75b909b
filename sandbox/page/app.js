// Puts the page together: one or two panes, kept up to date with the sandbox.

import * as api from "./api.js";
import { Bar } from "./bar.js";
import { h, reconcile } from "./dom.js";
import { Guide } from "./guide.js";
import { Pane } from "./pane.js";

const WIDE = matchMedia("(min-width: 1200px)");

class App {
  async start() {
    this.panesNode = document.getElementById("panes");
    const [state, manifest, guide] = await Promise.all([api.getState(), api.getManifest(), api.getGuide()]);
    Object.assign(this, { state, manifest });
    this.received = performance.now();
    this.panes = [];
    this.#recall();
    this.bar = new Bar(this, document.getElementById("bar"));
    this.guide = new Guide(this, document.getElementById("guide"), guide);
    this.#layOut();
    this.guide.update();
    WIDE.addEventListener("change", () => { this.layout = WIDE.matches ? "two" : "one"; this.#layOut(); });
    document.addEventListener("visibilitychange", () => this.update());
    setInterval(() => this.#tick(), 5000);
    api.watch(() => this.#refresh(), (lost) => { this.cutOff = lost; this.bar.update(); });
  }

  /** The workspace's time now, in seconds: the server's clock, carried on between refreshes. */
  now() { return this.state.now + (performance.now() - this.received) / 1000; }

  // Changes come in bursts: one fetch at a time, and one more if something changed meanwhile.
  async #refresh() {
    if (this.busy) { this.again = true; return; }
    this.busy = true;
    try {
      this.state = await api.getState();
      this.received = performance.now();
      this.update();
    } catch {
      this.cutOff = true;
      this.bar.update();
    } finally {
      this.busy = false;
    }
    if (this.again) {
      this.again = false;
      this.#refresh();
    }
  }

  update() {
    this.bar.update();
    this.guide.update();
    this.panes.forEach((pane) => pane.update());
  }

  #tick() {
    this.bar.tick();
    this.panes.forEach((pane) => pane.update());
  }

  // ---- who is where, kept in the address so that a reload or a link shows the same ----

  #recall() {
    const asked = new URLSearchParams(location.search);
    const known = (id) => this.state.people.some((person) => person.id === id);
    const staff = this.state.people[0].id;
    const lead = this.state.people.find(({ id }) => /LEAD/.test(id))?.id ?? this.state.people[1]?.id;
    const seat = (name, otherwise) => {
      const [user, place] = (asked.get(name) ?? "").split(".");
      return known(user) ? { user, place } : { user: otherwise };
    };
    this.seats = [seat("left", staff), seat("right", lead)];
    this.layout = asked.get("layout") ?? (WIDE.matches ? "two" : "one");
  }

  remember() {
    this.panes.forEach((pane, index) => { this.seats[index] = { user: pane.user, place: pane.conversation }; });
    const [left, right] = this.seats.map(({ user, place }) => (place ? `${user}.${place}` : user));
    history.replaceState(null, "", `?${new URLSearchParams({ left, right, layout: this.layout })}`);
  }

  // A person who stays keeps their pane, and with it what they were typing.
  #layOut() {
    const seats = this.layout === "two" ? this.seats : this.seats.slice(0, 1);
    this.panesNode.className = this.layout === "two" ? "two" : "one";
    const before = this.panes;
    this.panes = seats.map(({ user, place }) => before.find((pane) => pane.user === user) ?? new Pane(this, user, place));
    reconcile(this.panesNode, this.panes.map((pane) => ({ key: pane.user, signature: pane.user, build: () => pane.node })));
    this.panes.filter((pane) => !before.includes(pane)).forEach(({ list }) => { list.scrollTop = list.scrollHeight; });
    this.bar.update();
  }

  setLayout(layout) {
    this.layout = layout;
    this.#layOut();
    this.remember();
  }

  /** Show `user` in `pane`; if they have the other seat, shown or not, the two change places. */
  choose(pane, user) {
    const index = this.panes.indexOf(pane);
    this.remember();
    const other = this.seats.findIndex((seat, at) => at !== index && seat.user === user);
    if (other >= 0) [this.seats[index], this.seats[other]] = [this.seats[other], this.seats[index]];
    else this.seats[index] = { user };
    this.#layOut();
    this.remember();
    this.panes[index].node.querySelector(`[data-focus="${user}"]`)?.focus();
  }

  /** Show `user`, beside whoever is shown already, where the next step is taken. */
  show(user, place) {
    const at = this.panes.findIndex((pane) => pane.user === user);
    if (at < 0) this.choose(this.panes.at(-1), user);
    const pane = this.panes.find((one) => one.user === user);
    const there = place && (place === "home" ? "home" : pane.view.conversations.find(({ id, kind }) => id === place || kind === place)?.id);
    if (there) pane.open(there, { focus: true });
  }

  hasBegun(view) { return view.conversations.some(({ kind, messages }) => kind === "dm" && messages.length > 0); }

  /** What a newcomer reads first, in the staff member's pane, until their first check. */
  welcome(pane) {
    const command = this.manifest.commands[0]?.command;
    if (pane.user !== this.state.people[0].id || !command || this.hasBegun(pane.view)) return null;
    const beside = this.panes.length > 1 || this.layout === "two";
    return h("div", { class: "welcome" },
      h("p", { class: "welcome-lead" }, `You are the ${pane.person.name.toLowerCase()}.`, h("br"), "Type ", h("code", {}, command), " below."),
      h("p", {}, beside ? "On the right you are a safeguarding lead, and see what reaches them." : "Then change who you are, to see what reaches the others."),
      h("button", { type: "button", class: "button primary", "data-focus": "run", onclick: async ({ target }) => {
        target.setAttribute("aria-busy", "true");
        await pane.run(command);
        target.removeAttribute("aria-busy");
      } }, `Run ${command}`));
  }
}

new App().start().catch(() => {
  document.getElementById("panes").append(h("p", { class: "empty", role: "alert" }, "The sandbox is not answering. Is it running?"));
});
