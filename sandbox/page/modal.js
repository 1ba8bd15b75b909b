// The modals of one person: a stack, of which the top one shows. What is typed in a
// view stays while the view is the same, and survives an update by block and action.

import { problemWith } from "./api.js";
import { readState, renderBlocks, setError } from "./blockkit.js";
import { trap } from "./dialog.js";
import { h, heldIn, hidden, icon, uniqueId } from "./dom.js";
import { NO_ANSWER } from "./elements.js";
import { plain, text } from "./mrkdwn.js";

const REQUIRED = "Please complete this required field.";

export class Modals {
  /** `layer` is where they show; `behind` is made inert meanwhile; `act` does things as the person. */
  constructor({ layer, behind, context, act }) {
    Object.assign(this, { layer, behind, context, act, open: new Map(), opener: null });
  }

  update(views) {
    if (views.length && !this.open.size) this.opener = document.activeElement;
    const ids = new Set(views.map(({ id }) => id));
    for (const [id, shown] of this.open) {
      if (ids.has(id)) continue;
      shown.backdrop.remove();
      this.open.delete(id);
    }
    views.forEach((view) => this.#place(view));
    const top = views.at(-1);
    for (const [id, { backdrop }] of this.open) backdrop.hidden = id !== top?.id;
    this.behind.forEach((node) => { node.inert = views.length > 0; });
    if (top?.id !== this.top) this.#moveFocus(top && this.open.get(top.id));
    this.top = top?.id;
  }

  #place(view) {
    const shown = this.open.get(view.id);
    const look = JSON.stringify([view.hash, view.failed, view.title, view.blocks]);
    if (shown?.look === look) {
      if (JSON.stringify(shown.view.errors) !== JSON.stringify(view.errors)) this.#showErrors(shown, view);
      shown.trouble.textContent = troubleWith(view);
      shown.view = view;
      return;
    }
    const fresh = new View(this, view, shown && readState(shown.fields));
    fresh.look = look;
    this.open.set(view.id, fresh);
    if (!shown) return this.layer.append(fresh.backdrop);
    const held = heldIn(shown.backdrop);
    const scroll = shown.backdrop.querySelector(".modal-body").scrollTop;
    shown.backdrop.replaceWith(fresh.backdrop);
    fresh.backdrop.querySelector(".modal-body").scrollTop = scroll;
    if (held) fresh.focus(held);
  }

  #showErrors(shown, view) {
    const all = new Set([...Object.keys(shown.view.errors ?? {}), ...Object.keys(view.errors ?? {})]);
    all.forEach((block) => setError(shown.backdrop, block, view.errors?.[block]));
    shown.toFirstError();
  }

  // Never pull focus out of the other person's pane.
  #moveFocus(shown) {
    const pane = this.layer.closest(".pane");
    const active = document.activeElement;
    if (active && active !== document.body && !pane.contains(active)) return;
    if (shown) return shown.focus();
    const back = this.opener?.isConnected && this.opener !== document.body ? this.opener : pane.querySelector(".composer textarea, [data-rest]");
    back?.focus({ preventScroll: true });
  }
}

class View {
  constructor(stack, view, typed) {
    Object.assign(this, { stack, view, fields: new Map() });
    const title = uniqueId("modal");
    this.trouble = h("p", { class: "trouble", role: "alert" }, troubleWith(view));
    const control = (name, look, run, ...content) => h("button", { type: "button", class: look, "data-focus": name, onclick: run }, content);
    this.submitButton = view.submit && control("submit", "button primary", () => this.submit(), text(view.submit));
    this.box = h("div", { class: "modal", role: "dialog", "aria-modal": "true", "aria-labelledby": title, tabindex: "-1" },
      h("div", { class: "modal-top" },
        h("h2", { id: title }, plain(view.title.text)),
        control("cross", "icon-button", () => this.close(true), icon("close"), hidden("Dismiss window"))),
      h("div", { class: "modal-body" }, renderBlocks(view.blocks, this.#surface(typed))),
      this.trouble,
      h("div", { class: "modal-foot" },
        control("close", "button", () => this.close(false), view.close ? text(view.close) : view.submit ? "Cancel" : "Close"),
        this.submitButton));
    this.backdrop = h("div", { class: "backdrop", "data-view-id": view.id }, this.box);
    trap(this.box, () => this.close(false));
    // An error is about what was typed; typing again answers it.
    this.box.addEventListener("input", (event) => {
      const block = event.target.closest(".block-input.invalid");
      if (block) setError(this.box, block.dataset.blockId, null);
    });
  }

  #surface(typed) {
    const { view, stack } = this;
    return {
      kind: "modal", context: stack.context, errors: view.errors, failed: view.failed, fields: this.fields,
      state: merged(view.state, typed), submit: () => this.submit(),
      send: (node, what) => this.#busy(node, what.do, { ...what, surface: "modal", view_id: view.id, state: readState(this.fields) }),
    };
  }

  async submit() {
    if (!this.submitButton || this.submitButton.getAttribute("aria-busy")) return;
    const problems = [...this.fields.values()].map((field) => [field.block.block_id, problemIn(field)]);
    problems.forEach(([block, problem]) => setError(this.box, block, problem));
    if (problems.some(([, problem]) => problem)) return this.toFirstError();
    // What was wrong last time is answered; the same words coming back are new.
    this.view = { ...this.view, errors: {} };
    await this.#busy(this.submitButton, "submit", { view_id: this.view.id, state: readState(this.fields) });
  }

  close(all) {
    this.stack.act("close_modal", { view_id: this.view.id, all });
  }

  async #busy(node, verb, details) {
    node.setAttribute("aria-busy", "true");
    const answer = await this.stack.act(verb, details, { quiet: true });
    node.removeAttribute("aria-busy");
    // Errors and trouble come with the state; only what never reached the sandbox is said here.
    if (answer.ok === false) this.trouble.textContent = problemWith(answer);
  }

  focus(held) {
    const first = this.box.querySelector("[autofocus]") ?? this.box.querySelector(".block-input :is(input, textarea, select)") ?? this.box;
    ((held && this.box.querySelector(held)) || first).focus({ preventScroll: !held });
  }

  toFirstError() {
    this.box.querySelector(".invalid :is(input, textarea, select)")?.focus();
  }
}

const troubleWith = (view) => view.trouble ?? (view.failed?.length ? NO_ANSWER : "");

// The checks Slack's own client makes before it sends a view.
function problemIn({ block, spec, read }) {
  if (block.type !== "input") return null;
  const value = read();
  const empty = value === null || value.length === 0;
  if (empty) return block.optional ? null : REQUIRED;
  if (spec.type !== "plain_text_input") return null;
  if (spec.max_length && value.length > spec.max_length) return `Please use ${spec.max_length} characters or fewer.`;
  if (spec.min_length && value.length < spec.min_length) return `Please use at least ${spec.min_length} characters.`;
  return null;
}

function merged(known = {}, typed = {}) {
  const state = { ...known };
  for (const [block, values] of Object.entries(typed)) state[block] = { ...state[block], ...values };
  return state;
}
