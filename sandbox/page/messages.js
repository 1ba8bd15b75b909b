// One message, and a list of them, as Slack shows them.

import { renderBlocks } from "./blockkit.js";
import { h, hidden, icon, reconcile } from "./dom.js";
import { failure } from "./elements.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { dayHeading, format, sameDay } from "./time.js";

const GROUPED_WITHIN = 300; // seconds in which one author's messages share a heading

const NUMBERS = { one: "1", two: "2", second: "2" };

export function avatar(name, bot = false) {
  const words = name.toLowerCase().split(" ").filter((word) => !/^(of|the|it|runs|from|another)$/.test(word));
  // A number tells people apart better than a second letter, and reads best last.
  const initials = bot ? icon("shield") : words.slice(0, 2).map((word) => NUMBERS[word] ?? word[0].toUpperCase()).sort().reverse();
  const tone = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) % 8;
  return h("span", { class: `avatar ${bot ? "bot" : `hue-${tone}`}`, "aria-hidden": "true" }, initials);
}

/** Fill `list` with `messages`, or with `empty` ({signature, build}). `pane` says what may be done with them. */
export function showMessages(list, channel, messages, pane, { inThread = false, empty } = {}) {
  // Whoever reads the newest message, or the top of a tall one that has just changed, is kept up to date.
  const follows = list.scrollHeight - list.scrollTop - list.clientHeight < 80 || list._shownFrom === list.scrollTop;
  const before = list.lastElementChild?._key;
  const items = [];
  const today = format("date_num", pane.context.now());
  let previous = null;
  for (const message of messages) {
    const epoch = Number(message.ts);
    if (!inThread && !(previous && sameDay(Number(previous.ts), epoch))) {
      const day = dayHeading(epoch, pane.context.now());
      items.push({ key: `day-${format("date_num", epoch)}`, signature: day, build: () => h("div", { class: "day" }, h("span", {}, day)) });
    }
    const grouped = previous && previous.from.id === message.from.id && !message.ephemeral && !previous.ephemeral
      && epoch - Number(previous.ts) < GROUPED_WITHIN && sameDay(Number(previous.ts), epoch);
    items.push({
      key: message.ts,
      signature: JSON.stringify([message, Boolean(grouped), today]), // "today" in a message becomes "yesterday"
      build: () => messageNode(channel, message, pane, { grouped, inThread }),
    });
    previous = message;
  }
  if (!items.length && empty) items.push({ key: "empty", ...empty });
  const [changed] = reconcile(list, items).slice(-1);
  const grew = list.lastElementChild?._key !== before;
  if (!follows && !(grew && messages.at(-1)?.from.id === pane.user)) return;
  const top = list.scrollTop;
  list.scrollTop = list.scrollHeight;
  if (changed && !grew && isNewest(changed)) showFromTop(list, changed);
  else if (!grew && list._shownFrom === top) list.scrollTop = top;
}

const isNewest = (message) => !message.nextElementSibling || (message.nextElementSibling.matches(".ephemeral") && isNewest(message.nextElementSibling));

function showFromTop(list, message) {
  const above = list.getBoundingClientRect().top - message.getBoundingClientRect().top;
  if (above <= 0) return;
  list.scrollTop -= above;
  list._shownFrom = list.scrollTop;
}

function messageNode(channel, message, pane, { grouped, inThread }) {
  const epoch = Number(message.ts);
  const time = format("time", epoch);
  const surface = {
    kind: "message", context: pane.context, failed: message.failed, state: message.state,
    send: (node, what) => pane.send(node, { ...what, surface: "message", channel, ts: message.ts }),
  };
  const content = message.deleted ? h("p", { class: "deleted" }, "This message was deleted.")
    : message.blocks?.length ? renderBlocks(message.blocks, surface)
    : h("div", { class: "text" }, mrkdwn(message.text ?? "", pane.context));
  const classes = ["message", grouped && "grouped", message.ephemeral && "ephemeral"].filter(Boolean).join(" ");
  return h("article", { class: classes, "data-ts": message.ts, "data-rest": true, tabindex: "-1", "aria-label": `${message.from.name}, ${time}` },
    message.ephemeral && h("p", { class: "only-you" }, icon("eye"), "Only visible to you"),
    avatar(message.from.name, message.from.bot),
    h("div", { class: "message-body" },
      h("div", { class: "message-top" },
        h("span", { class: "author" }, message.from.name),
        message.from.bot && h("span", { class: "app-mark" }, "App"),
        h("time", { datetime: new Date(epoch * 1000).toISOString() }, time)),
      content,
      message.failed?.length > 0 && failure(),
      message.edited && !message.deleted && h("span", { class: "edited" }, "(edited)"),
      !inThread && message.reply_count > 0 && h("button", {
        type: "button", class: "replies", "data-focus": "replies", onclick: () => pane.openThread(message.ts),
      }, message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`)),
    !message.ephemeral && !message.deleted && tools(channel, message, pane, inThread));
}

function tools(channel, message, pane, inThread) {
  const shortcuts = pane.shortcuts("message").map((shortcut) => ({
    label: shortcut.name, note: shortcut.description,
    run: () => pane.act("message_shortcut", { callback_id: shortcut.callback_id, channel, ts: message.ts }),
  }));
  const own = message.from.id === pane.user
    ? [{ label: "Delete message", run: () => pane.act("delete", { channel, ts: message.ts }) }] : [];
  const more = h("button", { type: "button", class: "icon-button", "aria-label": "More actions", "aria-haspopup": "menu", "data-focus": "more" }, icon("more"));
  more.addEventListener("click", () => openMenu(more, [...shortcuts, ...own]));
  return h("div", { class: "tools" },
    !inThread && h("button", {
      type: "button", class: "icon-button", "aria-label": "Reply in thread", "data-focus": "reply",
      onclick: () => pane.openThread(message.ts),
    }, icon("reply")),
    more);
}

/** A count beside a name, read out as "3 unread". */
export const badge = (count) => (count ? h("span", { class: "badge" }, String(count), hidden(" unread")) : null);
