// Beside Excel: what the open workbook is, and what can be done with it at once. Not there in a browser.

import { get, post } from "../lib/api.js";
import { ask, fill, h, small } from "../lib/dom.js";
import { host } from "../lib/place.js";
import { trouble } from "./trouble.js";

/** The box, which looks at the workbook when it is made and whenever it is asked to. */
export function openBook() {
  const box = h("section", { class: "box open-book screen", "aria-label": "開いているブック" });
  const told = h("div", { role: "status" });
  const button = (label, onclick, main = false) => h("button", { class: main ? "main" : "", onclick }, label);
  const failed = (again) => (error) => fill(told, trouble(error, again));

  async function look() {
    try {
      const book = await host.workbook();
      fill(
        box,
        h("p", {}, h("strong", {}, "開いているブック："), book.ours ? `${book.name}（${book.form}）` : "このソフトで作ったものではありません。"),
        h(
          "div",
          { class: "buttons" },
          book.ours ? [button("数値だけ更新する", update, true), button("選んだセルの出どころ", source)] : null,
          button("ブックを見直す", look),
        ),
        book.stale?.length > 0
          ? h("p", {}, h("span", { class: "mark mark-warning" }, "更新前の数値"), ` ${book.stale.map((name) => `「${name}」`).join("、")}は、数値だけを新しくする前のままです。ブックを保存して閉じ、シート一覧の「数値を新しくする」を押すと、そろいます。`)
          : null,
        fill(told),
      );
    } catch (error) {
      fill(box, h("p", {}, h("strong", {}, "開いているブック")), trouble(error, look));
    }
  }

  const update = () => updateOpenBook(told).catch(failed(update));

  async function source() {
    try {
      const found = await host.selectedSource();
      const line = (label, text) => (text === "" || text === null ? null : [h("dt", {}, label), h("dd", {}, `${text}`)]);
      fill(
        told,
        found
          ? h(
              "dl",
              { class: "pairs" },
              line("セル", `${found.at.sheet} ${found.at.cell}`),
              line("指標", `${found.id} ${found.name.replaceAll("\n", "")}`),
              line("地域と年度", `${found.area} ${found.year}年度`),
              line("いまの値", found.shown),
              line("もとの値", found.value === "" ? "" : `${found.value}${found.unit}`),
              line("元のファイル", found.file || "「出典」に行がありません。"),
              line("元のシート", found.sheet),
              line("元のセル", found.cell),
              line("備考", found.note),
            )
          : h("p", {}, "数値のセルが選ばれていません。シートの数値のセルを1つ選んでから、もう一度押してください。"),
      );
    } catch (error) {
      failed(source)(error);
    }
  }

  look();
  return box;
}

/** Looks, asks, writes; what came of it is told in a place of the page. */
export async function updateOpenBook(told) {
  const lines = (all) => h("ul", {}, all.map((line) => h("li", {}, line)));
  fill(told, h("p", { class: "waiting" }, "開いているブックを調べています…"));
  const plan = await host.planUpdate({ get, post });
  fill(told);
  const note = small("書いた文章は変えません。この操作は、Excelの「元に戻す」で戻せないことがあります。");
  const choices = plan.records.length === 0 ? [{ label: "閉じる", value: "no", main: true }] : [{ label: "更新する", value: "yes", main: true }, { label: "やめる", value: "no" }];
  if ((await ask("数値だけ更新しますか", [lines(plan.lines), note], choices)) !== "yes") {
    fill(told, h("p", {}, "何も書き込んでいません。"));
    return;
  }
  const answer = await host.applyUpdate(plan);
  fill(
    told,
    h("p", {}, h("strong", {}, `数値を${answer.written}件、新しくしました。`), answer.kept > 0 ? `手で書き換えられた数値${answer.kept}件は、そのままにしました。` : ""),
    lines(answer.lines),
  );
}
