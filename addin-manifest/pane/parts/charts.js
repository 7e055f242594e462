// The charts of a preview: which are drawn is decided as for the handout (src/handout/view/pictures.rs).

import { groupedBars } from "../chart/bars.js";
import { deviations } from "../chart/deviations.js";
import { rowNames } from "../chart/names.js";
import { scatter } from "../chart/scatter.js";
import { gaps, trend } from "../chart/trend.js";
import { draw, h, newId, small } from "../lib/dom.js";
import { valueOf, yearInFull } from "../lib/numbers.js";

/** Blocks of at most this many indicators of one unit are drawn as grouped bars; longer ones as deviations. */
const BARS_UP_TO = 6;
/** More lines than own, prefecture, nation and these cannot be told apart in a small chart. */
const OTHER_LINES = 2;
const SUMMARY = 9;

/** A figure that is drawn anew when its room changes. `make(room, id)` answers a tree. */
export function figure(caption, make, ...notes) {
  const box = h("div", { class: "chart-box" });
  const id = newId("c");
  let drawn = 0;
  const paint = () => {
    const width = Math.min(Math.floor(box.clientWidth), 760);
    if (width < 120 || Math.abs(width - drawn) < 6) return;
    drawn = width;
    const size = 0.875 * parseFloat(getComputedStyle(document.documentElement).fontSize);
    box.replaceChildren(draw(make({ width, size }, id)));
  };
  new ResizeObserver(paint).observe(box);
  return h("figure", {}, box, h("figcaption", {}, caption), notes);
}

function entryOf(label, indicator) {
  const ratio = indicator.ratio;
  if (typeof ratio !== "number" || !Number.isFinite(ratio) || ratio < 0) return null;
  return { ...indicator, label };
}

function thresholdsOf(preview) {
  return preview.thresholds ?? { above: 1.15, below: 0.85 };
}

export function mainIndex(preview) {
  return preview.years.findIndex((year) => year.form_year === preview.main_year);
}

/** What stands out, with the leading rates for scale; null when nothing could be compared. */
export function summaryChart(preview) {
  const leads = [];
  const rest = [];
  for (const block of preview.blocks) {
    const adjusted = block.indicators.findIndex((indicator) => indicator.adjusted);
    const names = rowNames(block.indicators);
    block.indicators.forEach((indicator, index) => {
      const entry = entryOf(names[index].anywhere, indicator);
      if (!entry || entry.unstable) return;
      if (adjusted >= 0 && (index === 0 || index === adjusted)) leads.push(entry);
      else rest.push(entry);
    });
  }
  const size = (entry) => (entry.ratio > 0 ? Math.abs(Math.log(entry.ratio)) : Infinity);
  rest.sort((a, b) => size(b) - size(a));
  const entries = [...leads, ...rest.slice(0, Math.max(SUMMARY - leads.length, 0))];
  if (entries.length === 0) return null;
  const year = preview.years[mainIndex(preview)];
  const caption = `全国との違いが大きい指標（${year ? yearInFull(year) : ""}、全国を1とした倍率）`;
  return figure(caption, (room, id) => deviations({ title: caption, entries, thresholds: thresholdsOf(preview), room, id }));
}

/** All charts of a block, for the year at `index`. */
export function blockCharts(preview, block, index) {
  const [first] = block.indicators;
  if (!first) return [];
  const out = [];
  const few = block.indicators.length <= BARS_UP_TO;
  const oneUnit = block.indicators.every((indicator) => indicator.unit === first.unit);
  const year = preview.years[index];
  if (year && few && oneUnit) {
    const caption = `${block.name}（${yearInFull(year)}、${first.unit}）`;
    const has = (indicator) => indicator.values?.some((row) => valueOf(row[index]) !== null);
    const indicators = block.indicators.filter(has);
    const left = block.indicators.filter((indicator) => !has(indicator)).map((one) => one.name);
    if (indicators.length > 0) {
      out.push(
        figure(
          caption,
          (room, id) => groupedBars({ title: caption, indicators, areas: preview.areas, year: index, room, id }),
          left.length > 0 ? small(`数値がなく、図にない指標：${left.join("、")}`) : null,
        ),
      );
    }
  } else if (year && index === mainIndex(preview)) {
    const names = rowNames(block.indicators);
    const entries = block.indicators.map((indicator, k) => entryOf(names[k].inChart, indicator));
    const left = names.filter((_, k) => entries[k] === null).map((name) => name.inChart.replace("　", "の"));
    const drawn = entries.filter(Boolean);
    const caption = `全国との違い（${yearInFull(year)}、全国を1とした倍率、大きい順）`;
    if (drawn.length > 0) {
      out.push(
        figure(
          caption,
          (room, id) => deviations({ title: caption, entries: drawn, thresholds: thresholdsOf(preview), room, id }),
          left.length > 0 ? small(`全国と比べられない指標：${left.join("、")}`) : null,
        ),
      );
    }
  }
  const trends = block.trends?.length ? block.trends : few && preview.years.length > 1 ? block.indicators.map((one) => ownTrend(preview, one)) : [];
  if (trends.length > 0) {
    const told = new Map();
    for (const data of trends) for (const gap of gaps(data)) told.set(gap, [...(told.get(gap) ?? []), data.title]);
    out.push(
      h(
        "div",
        { class: "pair" },
        trends.map((data) => figure(`${data.title}の推移（${data.unit}）`, (room) => trend({ data, room }))),
      ),
      told.size > 0
        ? small(`線のない所：${[...told].map(([gap, titles]) => `${gap}（${titles.join("、")}）`).join("。")}`)
        : null,
    );
  }
  for (const data of (preview.scatters ?? []).filter((one) => one.block === block.name)) {
    const probe = scatter({ data, prefecture: "", room: { width: 640, size: 14 } });
    out.push(
      figure(
        `${data.title}（${data.year}、${preview.prefecture ?? "県内"}の保険者）`,
        (room) => scatter({ data, room }).tree,
        small(`●は${preview.insurer ?? "自地域"}、■は比較地域、○はほかの保険者。破線は全国。`),
        probe.unnamed.length > 0 ? small(`名前を書ききれない保険者：${probe.unnamed.join("、")}`) : null,
        probe.missing.length > 0 ? small(`図にない数値：${probe.missing.join("、")}`) : null,
      ),
    );
  }
  return out.filter(Boolean);
}

function ownTrend(preview, indicator) {
  let others = 0;
  const series = [];
  preview.areas.forEach((area, index) => {
    if (area.role === "other") {
      others += 1;
      if (others > OTHER_LINES) return;
    }
    const values = preview.years.map((_, year) => indicator.values?.[index]?.[year] ?? { missing: "unknown" });
    series.push({ role: area.role, name: area.name, values });
  });
  return { title: indicator.name, unit: indicator.unit, decimals: indicator.decimals, years: preview.years, series };
}
