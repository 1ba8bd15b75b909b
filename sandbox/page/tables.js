// The data_table block: a real table with a caption, paged as Slack pages it.

import { h } from "./dom.js";

const DEFAULT_PAGE = 5;

export function table(block, surface, richText) {
  const [head, ...rows] = block.rows;
  const headers = block.row_header_column_index ?? 0;
  const size = block.type === "data_table" ? block.page_size ?? DEFAULT_PAGE : rows.length;
  const cell = (value, tag, scope) => h(tag, { scope, class: value.type === "raw_number" ? "number" : undefined },
    value.type === "rich_text" ? richText(value, surface) : value.text);
  const body = h("tbody");
  const position = h("span", { "aria-live": "polite" });
  let first = 0;
  const turn = (by) => {
    first += by;
    body.replaceChildren(...rows.slice(first, first + size).map((row) => h("tr", {}, row.map((value, column) =>
      cell(value, column === headers ? "th" : "td", column === headers ? "row" : undefined)))));
    position.textContent = `Rows ${first + 1} to ${Math.min(first + size, rows.length)} of ${rows.length}`;
    back.disabled = first === 0;
    next.disabled = first + size >= rows.length;
  };
  const back = h("button", { type: "button", class: "button", onclick: () => turn(-size) }, "Previous rows");
  const next = h("button", { type: "button", class: "button", onclick: () => turn(size) }, "Next rows");
  turn(0);
  return h("div", {},
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": block.caption ?? "Table" },
      h("table", {}, block.caption && h("caption", {}, block.caption),
        h("thead", {}, h("tr", {}, head.map((value, column) => {
          const node = cell(value, "th", "col");
          node.classList.toggle("number", rows[0]?.[column]?.type === "raw_number");
          return node;
        }))), body)),
    rows.length > size && h("div", { class: "pager" }, back, position, next));
}
