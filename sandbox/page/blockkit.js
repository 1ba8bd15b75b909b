// Block Kit as accessible HTML. A surface says where the blocks are shown:
//   {kind, context, state, errors, failed, fields, send, submit}
// and `fields` gathers the inputs, so that the state of a view can be read back.

import { chart } from "./charts.js";
import { h, hidden, icon, uniqueId } from "./dom.js";
import { element } from "./elements.js";
import { link, markdown, plain, text } from "./mrkdwn.js";
import { table } from "./tables.js";

export function renderBlocks(blocks, surface) {
  return blocks.map((block) => {
    const build = BLOCKS[block.type] ?? unknown;
    const node = build(block, surface);
    node.classList.add("block", `block-${block.type}`);
    node.dataset.blockId = block.block_id ?? "";
    return node;
  });
}

/** {block_id: {action_id: raw}} of everything in `fields`, as the sandbox takes it. */
export function readState(fields) {
  const state = {};
  for (const { block, spec, read } of fields.values()) (state[block.block_id] ??= {})[spec.action_id] = read();
  return state;
}

const unknown = (block) => h("p", { class: "unknown" }, `Unknown block: ${block.type}`);

const image = (spec) => h("img", { src: spec.image_url, alt: spec.alt_text ?? "" });

function section(block, surface) {
  return h("div", {},
    h("div", { class: "section-body" },
      block.text && h("div", { class: "text" }, text(block.text, surface.context)),
      block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "text" }, text(field, surface.context))))),
    block.accessory && h("div", { class: "accessory" },
      block.accessory.type === "image" ? image(block.accessory) : element(block.accessory, block, surface).node));
}

function input(block, surface) {
  const id = uniqueId("input");
  const error = surface.errors?.[block.block_id];
  const group = ["radio_buttons", "checkboxes", "multi_static_select", "multi_users_select"].includes(block.element.type);
  const described = [block.hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  const label = {
    id, "aria-labelledby": group ? `${id}-label` : undefined, "aria-describedby": described,
    "aria-required": !block.optional && !group ? "true" : undefined, "aria-invalid": error ? "true" : undefined,
  };
  const mark = block.optional ? h("span", { class: "optional" }, " (optional)") : h("span", { class: "required", "aria-hidden": "true" }, " *");
  return h("div", { class: error ? "invalid" : "" },
    group ? h("div", { class: "label" }, h("span", { id: `${id}-label` }, plain(block.label.text)), mark)
      : h("label", { class: "label", for: id }, plain(block.label.text), mark),
    element(block.element, block, surface, label).node,
    h("p", { class: "field-error", id: `${id}-error`, role: "alert" }, error),
    block.hint && h("p", { class: "hint", id: `${id}-hint` }, plain(block.hint.text)));
}

/** Put `message` on an input that is already on the page, or take it away, without touching what was typed. */
export function setError(root, blockId, message) {
  const node = root.querySelector(`.block-input[data-block-id="${CSS.escape(blockId)}"]`);
  if (!node) return;
  node.classList.toggle("invalid", Boolean(message));
  node.querySelector(".field-error").textContent = message ?? "";
  const control = node.querySelector("[id^=input]:is(input, textarea, select)");
  if (message) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
}

function card(block, surface) {
  return h("div", {},
    block.hero_image && h("div", { class: "hero" }, image(block.hero_image)),
    h("div", { class: "card-top" },
      block.icon && image(block.icon),
      h("div", {},
        block.title && h("div", { class: "card-title" }, text(block.title, surface.context)),
        block.subtitle && h("div", { class: "card-subtitle" }, text(block.subtitle, surface.context)))),
    block.body && h("div", { class: "text" }, text(block.body, surface.context)),
    block.actions && h("div", { class: "buttons" }, block.actions.map((spec) => element(spec, block, surface).node)));
}

const LEVELS = { warning: "Warning: ", error: "Error: ", success: "Success: " };

function alert(block, surface) {
  const node = h("div", {}, icon(block.level === "error" || block.level === "warning" ? "warning" : "shield"),
    h("div", { class: "text" }, LEVELS[block.level] && hidden(LEVELS[block.level]), text(block.text, surface.context)));
  node.dataset.level = block.level ?? "default";
  return node;
}

const RICH = {
  rich_text_section: (part, surface) => h("div", { class: "text" }, part.elements.map((run) => richRun(run, surface))),
  rich_text_preformatted: (part, surface) => h("pre", {}, h("code", {}, part.elements.map((run) => richRun(run, surface)))),
  rich_text_quote: (part, surface) => h("blockquote", {}, part.elements.map((run) => richRun(run, surface))),
  rich_text_list: (part, surface) => h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent ?? 0}` },
    part.elements.map((item) => h("li", {}, item.elements.map((run) => richRun(run, surface))))),
};

export const richText = (block, surface) => h("div", {}, block.elements.map((part) => (RICH[part.type] ?? unknown)(part, surface)));

const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code" };

function richRun(run, surface) {
  const { context } = surface;
  const bare = {
    text: () => plain(run.text),
    link: () => link(run.url, run.text && plain(run.text), context),
    user: () => h("span", { class: "mention" }, `@${context.nameOf(run.user_id)}`),
    channel: () => h("span", { class: "mention" }, `#${context.channelName(run.channel_id)}`),
    broadcast: () => h("span", { class: "mention loud" }, `@${run.range}`),
    emoji: () => plain(`:${run.name}:`),
    date: () => text({ type: "mrkdwn", text: `<!date^${run.timestamp}^${run.format}|${run.fallback ?? ""}>` }, context),
  }[run.type]?.() ?? `[${run.type}]`;
  return Object.keys(TAGS).filter((name) => run.style?.[name]).reduce((inner, name) => h(TAGS[name], {}, inner), bare);
}

const BLOCKS = {
  section, input, card, alert,
  header: (block) => h("h3", {}, plain(block.text.text)),
  divider: () => h("hr"),
  context: (block, surface) => h("div", {}, block.elements.map((item) =>
    item.type === "image" ? image(item) : h("span", { class: "text" }, text(item, surface.context)))),
  actions: (block, surface) => h("div", { class: "buttons" }, block.elements.map((spec) => element(spec, block, surface).node)),
  image: (block) => h("figure", {}, block.title && h("figcaption", {}, plain(block.title.text)), image(block)),
  rich_text: richText,
  markdown: (block, surface) => h("div", {}, markdown(block.text, surface.context)),
  table: (block, surface) => table(block, surface, richText),
  data_table: (block, surface) => table(block, surface, richText),
  data_visualization: (block) => chart(block),
};
