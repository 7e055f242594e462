// The figures of a block as a table: own area, prefecture, nation, comparison areas, difference, verdict in words.
// In a task pane the name of an indicator stands over its figures, so that nothing scrolls sideways.

import { aside, h } from "../lib/dom.js";
import { missingOf, number, signed, valueOf } from "../lib/numbers.js";
import { rowNames } from "../chart/names.js";

const WORDS = { above: "上回る", similar: "同程度", below: "下回る" };
const ARROWS = { above: "↑", similar: "→", below: "↓" };

/** 「↑ 上回る」; never ▲, which is the minus sign of Japanese accounts. */
export function verdictWords(indicator) {
  if (indicator.unstable) return "少数のため参考";
  return indicator.verdict ? `${ARROWS[indicator.verdict]} ${WORDS[indicator.verdict]}` : "－";
}

/**
 * The table of a block for one year. `onfigure(indicator, area, year)` makes figures buttons that tell their source.
 * `compact` leaves the comparison areas and the rank out.
 */
export function figuresTable(preview, block, year, { onfigure = null, compact = false } = {}) {
  const box = h("div", { class: "figures" });
  let before = null;
  const paint = () => {
    if (box.clientWidth === 0) return;
    const form = formFor(box.clientWidth / parseFloat(getComputedStyle(document.documentElement).fontSize), preview, compact);
    if (JSON.stringify(form) === before) return;
    before = JSON.stringify(form);
    const focused = box.contains(document.activeElement);
    box.replaceChildren(table(preview, block, year, { onfigure, compact, ...form }));
    if (focused) box.querySelector("button")?.focus();
  };
  new ResizeObserver(paint).observe(box);
  return box;
}

/** What fits into a width in em: names in a column of their own or not, comparison areas and ranks in columns or not. */
export function formFor(width, preview, compact) {
  const others = preview.areas.filter((area) => area.role === "other").length;
  const main = preview.areas.length - others;
  // Name, figures, difference, ratio, verdict.
  const least = 10 + 5.6 * main + 5.6 + 3.6 + 5.8;
  const columns = compact ? 0 : 5.6 * others;
  if (width < least) return { wide: false, beside: false, ranks: false, stacked: width < 5.4 * main + 5.6 };
  if (compact) return { wide: true, beside: false, ranks: false };
  if (width >= least + columns + 6) return { wide: true, beside: true, ranks: true };
  if (width >= least + columns) return { wide: true, beside: true, ranks: false };
  return { wide: true, beside: false, ranks: width >= least + 6 };
}

