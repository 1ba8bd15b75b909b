// The bar along the top: the workspace's clock, its troubles, and the bot's health.

import { control, startAgain } from "./api.js";
import { h, icon, show } from "./dom.js";
import { format } from "./time.js";

const STEPS = [["+1 min", 60], ["+5 min", 300], ["+15 min", 900], ["+1 hour", 3600], ["+1 day", 86_400]];

export class Bar {
  /** `app` gives {state, now(), wide(), layout, setLayout(layout)}. */
  constructor(app, node) {
    this.app = app;
    this.clock = h("time", { class: "clock", "aria-label": "Workspace time" });
    this.status = h("p", { class: "bot-status", role: "status" });
    this.trouble = h("div", { class: "complaints" });
    this.down = toggle("Slack down", () => control({ down: !app.state.down }));
    this.two = toggle("Side by side", () => app.setLayout(app.layout === "two" ? "one" : "two"));
    this.two.classList.add("only-wide");
    const restart = h("button", { type: "button", class: "button", onclick: async () => {
      restart.setAttribute("aria-busy", "true");
      await control({ restart_bot: true });
      restart.removeAttribute("aria-busy");
    } }, "Restart the bot");
    this.again = h("button", { type: "button", class: "button", hidden: true, onclick: async () => {
      if (!confirm("Start again? Everything in this workspace is deleted.")) return;
      this.again.setAttribute("aria-busy", "true");
      await startAgain();
      location.replace(location.pathname);
    } }, "Start again");
    node.append(
      h("p", { class: "brand" }, icon("shield"), h("strong", {}, "share-check"), h("span", {}, "practice workspace")),
      h("details", { class: "controls", open: matchMedia("(min-width: 700px)").matches },
        h("summary", {}, "Clock and controls"),
        h("div", { class: "control-row" },
          h("div", { class: "time", role: "group", "aria-label": "Move time forward" }, this.clock,
            STEPS.map(([label, seconds]) => h("button", { type: "button", class: "button", onclick: () => control({ forward: seconds }) }, label))),
          this.down, restart, this.again, this.two)),
      this.trouble, this.status);
    this.update();
  }

  update() {
    const { state } = this.app;
    this.tick();
    this.down.setAttribute("aria-checked", String(state.down));
    this.two.setAttribute("aria-checked", String(this.app.layout === "two"));
    this.again.hidden = !state.starts_again;
    const { running, connections } = state.bot;
    const [tone, words] = this.app.cutOff ? ["bad", "The sandbox is not answering"]
      : state.down ? ["bad", "Slack is down"]
      : state.deaf ? ["bad", "Bot hears nothing"]
      : !running ? ["bad", "Bot is not running"]
      : connections === 0 && state.delivery !== "http" ? ["wait", "Bot is starting"]
      : ["good", "Bot is running"];
    show(this.status, words, () => h("span", { class: `dot ${tone}` }, words));
    const complaints = state.complaints ?? [];
    show(this.trouble, JSON.stringify(complaints), () => (complaints.length
      ? h("details", {}, h("summary", {}, `Complaints (${complaints.length})`),
        h("ul", { "aria-label": "What Slack would object to" }, complaints.map((text) => h("li", {}, text))))
      : h("span")));
  }

  tick() {
    const now = this.app.now();
    this.clock.textContent = `${format("clock", now)}, ${format("time", now)}`;
    this.clock.dateTime = new Date(now * 1000).toISOString();
  }
}

const toggle = (label, change) => h("button", { type: "button", class: "switch", role: "switch", "aria-checked": "false", onclick: change },
  h("span", { class: "track", "aria-hidden": "true" }), label);
