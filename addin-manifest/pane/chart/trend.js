// Lines over the years: a gap where a year is missing, a hollow mark and a thin line where it is only part of one.

import { missingWords, missingOf, number, valueOf } from "../lib/numbers.js";
import { BLUE, GREY, STROKES, line, marker, patterns, svg, widthOf, words, wrap } from "./draw.js";
import { spread } from "./labels.js";
import { around } from "./scale.js";

/** Draws {title, unit, decimals, years, series:[{role, name, values}]}. */
export function trend({ data, room, height = 190 }) {
  const { width, size } = room;
  const row = size * 1.35;
  const all = data.series.flatMap((series) => series.values.map(valueOf)).filter((value) => value !== null);
  const scale = around(all, 3);
  const ticks = scale.ticks(height);
  const x0 = Math.max(...ticks.map((tick) => widthOf(tick.label, size))) + size * 0.6;
  const y0 = row * 1.2;
  const labelOf = (name, value, part) => `${name} ${number(value, data.decimals)}${part ? "※" : ""}`;
  const lasts = data.series.map((series) => lastOf(series.values));
  const wanted = data.series.map((series, k) =>
    lasts[k] === null ? 0 : widthOf(labelOf(series.name, lasts[k].value, data.years[lasts[k].index].part_year), size),
  );
  // A long name goes into two lines before it takes the room of the plot.
  const labelWidth = Math.min(Math.max(...wanted, 0), width * 0.42);
  const plot = Math.max(width - x0 - labelWidth - size * 1.7, width * 0.3);
  const step = plot / Math.max(data.years.length, 1);
  const x = (index) => x0 + step * (index + 0.5);
  const y = (value) => y0 + height - scale.at(value, height);

  const drawn = [words(0, size * 0.6, size * 0.95, `（${data.unit}）`)];
  for (const tick of ticks) {
    const at = y0 + height - tick.at;
    drawn.push(line(x0, at, x0 + plot, at, { stroke: GREY.faint, "stroke-width": 0.7 }));
    drawn.push(words(x0 - size * 0.4, at, size * 0.95, tick.label, { anchor: "end" }));
  }
  drawn.push(line(x0, y0 + height, x0 + plot, y0 + height, { stroke: GREY.ink, "stroke-width": 1.1 }));
  yearTicks(data.years, step, size).forEach((label, index) =>
    drawn.push(words(x(index), y0 + height + row * 0.75, size * 0.95, label, { anchor: "middle" })),
  );

  const series = patterns(data.series.map((one) => one.role));
  const lines = [];
  const ends = [];
  const spoken = [];
  data.series.forEach((one, k) => {
    let before = null;
    const said = [];
    const marks = [];
    data.years.forEach((year, index) => {
      const value = valueOf(one.values[index]);
      if (value === null) {
        before = null;
        said.push(`${yearWords(year)} ${missingWords(one.values[index])}`);
        return;
      }
      const point = { x: x(index), y: y(value), part: year.part_year };
      if (before) {
        const part = before.part || point.part;
        const style = STROKES[series[k]];
        const look = part ? { stroke: style.stroke, "stroke-width": 1, "stroke-dasharray": "1.5 3" } : style;
        lines.push(line(before.x, before.y, point.x, point.y, { class: part ? "segment part" : "segment", ...look }));
      }
      marks.push(marker(series[k], point.x, point.y, year.part_year));
      before = point;
      said.push(`${yearWords(year)} ${number(value, data.decimals)}`);
    });
    lines.push(...marks);
    if (lasts[k] !== null) {
      const { index, value } = lasts[k];
      ends.push({ x: x(index), y: y(value), text: labelOf(one.name, value, data.years[index].part_year), own: series[k] === 0 });
    }
    spoken.push(`${one.name}：${said.join("、")}`);
  });
  const places = spread(ends.map((end) => end.y - y0), row, height);
  ends.forEach((end, k) => {
    const at = y0 + places[k];
    drawn.push(line(end.x + 5, end.y, x0 + plot + size * 0.9, at, { stroke: "#8c8c8c", "stroke-width": 0.7 }));
    const style = { bold: end.own, colour: end.own ? BLUE : "#000000" };
    const [first] = wrap(end.text, size, labelWidth + size);
    const text = first.length < end.text.length ? `${end.text.slice(0, Math.max(first.length - 7, 3))}…${end.text.slice(end.text.lastIndexOf(" "))}` : end.text;
    drawn.push(words(x0 + plot + size * 1.1, at, size, text, style));
  });
  const alt = `折れ線グラフ。${data.title}（${data.unit}）。${spoken.join("。")}。`;
  return svg(width, y0 + height + row * 1.6, alt, drawn, lines);
}

/** Where lines have gaps, in words: 「令和8年度はどの地域も空白」. */
export function gaps(data) {
  const told = [];
  data.years.forEach((year, index) => {
    const byReason = new Map();
    for (const series of data.series) {
      if (valueOf(series.values[index]) !== null) continue;
      const { reason } = missingOf(series.values[index]);
      byReason.set(reason, [...(byReason.get(reason) ?? []), series.name]);
    }
    for (const [reason, names] of byReason) {
      const who = names.length === data.series.length ? "どの地域も" : names.join("、");
      told.push(`${year.wareki}は${who}${reason}`);
    }
  });
  return told;
}

function lastOf(values) {
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const value = valueOf(values[index]);
    if (value !== null) return { index, value };
  }
  return null;
}

function yearWords(year) {
  if (!year.part_year) return year.wareki;
  return year.months ? `${year.wareki}（${year.months}か月分）` : `${year.wareki}（途中）`;
}

/** 「令和5年度」 while there is room, else 「令和5」「6」「7」. A part-year carries ※. */
export function yearTicks(years, step, size) {
  const roomy = years.every((year) => widthOf(year.wareki, size) + size <= step);
  let eraBefore = "";
  return years.map((year) => {
    const mark = year.part_year ? "※" : "";
    if (roomy) return year.wareki + mark;
    const short = year.wareki.replace(/年度$/, "");
    const [, era, count] = /^([^\d元]*)(.*)$/.exec(short);
    const label = era === eraBefore || widthOf(short, size) > step ? count : short;
    eraBefore = era;
    return (label || short) + mark;
  });
}