function table(preview, block, year, { onfigure, compact, wide, beside, ranks, stacked = false }) {
  const areas = preview.areas.map((area, index) => ({ ...area, index }));
  const main = areas.filter((area) => area.role !== "other");
  const others = compact ? [] : areas.filter((area) => area.role === "other");
  const shownYear = preview.years[year];
  const compared = shownYear?.form_year === preview.main_year;
  const names = rowNames(block.indicators);
  const units = new Set(block.indicators.map((indicator) => indicator.unit));
  const columns = beside ? [...main, ...others] : main;
  const withRank = ranks && compared && block.indicators.some((indicator) => indicator.rank);
  const extra = compared && !stacked ? (wide ? ["差", "倍率", "判定"] : ["判定"]) : [];
  if (withRank) extra.push("県内順位");
  const count = columns.length + extra.length + (wide ? 1 : 0);
  const firstButton = { taken: false };

  const cell = (indicator, area) => {
    const figure = indicator.values?.[area.index]?.[year];
    const value = valueOf(figure);
    const own = area.role === "own" ? "number own" : "number";
    if (value === null) {
      const { mark, reason } = missingOf(figure);
      return h("td", { class: own }, h("span", { title: reason, "aria-label": reason }, mark));
    }
    const part = shownYear?.part_year ? "※" : "";
    const text = `${number(value, indicator.decimals)}${part}`;
    if (!onfigure) return h("td", { class: own }, text);
    const button = h(
      "button",
      {
        class: "figure",
        tabindex: firstButton.taken ? "-1" : "0",
        "aria-label": `${text}${indicator.unit}　${area.name}　出どころを見る`,
        onclick: () => onfigure(indicator, area.index, year),
      },
      text,
    );
    firstButton.taken = true;
    return h("td", { class: own }, button);
  };
  const verdict = (indicator) =>
    h("td", { class: `verdict ${indicator.unstable ? "" : (indicator.verdict ?? "")}` }, verdictWords(indicator));
  const comparison = (indicator) => {
    if (!compared || stacked) return [];
    const difference = signed(indicator.difference, indicator.decimals) ?? "－";
    const ratio = number(indicator.ratio, indicator.ratio_decimals) ?? "－";
    const cells = wide ? [h("td", { class: "number" }, difference), h("td", { class: "number" }, ratio), verdict(indicator)] : [verdict(indicator)];
    if (withRank) cells.push(h("td", { class: "rank" }, indicator.rank ?? "－"));
    return cells;
  };
  const nameOf = (indicator, index) => [
    names[index].label,
    units.size > 1 || !wide ? aside(`（${indicator.unit}）`) : null,
    indicator.cautions?.length ? h("span", { class: "caution-mark", title: indicator.cautions.join(" ") }, " ＊注意") : null,
  ];

  const rows = [];
  let group = null;
  block.indicators.forEach((indicator, index) => {
    if (names[index].group !== group) {
      group = names[index].group;
      if (group) rows.push(h("tr", { class: "group" }, h("th", { colspan: count, scope: "colgroup" }, group)));
    }
    const below = stacked ? compared || others.length > 0 : !beside && others.length > 0;
    if (wide) {
      rows.push(h("tr", { class: below ? "values" : "" }, h("th", { scope: "row" }, nameOf(indicator, index)), columns.map((area) => cell(indicator, area)), comparison(indicator)));
    } else {
      rows.push(h("tr", { class: "name" }, h("th", { colspan: count, scope: "rowgroup" }, nameOf(indicator, index))));
      rows.push(h("tr", { class: below ? "values" : "" }, columns.map((area) => cell(indicator, area)), comparison(indicator)));
    }
    if (below) {
      const words = others.map((area) => {
        const figure = indicator.values?.[area.index]?.[year];
        const value = valueOf(figure);
        return `${area.name} ${value === null ? missingOf(figure).mark : number(value, indicator.decimals)}`;
      });
      const said = stacked && compared ? h("span", { class: `verdict ${indicator.unstable ? "" : (indicator.verdict ?? "")}` }, `全国と比べて ${verdictWords(indicator)}`) : null;
      rows.push(
        h("tr", { class: "others" }, h("td", { colspan: count }, said, said && words.length > 0 ? h("br") : null, words.length > 0 ? `比較地域：${words.join("　")}` : null)),
      );
    }
  });
  const unit = units.size === 1 ? `（単位：${[...units][0]}）` : "";
  return h(
    "table",
    { onkeydown: onfigure ? arrows : null },
    h("caption", {}, `${block.name}　${shownYear ? `${shownYear.wareki}（${shownYear.form_year}）` : ""}${unit}`),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        wide ? h("th", { scope: "col" }, "指標") : null,
        columns.map((area) => h("th", { scope: "col", class: area.role === "own" ? "own" : "" }, area.name)),
        extra.map((word) => h("th", { scope: "col" }, word === "差" ? "全国との差" : word)),
      ),
    ),
    h("tbody", {}, rows),
  );
}

/** Arrow keys move among the figures; Tab leaves the table. */
function arrows(event) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const step = steps[event.key];
  const here = event.target.closest?.("button.figure");
  if (!step || !here) return;
  event.preventDefault();
  const rows = [...event.currentTarget.querySelectorAll("tr")]
    .map((row) => [...row.querySelectorAll("button.figure")])
    .filter((row) => row.length > 0);
  const row = rows.findIndex((buttons) => buttons.includes(here));
  const column = rows[row].indexOf(here);
  const to = rows[row + step[0]]?.[Math.min(column + step[1], rows[row + step[0]].length - 1)];
  if (!to) return;
  here.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

/** The table of all years of a block, for those who want to see how it came about. */
export function yearsTable(preview, block) {
  const names = rowNames(block.indicators);
  return h(
    "div",
    { class: "scrolls", role: "region", tabindex: "0", "aria-label": `${block.name} 年度別の値` },
    h(
      "table",
      { class: "years" },
      h("caption", {}, `${block.name}　年度別の値`),
      h(
        "thead",
        {},
        h("tr", {}, h("th", { scope: "col" }, "指標"), h("th", { scope: "col" }, "地域"), preview.years.map((year) => h("th", { scope: "col" }, `${year.wareki}${year.part_year ? "※" : ""}`))),
      ),
      block.indicators.map((indicator, k) =>
        h(
          "tbody",
          {},
          preview.areas.map((area, index) =>
            h(
              "tr",
              {},
              index === 0 ? h("th", { scope: "rowgroup", rowspan: preview.areas.length }, `${names[k].label}（${indicator.unit}）`) : null,
              h("th", { scope: "row", class: "area" }, area.name),
              preview.years.map((_, year) => {
                const figure = indicator.values?.[index]?.[year];
                const value = valueOf(figure);
                return h("td", { class: "number" }, value === null ? missingOf(figure).mark : number(value, indicator.decimals));
              }),
            ),
          ),
        ),
      ),
    ),
  );
}
