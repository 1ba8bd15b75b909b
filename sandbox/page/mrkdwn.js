// Slack's mrkdwn, as DOM nodes. Messages are untrusted text: nothing here parses HTML.

import { h } from "./dom.js";
import { slackDate } from "./time.js";

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", warning: "⚠️", lock: "🔒", bell: "🔔", telephone_receiver: "📞",
  phone: "☎️", information_source: "ℹ️", eyes: "👀", hourglass: "⌛", rotating_light: "🚨", red_circle: "🔴",
  large_orange_circle: "🟠", large_green_circle: "🟢", large_blue_circle: "🔵", clipboard: "📋", calendar: "📅",
};
const SAFE_LINK = /^(https?:|mailto:|tel:|slack:)/i;

const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const emoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);

/** Words with line breaks kept, and nothing else interpreted. */
export function plain(text) {
  return emoji(text ?? "").split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

const words = (text) => plain(unescape(text));

/** A text object ({type, text}) or a bare mrkdwn string. */
export function text(object, context) {
  if (object === undefined || object === null) return [];
  if (typeof object === "string") return mrkdwn(object, context);
  return object.type === "mrkdwn" ? mrkdwn(object.text ?? "", context) : plain(object.text);
}

// What starts a line decides its block: a fence, a quote, a list item or a paragraph.
export function mrkdwn(source, context) {
  const nodes = [];
  source.split(/```\n?([\s\S]*?)\n?```/).forEach((part, index) => {
    if (index % 2) nodes.push(h("pre", {}, h("code", {}, unescape(part))));
    else if (part) nodes.push(...lines(part.replace(/^\n|\n$/g, ""), context));
  });
  return nodes;
}

const KINDS = [
  ["quote", /^(?:&gt;|>) ?/, (rows, context) => h("blockquote", {}, joined(rows, context))],
  ["ul", /^\s*[•◦-] +/, (rows, context) => h("ul", {}, rows.map((row) => h("li", {}, inline(row, context))))],
  ["ol", /^\s*\d+[.)] +/, (rows, context, first) => h("ol", { start: parseInt(first, 10) }, rows.map((row) => h("li", {}, inline(row, context))))],
];

function lines(source, context) {
  const groups = [];
  for (const line of source.split("\n")) {
    const [kind, mark, build] = KINDS.find(([, pattern]) => pattern.test(line)) ?? ["p", /^/, null];
    const group = groups.at(-1)?.kind === kind ? groups.at(-1) : groups[groups.push({ kind, build, rows: [], first: line }) - 1];
    group.rows.push(line.replace(mark, ""));
  }
  return groups.flatMap(({ build, rows, first }, index) => {
    if (build) return [build(rows, context, first)];
    // A blank line beside a list or quote is only the gap between them.
    if (index && rows[0] === "") rows.shift();
    return joined(rows, context);
  });
}

const joined = (rows, context) => rows.flatMap((row, index) => (index ? [h("br"), ...inline(row, context)] : inline(row, context)));

const edge = (mark) => `(?<![A-Za-z0-9${mark}])\\${mark}(?=\\S)([^${mark}\\n]*[^${mark}\\s])\\${mark}(?![A-Za-z0-9${mark}])`;
const INLINE = new RegExp(["`([^`\\n]+)`", "<([^<>\\n]+)>", edge("*"), edge("_"), edge("~")].join("|"));

function inline(source, context) {
  const found = INLINE.exec(source);
  if (!found) return source ? words(source) : [];
  const [whole, code, reference, bold, italic, strike] = found;
  const inner = (tag, body) => h(tag, {}, inline(body, context));
  const node = code ? h("code", {}, unescape(code))
    : reference ? angle(reference, context)
    : bold ? inner("strong", bold)
    : italic ? inner("em", italic)
    : inner("s", strike);
  return [...words(source.slice(0, found.index)), node, ...inline(source.slice(found.index + whole.length), context)];
}

// <...>: a person, a channel, a special mention, a date or a link.
function angle(reference, context) {
  const [target, label] = splitOnce(reference, "|");
  if (target[0] === "@") return h("span", { class: "mention" }, `@${context?.nameOf(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target[0] === "#") return h("span", { class: "mention" }, `#${context?.channelName(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("!date^")) {
    const [, epoch, pattern] = target.split("^");
    return h("time", { datetime: new Date(epoch * 1000).toISOString() }, slackDate(Number(epoch), pattern, context?.now() ?? Date.now() / 1000));
  }
  if (target[0] === "!") return h("span", { class: "mention loud" }, `@${label ?? target.slice(1).split("^")[0]}`);
  return SAFE_LINK.test(target) ? link(unescape(target), label && words(label), context) : h("span", {}, label ?? `<${reference}>`);
}

export function link(url, label, context) {
  if (!SAFE_LINK.test(url)) return h("span", {}, label ?? url);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", onclick: (event) => {
    if (context?.follow?.(url)) event.preventDefault();
  } }, label ?? url.replace(/^(mailto|tel):/, ""));
}

function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** The markdown block: headings, lists, quotes and **bold**, by way of mrkdwn. */
export function markdown(source, context) {
  return source.split(/\n{2,}/).map((paragraph) => {
    const heading = /^(#{1,6}) +(.*)$/.exec(paragraph);
    if (heading) return h("h4", {}, plain(heading[2]));
    const slackish = paragraph
      .replace(/(?<![*\w])\*(?!\*)([^*\n]+)\*(?![*\w])/g, "_$1_")
      .replace(/\*\*([^*\n]+)\*\*/g, "*$1*")
      .replace(/~~([^~\n]+)~~/g, "~$1~")
      .replace(/\[([^\]\n]+)\]\(([^)\s]+)\)/g, "<$2|$1>");
    return h("div", { class: "paragraph" }, mrkdwn(slackish, context));
  });
}
