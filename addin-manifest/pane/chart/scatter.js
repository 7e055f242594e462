// The prefecture's insurers by two indicators, with dashed lines where the nation stands.

import { missingWords, number, shown, valueOf } from "../lib/numbers.js";
import { BLUE, GREY, el, line, round, svg, widthOf, words, wrap } from "./draw.js";
import { beside } from "./labels.js";
import { around } from "./scale.js";

const MARKER = 4;

/** Draws the plot; answers {tree, unnamed, missing}: insurers whose name found no room, and those without figures. */
export function scatter({ data, prefecture = "", room, height = 320 }) {
  const { width, size } = room;
  const rank = (point) => (point.role === "own" ? 0 : point.role ? 1 : 2);
  const known = data.points
    .map((point) => ({ point, x: valueOf(point.x), y: valueOf(point.y) }))
    .filter((one) => one.x !== null && one.y !== null)
    // The own area and the chosen ones get the best places.
    .sort((a, b) => rank(a.point) - rank(b.point));
  const nation = { x: valueOf(data.x.nation), y: valueOf(data.y.nation) };
  const numbers = (list, extra) => (extra === null ? list : [...list, extra]);
  const xScale = around(numbers(known.map((one) => one.x), nation.x), 5);
  const yScale = around(numbers(known.map((one) => one.y), nation.y), 4);
  const yTicks = yScale.ticks(height);
  const x0 = Math.max(...yTicks.map((tick) => widthOf(tick.label, size))) + size * 0.6;
  const nationWords = (axis) => `全国 ${number(valueOf(axis.nation), axis.decimals)}`;
  // In a task pane the nation's label goes inside the plot.
  const inside = width < 480;
  const right = nation.y === null || inside ? size * 1.6 : widthOf(nationWords(data.y), size) + size * 0.7;
  const plot = Math.max(width - x0 - right, 80);
  const titled = (axis) => `${axis.name}（${axis.unit}）`;
  const yTitle = wrap(`縦：${titled(data.y)}`, size, width);
  const xTitle = wrap(`横：${titled(data.x)}`, size, width);
  const row = size * 1.35;
  const y0 = row * (yTitle.length + 1.2);
  const at = (x, y) => ({ x: xScale.at(x, plot), y: height - yScale.at(y, height) });
  const small = size * 0.94;
  const wanted = known.map((one) => ({ ...at(one.x, one.y), w: widthOf(one.point.name, small) + 1, h: small * 1.2 }));
  const lines = [];
  if (nation.y !== null) lines.push({ x: 0, y: at(0, nation.y).y - 0.5, w: plot, h: 1 });
  if (nation.x !== null) lines.push({ x: at(nation.x, 0).x - 0.5, y: 0, w: 1, h: height });
  const places = beside(wanted, MARKER, { x: 0, y: 0, w: plot, h: height }, lines);

  const drawn = [];
  yTitle.forEach((text, k) => drawn.push(words(0, row * (k + 0.5), size, text)));
  xTitle.forEach((text, k) =>
    drawn.push(words(width / 2, y0 + height + row * (1.9 + k), size, text, { anchor: "middle" })),
  );
  drawn.push(el("rect", { x: round(x0), y: round(y0), width: round(plot), height, fill: "none", stroke: "#787878", "stroke-width": 0.8 }));
  const xTicks = xScale.ticks(plot);
  const every = xTicks.length * widthOf("00.0 ", size) > plot ? 2 : 1;
  xTicks.forEach((tick, k) => {
    drawn.push(line(x0 + tick.at, y0, x0 + tick.at, y0 + height, { stroke: GREY.faint, "stroke-width": 0.5 }));
    if (k % every === 0) {
      drawn.push(words(x0 + tick.at, y0 + height + row * 0.7, size * 0.95, tick.label, { anchor: "middle" }));
    }
  });
  for (const tick of yTicks) {
    const y = y0 + height - tick.at;
    drawn.push(line(x0, y, x0 + plot, y, { stroke: GREY.faint, "stroke-width": 0.5 }));
    drawn.push(words(x0 - size * 0.4, y, size * 0.95, tick.label, { anchor: "end" }));
  }
  const dashed = { class: "nation", stroke: "#000000", "stroke-width": 1.3, "stroke-dasharray": "6 4" };
  if (nation.x !== null) {
    const x = x0 + at(nation.x, 0).x;
    drawn.push(line(x, y0, x, y0 + height, dashed));
    drawn.push(words(x, y0 - size * 0.7, size, nationWords(data.x), { anchor: "middle" }));
  }
  if (nation.y !== null) {
    const y = y0 + at(0, nation.y).y;
    drawn.push(line(x0, y, x0 + plot, y, dashed));
    if (inside) drawn.push(words(x0 + plot - 4, y - size * 0.8, size, nationWords(data.y), { anchor: "end" }));
    else drawn.push(words(x0 + plot + size * 0.4, y, size, nationWords(data.y)));
  }
  const marks = known.map((one) => {
    const { x, y } = at(one.x, one.y);
    const [cx, cy] = [round(x0 + x), round(y0 + y)];
    if (one.point.role === "own") return el("circle", { class: "own", cx, cy, r: 6, fill: BLUE, stroke: "#ffffff", "stroke-width": 1.4 });
    if (one.point.role) return el("rect", { class: "other", x: cx - 4, y: cy - 4, width: 8, height: 8, fill: "#5a5a5a" });
    return el("circle", { class: "plain", cx, cy, r: 3.6, fill: "#ffffff", stroke: "#3c3c3c", "stroke-width": 1.3 });
  });
  // The own mark lies on top.
  drawn.push(...marks.reverse());
  const unnamed = [];
  const spoken = [];
  known.forEach((one, k) => {
    const said = `${one.point.name}（${shown(one.point.x, data.x.decimals)}、${shown(one.point.y, data.y.decimals)}）`;
    const own = one.point.role === "own";
    spoken.push(said);
    if (places[k] === null) unnamed.push(said);
    else {
      const { x, y, h } = places[k];
      drawn.push(words(x0 + x, y0 + y + h / 2, small, one.point.name, { bold: own, colour: own ? BLUE : "#000000", halo: true }));
    }
  });
  const missing = [data.x, data.y]
    .filter((axis) => valueOf(axis.nation) === null)
    .map((axis) => `全国の${axis.name} ${missingWords(axis.nation)}`);
  for (const point of data.points.filter((one) => valueOf(one.x) === null || valueOf(one.y) === null)) {
    missing.push(`${point.name}（${shown(point.x, data.x.decimals)}、${shown(point.y, data.y.decimals)}）`);
  }
  const nations = [data.x, data.y].map((axis) => `${axis.name} ${shown(axis.nation, axis.decimals)}`).join("、");
  const alt = `散布図。${data.title}（${data.year}）。${prefecture}横軸は${titled(data.x)}、縦軸は${titled(data.y)}。全国は${nations}。${spoken.join("、")}。`;
  return { tree: svg(width, y0 + height + row * (1.9 + xTitle.length), alt, drawn), unnamed, missing };
}
