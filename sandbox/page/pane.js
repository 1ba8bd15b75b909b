// One person's Slack: their conversations, messages, thread, Home tab, modals and phone.

import * as api from "./api.js";
import { readState, renderBlocks } from "./blockkit.js";
import { composer } from "./composer.js";
import { h, icon, show } from "./dom.js";
import { failure } from "./elements.js";
import { showMessages } from "./messages.js";
import { Modals } from "./modal.js";
import { HOME, showPlaces, showRoles } from "./places.js";

const NOTICE_LASTS = 120; // seconds of workspace time

export class Pane {
  /** `app` gives {state, manifest, now(), choose(pane, user), welcome(pane), hasBegun(view), remember()}. */
  constructor(app, user, conversation) {
    Object.assign(this, { app, user, conversation: conversation ?? null, thread: null });
    Object.assign(this, { own: [], dismissed: new Set(), reading: new Set(), homeFields: new Map() });
    this.roles = h("nav", { class: "roles", "aria-label": "Who you are here" });
    this.side = h("nav", { class: "side", "aria-label": "Conversations" });
    this.links = h("div", { class: "links" });
    this.phone = h("div", { class: "phone-place" });
    this.side.append(this.links, this.phone);
    this.heading = h("header", { class: "conversation-top" });
    this.list = h("div", { class: "messages", role: "log", "aria-live": "polite", "aria-label": "Messages", tabindex: "0" });
    this.home = h("div", { class: "home" });
    this.notices = h("div", { class: "notices", "aria-live": "polite" });
    this.foot = h("div", { class: "foot" });
    this.main = h("div", { class: "conversation" }, this.heading, this.list, this.home, this.notices, this.foot);
    this.aside = h("aside", { class: "thread", "aria-label": "Thread", hidden: true });
    this.layer = h("div", { class: "layer" });
    this.body = h("div", { class: "pane-body" }, this.side, this.main, this.aside, this.layer);
    this.node = h("section", { class: "pane", "data-role": user }, this.roles, this.body);
    this.context = {
      now: () => app.now(), people: () => app.state.people, follow: (url) => this.follow(url),
      nameOf: (id) => this.#personNamed(id), channelName: (id) => this.view.conversations.find((one) => one.id === id)?.name,
    };
    this.modals = new Modals({
      layer: this.layer, behind: [this.side, this.main, this.aside], context: this.context,
      act: (verb, details, options) => this.act(verb, details, options),
    });
    this.#stayAtEnd();
    this.update();
    if (this.conversation === HOME) this.act("open_home", {});
  }

  get view() { return this.app.state.views[this.user] ?? { conversations: [], modals: [], pushes: [], notices: [] }; }
  get person() { return this.app.state.people.find(({ id }) => id === this.user); }
  get current() { return this.view.conversations.find(({ id }) => id === this.conversation); }

