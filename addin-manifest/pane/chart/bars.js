// Grouped bars: indicators of one unit, a bar an area, its name and value beside it, so no legend is needed.

import { number, missingWords, valueOf } from "../lib/numbers.js";
import { EDGES, el, fill, line, patterns, round, svg, tiles, widthOf, words, wrap } from "./draw.js";
import { fromNought } from "./scale.js";

/** Draws the figures of one year; the indicators share a unit. `room` = {width, size} in px. */
export function groupedBars({ title, indicators, areas, year, room, id }) {
  const { width, size } = room;
  const row = size * 1.45;
  const longest = Math.max(...areas.map((area) => widthOf(area.name, size)), 0);
  const nameWidth = Math.min(longest + 2, width * 0.34);
  const x0 = nameWidth + size * 0.6;
  const figureOf = (indicator, area) => indicator.values?.[area]?.[year];
  const label = (indicator, area) => {
    const figure = figureOf(indicator, area);
    const value = valueOf(figure);
    return value === null ? missingWords(figure) : number(value, indicator.decimals);
  };
  const labels = indicators.flatMap((indicator) => areas.map((_, area) => label(indicator, area)));
  const room4value = Math.max(...labels.map((text) => widthOf(text, size)), size * 3) + size * 0.6;
  const plot = Math.max(width - x0 - room4value, 40);
  const values = indicators.flatMap((indicator) => areas.map((_, area) => valueOf(figureOf(indicator, area))));
  const scale = fromNought(values.filter((value) => value !== null), 5);
  const series = patterns(areas.map((area) => area.role));

  const drawn = [];
  const spoken = [];
  let y = 0;
  for (const indicator of indicators) {
    for (const part of wrap(indicator.name, size, width)) {
      drawn.push(words(0, y + row / 2, size, part, { bold: true }));
      y += row;
    }
    const top = y;
    areas.forEach((area, index) => {
      const own = series[index] === 0;
      const value = valueOf(figureOf(indicator, index));
      const text = label(indicator, index);
      const names = wrap(area.name, size, nameWidth);
      const height = row * names.length;
      const middle = y + height / 2;
      const length = value === null ? 0 : scale.at(value, plot) - scale.at(0, plot);
      names.forEach((name, k) =>
        drawn.push(words(nameWidth, y + row * (k + 0.5), size, name, { anchor: "end", bold: own })),
      );
      if (value !== null) {
        drawn.push(
          el("rect", {
            class: "bar",
            x: round(x0 + Math.min(length, 0)),
            y: round(middle - row * 0.36),
            width: round(Math.max(Math.abs(length), 0.8)),
            height: round(row * 0.72),
            fill: fill(id, series[index]),
            stroke: EDGES[series[index]],
            "stroke-width": 1.1,
          }),
        );
      }
      drawn.push(words(x0 + Math.max(length, 0) + size * 0.4, middle, size, text, { bold: own }));
      spoken.push(`${indicator.name} ${area.name} ${text}`);
      y += height;
    });
    drawn.push(line(x0, top - 1, x0, y + 1, { stroke: "#000000", "stroke-width": 1.2 }));
    y += size * 0.6;
  }
  const unit = indicators[0]?.unit ?? "";
  const alt = `横棒グラフ。${title}（${unit}）。${spoken.join("、")}。`;
  return svg(width, y, alt, tiles(id, series), drawn);
}
