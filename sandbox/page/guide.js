// What to try next, and as whom: a line above the panes that goes on by itself once the step has been taken.

import { h, icon, show } from "./dom.js";

const CLOSED = "guide-closed";

export class Guide {
  /** `steps` are {as, say, until}: who acts, what to try, and words that somebody sees once it is done. */
  constructor(app, node, steps) {
    Object.assign(this, { app, node, steps, at: 0, closed: sessionStorage.getItem(CLOSED) === "yes" });
  }

  update() {
    while (this.at < this.steps.length && this.#isDone(this.steps[this.at])) this.at += 1;
    const step = this.closed ? null : this.steps[this.at];
    this.node.hidden = !step;
    if (!step) return;
    show(this.node, `${this.at}`, () => h("div", { class: "guide-step" },
      h("p", {}, h("strong", {}, `Try this (${this.at + 1} of ${this.steps.length}). `), step.say),
      h("button", { type: "button", class: "button small", onclick: () => this.app.show(step.as, step.place) }, `Be ${this.#name(step.as)}`),
      h("button", { type: "button", class: "button small", onclick: () => { this.at += 1; this.update(); } }, "Next"),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close the guide", onclick: () => this.#close() }, icon("close"))));
  }

  #name(id) { return this.app.state.people.find((person) => person.id === id)?.name ?? id; }

  #isDone({ until }) { return JSON.stringify(this.app.state.views).includes(until); }

  #close() {
    this.closed = true;
    sessionStorage.setItem(CLOSED, "yes");
    this.update();
  }
}