  // Whoever reads the newest message keeps reading it when the room for messages changes.
  #stayAtEnd() {
    const { list } = this;
    let atEnd = true;
    list.addEventListener("scroll", () => { atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80; });
    new ResizeObserver(() => { if (atEnd) list.scrollTop = list.scrollHeight; }).observe(list);
  }

  #personNamed(id) {
    if (id === this.app.state.bot.id) return this.app.state.bot.name;
    return this.app.state.people.find((person) => person.id === id)?.name;
  }

  shortcuts(type) { return this.app.manifest.shortcuts.filter((shortcut) => shortcut.type === type); }

  // ---- doing things ----

  /** Act as this person. Unless `quiet`, what went wrong is said above the composer. */
  async act(verb, details, { quiet = false } = {}) {
    const answer = await api.act(this.user, verb, details);
    const problem = api.problemWith(answer);
    if (problem && !quiet) this.say(problem);
    return answer;
  }

  /** An action of an element in a message or on the Home tab, shown as busy until answered. */
  async send(node, what) {
    if (node.getAttribute("aria-busy")) return;
    node.setAttribute("aria-busy", "true");
    const answer = await this.act(what.do, what, { quiet: true });
    node.removeAttribute("aria-busy");
    // A missing answer is marked on the control itself; only what never got that far is said here.
    if (answer.ok === false) this.say(api.problemWith(answer));
  }

  say(text) {
    this.own.push({ at: this.app.now(), text });
    this.#showNotices();
  }

  async run(command, text = "") {
    const channel = this.current?.id;
    return !api.problemWith(await this.act("command", { command, text, channel }));
  }

  // ---- going places ----

  open(conversation, { focus = false } = {}) {
    this.conversation = conversation;
    this.thread = null;
    this.list.replaceChildren();
    if (conversation === HOME) this.act("open_home", {});
    this.update();
    this.list.scrollTop = this.list.scrollHeight;
    if (focus) this.main.querySelector(".composer textarea, .messages")?.focus();
    this.app.remember();
  }

  openThread(ts) {
    this.thread = ts;
    this.aside.replaceChildren();
    this.update();
    this.aside.querySelector("textarea")?.focus();
  }

  closeThread() {
    const ts = this.thread;
    this.thread = null;
    this.update();
    this.list.querySelector(`[data-ts="${ts}"]`)?.focus();
  }

  /** Links to somewhere in this workspace open here, in this person's pane. True if it was one. */
  follow(url) {
    const ids = url.match(/[A-Z][A-Z0-9]{4,}/g) ?? [];
    const direct = this.view.conversations.find(({ kind }) => kind === "dm")?.id;
    const known = this.view.conversations.find(({ id }) => ids.includes(id))?.id
      ?? (/^slack:/i.test(url) || ids.includes(this.app.state.bot.id) ? direct : undefined);
    if (!known) return false;
    this.open(/tab=home/.test(url) ? HOME : known, { focus: true });
    const [, seconds, micros] = /\bp(\d{10})(\d{6})\b/.exec(url) ?? [];
    const message = seconds && this.list.querySelector(`[data-ts="${seconds}.${micros}"]`);
    message?.scrollIntoView({ block: "center" });
    message?.focus();
    return true;
  }

  // ---- showing ----

  update() {
    this.node.setAttribute("aria-label", this.person.name);
    if (!this.current && this.conversation !== HOME) this.conversation = this.#firstPlace();
    showRoles(this);
    showPlaces(this);
    this.main.dataset.showing = this.conversation;
    const atHome = this.conversation === HOME;
    this.list.hidden = atHome;
    this.home.hidden = !atHome;
    if (atHome) this.#showHome();
    else this.#showConversation();
    this.#showThread();
    this.#showNotices();
    this.modals.update(this.view.modals ?? []);
    this.#markRead();
  }

  // Leads wait for checks in their channel; everyone else starts where people talk.
  #firstPlace() {
    const kinds = ["private", "public", "dm"];
    const [first] = [...this.view.conversations].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
    return first?.id ?? HOME;
  }

  #showHeading(title, note) {
    show(this.heading, `${title}${note}`, () => h("div", {}, h("h1", {}, title), note && h("p", {}, note)));
  }

  #showConversation() {
    const place = this.current;
    if (!place) return;
    const name = place.kind === "dm" ? place.name : `#${place.name}`;
    this.#showHeading(name, { dm: "App", private: "Private channel", public: "Everyone" }[place.kind]);
    const messages = place.messages.filter(({ ts, thread_ts: thread }) => !thread || thread === ts);
    showMessages(this.list, place.id, messages, this, {
      empty: { signature: `${place.id} ${this.app.hasBegun(this.view)}`, build: () => this.#welcome(place) },
    });
    const readOnly = place.kind === "dm" && this.app.manifest.messages_read_only;
    show(this.foot, `${this.user} ${place.id}`, () => (readOnly
      ? h("p", { class: "read-only" }, "Sending messages to this app has been turned off.")
      : composer({
        label: `Message ${name}`, commands: this.app.manifest.commands,
        shortcuts: () => this.#globalShortcuts(),
        run: (command, text) => this.run(command, text),
        send: async (text) => !api.problemWith(await this.act("post", { channel: place.id, text })),
        refuse: (text) => this.say(text),
      })));
  }

  #globalShortcuts() {
    const shortcuts = this.shortcuts("global").map(({ name, description, callback_id }) => ({
      label: name, note: description, run: () => this.act("shortcut", { callback_id }),
    }));
    const commands = this.app.manifest.commands.map(({ command, description }) => ({ label: command, note: description, run: () => this.run(command) }));
    return [...shortcuts, ...commands];
  }

  // An empty place says what it is for; the first one says what to do.
  #welcome(place) {
    return this.app.welcome(this) ?? h("p", { class: "empty" }, {
      dm: "Messages from the app appear here, for you alone.",
      private: "When a check needs a safeguarding lead, it appears here.",
      public: "Nothing has been said here yet.",
    }[place.kind]);
  }

  #showHome() {
    this.#showHeading(this.app.state.bot.name, "Home");
    this.foot.replaceChildren();
    const view = this.view.home;
    show(this.home, JSON.stringify([view, this.user]), () => {
      this.homeFields.clear();
      if (!view) return h("p", { class: "empty" }, "Nothing here yet. The app is putting this page together.");
      return h("div", { "data-view-id": view.id }, view.failed?.length > 0 && failure(), renderBlocks(view.blocks, {
        kind: "home", context: this.context, failed: view.failed, state: view.state, fields: this.homeFields,
        send: (node, what) => this.send(node, { ...what, surface: "home", state: readState(this.homeFields) }),
      }));
    });
  }

  #showThread() {
    const place = this.current;
    const parent = place?.messages.find(({ ts }) => ts === this.thread);
    this.aside.hidden = !parent;
    this.node.classList.toggle("with-thread", Boolean(parent));
    if (!parent) return;
    if (!this.aside.firstChild) {
      this.threadList = h("div", { class: "messages", role: "log", "aria-live": "polite", "aria-label": "Thread messages", tabindex: "0" });
      this.aside.append(
        h("header", { class: "conversation-top" }, h("h2", {}, "Thread"),
          h("button", { type: "button", class: "icon-button", "aria-label": "Leave thread", onclick: () => this.closeThread() }, icon("close"))),
        this.threadList,
        h("div", { class: "foot" }, composer({
          label: "Reply", commands: this.app.manifest.commands, inThread: true,
          send: async (text) => !api.problemWith(await this.act("post", { channel: place.id, text, thread_ts: parent.ts })),
          refuse: (text) => this.say(text),
        })));
      this.aside.onkeydown = (event) => { if (event.key === "Escape") this.closeThread(); };
    }
    const replies = place.messages.filter(({ ts, thread_ts: thread }) => thread === parent.ts && ts !== parent.ts);
    showMessages(this.threadList, place.id, [parent, ...replies], this, { inThread: true });
  }

  #showNotices() {
    const now = this.app.now();
    const theirs = this.view.notices ?? [];
    const repeated = (one) => theirs.some(({ at, text }) => text === one.text && Math.abs(at - one.at) < 10);
    const fresh = [...theirs, ...this.own.filter((one) => !repeated(one))]
      .filter(({ at, text }) => now - at < NOTICE_LASTS && !this.dismissed.has(`${at} ${text}`)).slice(-3);
    const dismiss = ({ at, text }) => {
      this.dismissed.add(`${at} ${text}`);
      this.#showNotices();
    };
    show(this.notices, JSON.stringify(fresh), () => h("div", {}, fresh.map((one) => h("p", { class: "notice" },
      icon("warning"), h("span", {}, one.text),
      h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss notice", onclick: () => dismiss(one) }, icon("close"))))));
  }

  // What is on the screen has been read. Asked once for each newest message.
  #markRead() {
    const place = this.current;
    const key = `${place?.id} ${place?.messages.at(-1)?.ts} ${place?.unread}`;
    if (!place?.unread || document.visibilityState !== "visible" || this.reading.has(key)) return;
    this.reading.add(key);
    api.act(this.user, "read", { channel: place.id });
  }
}
