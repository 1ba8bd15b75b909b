// Block Kit's interactive elements. Each builder answers {node, read}: the control
// and a function giving its raw value as the sandbox wants it, null for nothing chosen.

import { h, hidden, icon, uniqueId } from "./dom.js";
import { confirmed } from "./dialog.js";
import { openMenu } from "./menu.js";
import { text } from "./mrkdwn.js";
import { epochInLondon, londonLocal } from "./time.js";

/** Build one element. `surface` knows whose it is and carries what is done with it. */
export function element(spec, block, surface, label) {
  const builder = BUILDERS[spec.type];
  if (!builder) return { node: h("p", { class: "unknown" }, `Unknown element: ${spec.type}`), read: () => null };
  const kept = surface.state?.[block.block_id]?.[spec.action_id];
  const chose = block.type !== "input" || block.dispatch_action ? () => choose(spec, block, surface, built) : () => {};
  const built = builder(spec, { block, surface, label, kept, chose });
  (built.control ?? built.node).dataset.actionId = spec.action_id ?? "";
  const address = `${block.block_id}/${spec.action_id}`;
  if (surface.failed?.includes(address)) {
    built.node = h("span", { class: "with-warning" }, built.node, h("span", { class: "inline-warning" }, icon("warning"), hidden("No response")));
  }
  if (spec.type !== "button" && spec.type !== "overflow") surface.fields?.set(address, { block, spec, read: built.read });
  return built;
}

export const NO_ANSWER = "This app did not respond. Try again.";

/** Said once under a message or page of which some control went unanswered. */
export const failure = () => h("p", { class: "failure", role: "alert" }, icon("warning"), NO_ANSWER);

const words = (object) => object?.text ?? "";
const isLong = (spec) => words(spec.text).length > 30;

async function choose(spec, block, surface, built) {
  if (!(await confirmed(spec.confirm, built.node))) return;
  surface.send(built.node, { do: "choose", block_id: block.block_id, action_id: spec.action_id, value: built.read() });
}

function button(spec, { block, surface }) {
  const press = async () => {
    if (!(await confirmed(spec.confirm, node))) return;
    surface.send(node, { do: "press", block_id: block.block_id, action_id: spec.action_id });
    if (spec.url && !surface.context.follow(spec.url)) window.open(spec.url, "_blank", "noopener");
  };
  const node = h("button", {
    type: "button", class: `button ${spec.style ?? ""}`, "aria-label": spec.accessibility_label, title: isLong(spec) && words(spec.text), onclick: press,
  }, text(spec.text));
  return { node, read: () => null };
}

function textInput(spec, { block, label, kept, chose, surface }) {
  const value = kept ?? spec.initial_value ?? "";
  const common = {
    ...label, value, placeholder: words(spec.placeholder), autofocus: spec.focus_on_load,
    onkeydown: (event) => {
      // Slack submits a form with Enter in a single line and Ctrl or Cmd and Enter in several.
      if (event.key !== "Enter" || (spec.multiline && !event.ctrlKey && !event.metaKey)) return;
      event.preventDefault();
      if (block.dispatch_action) chose();
      else surface.submit?.();
    },
  };
  const control = spec.multiline ? h("textarea", { ...common, rows: 4 }) : h("input", { ...common, type: "text", autocomplete: "off" });
  const read = () => control.value || null;
  if (!spec.max_length) return { node: control, read };
  const left = h("span", { class: "counter" });
  const count = () => {
    const remaining = spec.max_length - control.value.length;
    // Said when it starts to matter.
    left.textContent = remaining < 100 ? `${remaining} characters left` : "";
    left.classList.toggle("over", remaining < 0);
  };
  control.addEventListener("input", count);
  count();
  return { node: h("div", { class: "counted" }, control, left), read, control };
}

function numberInput(spec, { label, kept }) {
  const node = h("input", {
    ...label, type: "number", value: kept ?? spec.initial_value ?? "", min: spec.min_value, max: spec.max_value,
    step: spec.is_decimal_allowed ? "any" : 1, placeholder: words(spec.placeholder),
  });
  return { node, read: () => node.value || null };
}

