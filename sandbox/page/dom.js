// Small helpers for building and updating the page. Text always goes in as text
// nodes, so nothing a message says can become markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" && "value" in node) node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

let counter = 0;
export const uniqueId = (prefix) => `${prefix}-${++counter}`;

export const hidden = (text) => h("span", { class: "sr-only" }, text);

// Line icons drawn here, so that the page needs no image files.
const ICONS = {
  shield: "M12 3l7 3v5c0 4.6-2.9 8.2-7 10-4.1-1.8-7-5.4-7-10V6z",
  plus: "M12 5v14M5 12h14",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  close: "M6 6l12 12M18 6L6 18",
  reply: "M9 7l-5 5 5 5M4 12h10a6 6 0 0 1 6 6v1",
  send: "M4 12l16-8-6 16-3-7z",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.01",
};

export const icon = (name) =>
  svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, svg("path", { d: ICONS[name] }));

/**
 * Make the children of `parent` be `items`, in order, rebuilding only those whose
 * signature changed: what a person is reading, typing or focusing elsewhere stays put.
 * Each item is {key, signature, build: () => Element}. Answers the nodes put in the place of others.
 */
export function reconcile(parent, items) {
  const present = new Map([...parent.children].map((node) => [node._key, node]));
  let cursor = parent.firstElementChild;
  const replaced = [];
  for (const { key, signature, build } of items) {
    let node = present.get(key);
    present.delete(key);
    if (node && node._signature === signature) {
      if (node === cursor) cursor = cursor.nextElementSibling;
      else parent.insertBefore(node, cursor);
      continue;
    }
    const fresh = build();
    fresh._key = key;
    fresh._signature = signature;
    if (node) {
      if (node === cursor) cursor = cursor.nextElementSibling;
      replaceKeepingFocus(node, fresh);
      replaced.push(fresh);
    } else parent.insertBefore(fresh, cursor);
  }
  present.forEach((node) => node.remove());
  return replaced;
}

/** One keyed child: rebuild the only content of `parent` when `signature` changes. */
export const show = (parent, signature, build) => reconcile(parent, [{ key: "only", signature, build }]);

/** The control that has focus inside `root`, in a form that survives rebuilding, or null. */
export function heldIn(root) {
  const active = document.activeElement;
  if (!root.contains(active)) return null;
  const { focus, actionId } = active.closest("[data-focus], [data-action-id]")?.dataset ?? {};
  if (focus) return `[data-focus="${CSS.escape(focus)}"]`;
  const block = active.closest("[data-block-id]")?.dataset.blockId;
  // The block counts too: the next question's "Yes" is not the button that was pressed.
  return actionId ? `[data-block-id="${CSS.escape(block)}"] [data-action-id="${CSS.escape(actionId)}"]` : ":scope";
}

// Focus goes to the same control if it is still there, else to its message or view,
// so that a keyboard user is not thrown back to the top of the page.
function replaceKeepingFocus(old, fresh) {
  const held = heldIn(old);
  old.replaceWith(fresh);
  if (!held) return;
  const target = fresh.querySelector(held) ?? fresh.querySelector("[data-rest]") ?? fresh;
  if (!target.matches("button, input, textarea, select, a[href], [tabindex]")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}
