// The data_visualization block: an inline drawing, with its figures in a table for
// those who cannot see it. Series differ by pattern of mark as well as by colour.

import { h, svg, uniqueId } from "./dom.js";

const WIDTH = 480, HEIGHT = 220, LEFT = 40, BOTTOM = 44, TOP = 12, RIGHT = 10;
const tone = (index) => `tone-${index % 6}`;

export function chart(block) {
  const { type, series = [], segments = [], axis_config: axis = {} } = block.chart ?? {};
  const id = uniqueId("chart");
  const figures = type === "pie" ? segments.map(({ label, value }) => [label, value])
    : (axis.categories ?? []).map((category, index) => [category, ...series.map(({ data }) => data[index]?.value ?? "")]);
  const names = type === "pie" ? ["Value"] : series.map(({ name }) => name);
  const legend = type === "pie" ? segments.map(({ label, value }) => `${label}: ${value}`) : names;
  return h("figure", { "aria-labelledby": id },
    h("figcaption", { id }, block.title),
    type === "pie" ? pie(segments) : plot(type, series, axis),
    (type === "pie" || series.length > 1) && h("ul", { class: "legend" }, legend.map((name, index) => h("li", { class: tone(index) }, name))),
    h("table", { class: "sr-only" }, h("caption", {}, `${block.title}: figures`),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, axis.x_label ?? "Label"), names.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, figures.map(([label, ...numbers]) => h("tr", {}, h("th", { scope: "row" }, label), numbers.map((number) => h("td", {}, String(number))))))));
}

function plot(type, series, axis) {
  const categories = axis.categories ?? [];
  const all = series.flatMap(({ data }) => data.map(({ value }) => value));
  const step = niceStep(Math.max(1, ...all) / 4, all.every(Number.isInteger));
  const top = Math.ceil(Math.max(1, ...all) / step) * step;
  const floor = Math.min(0, Math.floor(Math.min(0, ...all) / step) * step);
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - floor) / (top - floor));
  const band = (WIDTH - LEFT - RIGHT) / categories.length;
  const middle = (index) => LEFT + band * (index + 0.5);
  const ticks = Array.from({ length: Math.round((top - floor) / step) + 1 }, (_, index) => floor + index * step);
  const every = Math.ceil(categories.length / 10);
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    ticks.map((value) => [
      svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }),
      svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, String(Number(value.toFixed(2)))),
    ]),
    categories.map((category, index) => index % every === 0
      && svg("text", { x: middle(index), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle" }, clipped(category, (band * every) / 8))),
    axis.x_label && svg("text", { x: (WIDTH + LEFT) / 2, y: HEIGHT - 6, "text-anchor": "middle", class: "axis" }, axis.x_label),
    axis.y_label && svg("text", { transform: `translate(11 ${(HEIGHT - BOTTOM) / 2}) rotate(-90)`, "text-anchor": "middle", class: "axis" }, axis.y_label),
    series.map(({ data }, index) => (type === "bar" ? bars : lines)(data, index, { type, series, band, middle, y, floor })));
}

function bars(data, index, { series, band, middle, y }) {
  const width = Math.min(36, (band * 0.7) / series.length);
  return data.map(({ value }, at) => svg("rect", {
    class: tone(index), rx: 2, width, x: middle(at) - (width * series.length) / 2 + width * index,
    y: Math.min(y(value), y(0)), height: Math.abs(y(value) - y(0)),
  }));
}

function lines(data, index, { type, middle, y, floor }) {
  const points = data.map(({ value }, at) => `${middle(at)},${y(value)}`).join(" ");
  const ground = type === "area" && `${middle(0)},${y(floor)} ${points} ${middle(data.length - 1)},${y(floor)}`;
  return [
    ground && svg("polygon", { class: `area ${tone(index)}`, points: ground }),
    svg("polyline", { class: tone(index), points }),
    data.map(({ value }, at) => svg("circle", { class: tone(index), cx: middle(at), cy: y(value), r: 3.5 })),
  ];
}

function pie(segments) {
  const total = segments.reduce((sum, { value }) => sum + value, 0) || 1;
  const at = (part) => [80 + 70 * Math.sin(part * 2 * Math.PI), 80 - 70 * Math.cos(part * 2 * Math.PI)].map((n) => n.toFixed(2)).join(" ");
  let start = 0;
  return svg("svg", { viewBox: "0 0 160 160", class: "pie", "aria-hidden": "true" }, segments.map(({ value }, index) => {
    const end = start + value / total;
    const path = `M80 80L${at(start)}A70 70 0 ${value / total > 0.5 ? 1 : 0} 1 ${at(end)}Z`;
    start = end;
    return segments.length === 1 ? svg("circle", { class: tone(index), cx: 80, cy: 80, r: 70 }) : svg("path", { class: tone(index), d: path });
  }));
}

// The whole label is in the table of figures.
const clipped = (label, room) => (label.length <= room ? label : `${label.slice(0, Math.max(1, Math.floor(room) - 1))}…`);

// 1, 2 or 5 times a power of ten; counts of whole things get whole steps.
function niceStep(rough, whole) {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((multiple) => multiple * power >= rough) * power;
  return whole ? Math.max(1, step) : step;
}
