// A preview: in words, in a picture, then block by block in figures and charts.

import { add, aside, fill, h, newId, select, small } from "../lib/dom.js";
import { number, valueOf, yearInFull } from "../lib/numbers.js";
import { cautions } from "./cautions.js";
import { blockCharts, mainIndex, summaryChart } from "./charts.js";
import { figuresTable, yearsTable } from "./figures.js";

/** Everything a preview says. `onfigure` as in `figuresTable`. */
export function previewView(preview, { onfigure = null } = {}) {
  const box = h("div", { class: "preview" });
  if (!preview.blocks?.some((block) => block.indicators.length > 0)) {
    return add(box, h("p", {}, "表示できる数値がありません。"), cautions(preview.diagnostics ?? []));
  }
  const main = preview.years.find((year) => year.form_year === preview.main_year);
  const thresholds = preview.thresholds ?? { above: 1.15, below: 0.85 };
  const partYears = preview.years.filter((year) => year.part_year);
  const summary = summaryChart(preview);
  add(
    box,
    h(
      "section",
      {},
      h("h2", { class: "band" }, "全国とどこが違うか"),
      small(main ? `比べた年度：${yearInFull(main)}（いちばん新しい、1年分そろった年度）` : "1年分そろった年度がないため、比べていません。"),
      (preview.main_points ?? []).map((point) => h("div", { class: "point" }, h("h3", {}, point.label), h("p", {}, point.text))),
      summary,
      h(
        "p",
        { class: "note" },
        `全国の${number(thresholds.above, 2)}倍以上を「上回る」、${number(thresholds.below, 2)}倍以下を「下回る」、その間を「同程度」としました。国の基準ではなく、話し合いの目安です。`,
      ),
      partYears.map((year) => small(`※${year.wareki}は${year.months ? `${year.months}か月分` : "年の途中"}の数値です。判定には使いません。`)),
    ),
  );
  if (preview.topics?.length) {
    add(box, h("section", {}, h("h2", { class: "band" }, "話し合いたいこと"), h("ol", {}, preview.topics.map((topic) => h("li", {}, topic.text, topic.check?.length ? aside(`（確かめる資料：${topic.check.join("、")}）`) : null)))));
  }
  for (const [number, block] of preview.blocks.entries()) {
    if (block.indicators.length > 0) add(box, blockView(preview, block, number + 1, onfigure));
  }
  add(box, small(preview.credit ?? ""));
  return box;
}

function blockView(preview, block, count, onfigure) {
  const start = mainIndex(preview);
  let year = start >= 0 ? start : preview.years.length - 1;
  const figures = h("div");
  const pictures = h("div", { class: "pictures" });
  const show = () => {
    fill(figures, figuresTable(preview, block, year, { onfigure }));
    fill(pictures, blockCharts(preview, block, year));
  };
  // A long table of dashes tells nothing; what is asked for can still be looked up.
  if (!block.indicators.some((indicator) => indicator.values?.some((row) => row.some((figure) => valueOf(figure) !== null)))) {
    const list = h("details", { ontoggle: () => list.open && list.children.length === 1 && list.append(h("ul", {}, block.indicators.map((one) => h("li", {}, `${one.name}（${one.unit}）`)))) }, h("summary", {}, `この項目の指標（${block.indicators.length}件）`));
    return h("section", { class: "block" }, h("h2", { class: "band" }, `${count}　${block.name}`), h("p", {}, "この項目の数値は、まだありません。そろえ方は、", h("a", { href: "#/missing" }, "足りない数値"), "で分かります。"), list);
  }
  const id = newId("y");
  const years = select(
    preview.years.map((one, index) => [index, yearInFull(one)]),
    year,
    (value) => {
      year = Number(value);
      show();
    },
  );
  years.id = id;
  show();
  const all = h("details", { ontoggle: () => all.open && all.children.length === 1 && all.append(yearsTable(preview, block)) }, h("summary", {}, "年度別の値をすべて見る"));
  const head = newId("b");
  return h(
    "section",
    { class: "block", "aria-labelledby": head },
    h("h2", { class: "band", id: head }, `${count}　${block.name}`),
    preview.years.length > 1 ? h("div", { class: "field inline" }, h("label", { for: id }, "年度"), years) : null,
    figures,
    onfigure ? h("p", { class: "note screen" }, "数値を押すと、元のファイルとセルが分かります。") : null,
    pictures,
    all,
  );
}