// A native select: right on a phone, known to every screen reader.
function select(spec, { label, kept, chose }, options, initial) {
  const groups = spec.option_groups;
  const item = (option) => h("option", { value: option.value }, words(option.text));
  const node = h("select", { ...label, "aria-label": label ? undefined : words(spec.placeholder) || "Choose", onchange: chose },
    h("option", { value: "" }, words(spec.placeholder) || "Choose an option"),
    groups ? groups.map((group) => h("optgroup", { label: words(group.label) }, group.options.map(item))) : options.map(item));
  node.value = kept ?? initial ?? "";
  return { node, read: () => node.value || null };
}

function choices(type, spec, { label, kept, chose, surface }, options, initial) {
  const name = uniqueId("choice");
  const chosen = new Set([].concat(kept ?? initial ?? []));
  const node = h("div", {
    ...label, id: undefined, role: type === "radio" ? "radiogroup" : "group", class: "choices",
    "aria-label": label ? undefined : words(spec.placeholder) || "Choose",
  }, options.map((option) => {
    const note = option.description && uniqueId("about");
    return h("label", { class: "choice" },
      h("input", { type, name, value: option.value, checked: chosen.has(option.value), onchange: chose, "aria-describedby": note }),
      h("span", {}, text(option.text, surface.context),
        option.description && h("small", { id: note }, text(option.description, surface.context))));
  }));
  const ticked = () => [...node.querySelectorAll("input:checked")].map((input) => input.value);
  return { node, read: () => (type === "radio" ? ticked()[0] ?? null : ticked()) };
}

function overflow(spec, { block, surface }) {
  const pick = async (option) => {
    if (!(await confirmed(spec.confirm, node))) return;
    surface.send(node, { do: "choose", block_id: block.block_id, action_id: spec.action_id, value: option.value });
    if (option.url && !surface.context.follow(option.url)) window.open(option.url, "_blank", "noopener");
  };
  const node = h("button", { type: "button", class: "button square", "aria-label": "More options", "aria-haspopup": "menu" }, icon("more"));
  node.addEventListener("click", () => openMenu(node, spec.options.map((option) => ({ label: words(option.text), run: () => pick(option) }))));
  return { node, read: () => null };
}

function dated(type, spec, { label, kept, chose }, initial, convert = (value) => value) {
  const node = h("input", { ...label, type, value: kept ?? initial ?? "", onchange: chose, "aria-label": label ? undefined : words(spec.placeholder) || "Date" });
  return { node, read: () => (node.value ? convert(node.value) : null) };
}

const people = (surface) => surface.context.people().map(({ id, name }) => ({ value: id, text: { text: name } }));
const values = (options) => options?.map((option) => option.value);
const flat = (spec) => spec.options ?? (spec.option_groups ?? []).flatMap((group) => group.options);

const BUILDERS = {
  button,
  overflow,
  plain_text_input: textInput,
  number_input: numberInput,
  static_select: (spec, given) => select(spec, given, spec.options ?? [], spec.initial_option?.value),
  users_select: (spec, given) => select(spec, given, people(given.surface), spec.initial_user),
  radio_buttons: (spec, given) => choices("radio", spec, given, spec.options, spec.initial_option?.value),
  checkboxes: (spec, given) => choices("checkbox", spec, given, spec.options, values(spec.initial_options)),
  multi_static_select: (spec, given) => choices("checkbox", spec, given, flat(spec), values(spec.initial_options)),
  multi_users_select: (spec, given) => choices("checkbox", spec, given, people(given.surface), spec.initial_users),
  datepicker: (spec, given) => dated("date", spec, given, spec.initial_date),
  timepicker: (spec, given) => dated("time", spec, given, spec.initial_time),
  datetimepicker: (spec, given) => dated("datetime-local", spec,
    { ...given, kept: given.kept && londonLocal(Number(given.kept)) },
    spec.initial_date_time && londonLocal(spec.initial_date_time), epochInLondon),
};
