// The list of deviations from the nation: one bar an indicator, longest above first, 同程度 as a grey band.

import { number } from "../lib/numbers.js";
import { BLUE, GREY, el, line, round, svg, tiles, widthOf, words, wrap } from "./draw.js";

/** Bars reach no further than this multiple: one wild figure must not flatten all others. */
const FURTHEST = 2;

export const VERDICTS = { above: "↑上回る", similar: "→同程度", below: "↓下回る" };

/** Draws entries {label, ratio, verdict, unstable}, far above the nation first. */
export function deviations({ title, entries, thresholds, room, id }) {
  const { width, size } = room;
  const sorted = [...entries].sort((a, b) => b.ratio - a.ratio || (a.label < b.label ? -1 : 1));
  const row = size * 1.35;
  const narrow = width < size * 30;
  const valueWidth = widthOf("10.00倍", size) + size * 0.5;
  const verdictWidth = widthOf("↑上回る", size) + size * 0.4;
  const right = valueWidth + verdictWidth;
  const longest = Math.max(...sorted.map((entry) => widthOf(entry.label, size)), 0);
  // In a task pane the label stands over its bar, else beside it.
  const labelWidth = narrow ? width : Math.min(longest + size, width * 0.42);
  const x0 = narrow ? 2 : labelWidth + size * 0.5;
  const plot = Math.max(width - x0 - right, 60);

  const least = Math.min(thresholds.below - 0.1, ...sorted.map((entry) => entry.ratio));
  const most = Math.max(thresholds.above + 0.1, ...sorted.map((entry) => entry.ratio));
  const lo = Math.min(Math.max(Math.floor(least * 4) / 4, 0), 0.75);
  const hi = Math.min(Math.max(Math.ceil(most * 4) / 4, 1.25), FURTHEST);
  const at = (ratio) => ((Math.min(Math.max(ratio, lo), hi) - lo) / (hi - lo)) * plot;
  const quarters = Math.round((hi - lo) * 4);
  const every = quarters * widthOf("全国", size) * 1.4 < plot ? 1 : 2;
  const first = Math.round(lo * 4);

  const top = size * 1.9;
  const rows = [];
  const spoken = [];
  let y = top;
  for (const entry of sorted) {
    const label = wrap(entry.label, size, labelWidth);
    const height = narrow ? row * (label.length + 1) : row * label.length + size * 0.3;
    const middle = narrow ? y + row * label.length + row / 2 : y + height / 2;
    const thick = size * 0.85;
    const from = Math.min(at(entry.ratio), at(1));
    const to = Math.max(at(entry.ratio), at(1));
    const mark = entry.unstable ? "unstable" : (entry.verdict ?? "similar");
    const style = {
      above: { fill: BLUE, stroke: BLUE },
      below: { fill: `url(#${id}-below)`, stroke: "#000000" },
      unstable: { fill: "#ffffff", stroke: "#5a5a5a", "stroke-dasharray": "3 2" },
      similar: { fill: "#aaaaaa", stroke: "#6e6e6e" },
    }[mark];
    const bold = mark === "above" || mark === "below";
    const value = `${number(entry.ratio, entry.ratio_decimals)}倍`;
    const verdict = entry.unstable ? "少数" : (VERDICTS[entry.verdict] ?? "");
    label.forEach((part, k) =>
      rows.push(
        words(0, narrow ? y + row * (k + 0.55) : middle + (k - (label.length - 1) / 2) * row, size, part, { bold, halo: narrow }),
      ),
    );
    rows.push(
      el("rect", {
        class: "bar",
        "data-mark": mark,
        x: round(x0 + from),
        y: round(middle - thick / 2),
        width: round(Math.max(to - from, 0.8)),
        height: round(thick),
        "stroke-width": 1.1,
        ...style,
      }),
    );
    if (entry.ratio > hi || entry.ratio < lo) {
      // A cut bar: two white strokes across its end.
      const x = entry.ratio > hi ? x0 + to - 14 : x0 + from + 8;
      for (const k of [0, 5]) {
        rows.push(
          line(x + k, middle + thick / 2 + 2, x + k + 4, middle - thick / 2 - 2, {
            class: "cut",
            stroke: "#ffffff",
            "stroke-width": 2.2,
          }),
        );
      }
    }
    rows.push(words(x0 + plot + valueWidth - size * 0.3, middle, size, value, { anchor: "end", bold }));
    rows.push(words(x0 + plot + valueWidth + size * 0.2, middle, size, verdict, { bold }));
    spoken.push(`${entry.label} ${value} ${verdict}`);
    y += height;
  }
  const bottom = y;
  const under = [
    el("rect", {
      x: round(x0 + at(thresholds.below)),
      y: round(top),
      width: round(at(thresholds.above) - at(thresholds.below)),
      height: round(bottom - top),
      fill: "#eeeeee",
    }),
  ];
  const ticks = [];
  for (let quarter = first; quarter <= first + quarters; quarter += 1) {
    if (quarter % every !== 0) continue;
    const x = x0 + at(quarter / 4);
    under.push(line(x, top, x, bottom, { stroke: GREY.faint, "stroke-width": 0.6 }));
    const label = quarter === 4 ? "全国" : number(quarter / 4, 2);
    const half = widthOf(label, size * 0.92) / 2;
    ticks.push({ x: Math.max(x, half), half, label });
  }
  // 「全国」 always has its place; a number that would touch it, or one before it, is left out.
  const kept = [];
  for (const tick of [...ticks.filter((one) => one.label === "全国"), ...ticks.filter((one) => one.label !== "全国")]) {
    if (kept.every((other) => Math.abs(other.x - tick.x) >= other.half + tick.half + 4)) kept.push(tick);
  }
  for (const tick of kept) under.push(words(tick.x, size * 0.9, size * 0.92, tick.label, { anchor: "middle" }));
  const nation = line(x0 + at(1), top, x0 + at(1), bottom, { stroke: "#000000", "stroke-width": 1.5 });
  const alt = `横棒グラフ。${title}。全国を1とした倍率の大きい順。${spoken.join("、")}。`;
  return svg(width, bottom + size * 0.4, alt, tiles(id, ["below"]), under, narrow ? [nation, rows] : [rows, nation]);
}
