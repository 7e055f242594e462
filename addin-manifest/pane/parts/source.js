// Where a figure came from: file, sheet and cell, in a dialog.

import { get } from "../lib/api.js";
import { h, tell } from "../lib/dom.js";
import { shown } from "../lib/numbers.js";
import { host } from "../lib/place.js";
import { trouble } from "./trouble.js";

/** An `onfigure` for a preview (its `sources` say it), or for a sheet (the service reads it from the workbook). */
export function figureSource(preview, sheet = null) {
  return async (indicator, area, year) => {
    const heading = `${indicator.name}　${preview.areas[area].name}　${preview.years[year].wareki}`;
    const value = `${shown(indicator.values?.[area]?.[year], indicator.decimals)}${indicator.unit}`;
    const given = indicator.sources?.[area]?.[year];
    const cell = indicator.cells?.[area]?.[year];
    if (!sheet || !cell) {
      await tell(heading, given ? pairs(value, given, indicator) : h("p", {}, `${value}　出どころの記録がありません。シートを作ると「出典」シートに書かれます。`));
      return;
    }
    try {
      const answer = await get(`/sheets/${encodeURIComponent(sheet.id)}/source`, { sheet: sheet.form_sheet ?? sheet.comparison?.form_sheet ?? "", cell });
      const explain = answer.explain ?? answer;
      if (explain.kind === "no_figure") {
        await tell(heading, h("p", {}, explain.message));
        return;
      }
      await tell(
        heading,
        pairs(
          `${value}（もとの細かさ：${explain.value}）`,
          { ...explain.source, exported: explain.exported, note: explain.note, written: explain.written, place: `${explain.sheet} ${explain.cell}` },
          indicator,
          explain,
        ),
      );
    } catch (error) {
      await tell(heading, trouble(error));
    }
  };
}

function pairs(value, source, indicator, explain = null) {
  const line = (label, text) => (text ? [h("dt", {}, label), h("dd", {}, text)] : null);
  return h(
    "div",
    {},
    h(
      "dl",
      { class: "pairs" },
      line("数値", value),
      line("指標", `${indicator.id} ${indicator.name}`),
      line("元のファイル", source.file),
      line("シート", source.sheet),
      line("セル", source.cell),
      line("出力日", source.exported),
      line("備考", source.note),
      line("作成時の値", source.written ? `${source.written}（いまのセルは書き換えられています）` : null),
      line("このシートの場所", source.place),
    ),
    explain && host.kind === "excel"
      ? h("button", { onclick: () => host.goTo({ sheet: explain.sheet, cell: explain.cell }) }, "Excelでこのセルに移る")
      : null,
  );
}
