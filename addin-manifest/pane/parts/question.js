// A table of no known layout: what was understood of it, and a yes, a no or a correction.

import { get, post } from "../lib/api.js";
import { fill, h, newId, say, select, small } from "../lib/dom.js";
import { wareki } from "../lib/numbers.js";
import { known, stateNow } from "../lib/store.js";
import { trouble, waiting } from "./trouble.js";

/** Whole-table fields of a reading, in the order they are asked, by the names that the service's sentences use. */
const FIELDS = [
  ["地域の列", "地域の列（地域の名前が並ぶ列の見出し）", "text"],
  ["地域", "地域（列がなく、表ぜんたいが1つの地域のとき）", "text"],
  ["期間の列", "期間の列（年度や時点が並ぶ列の見出し）", "text"],
  ["期間", "期間（列がなく、表ぜんたいが1つの期間のとき。例 令和6年度。「表題」は表題に書かれた期間）", "text"],
];

/** The question of a waiting drop. */
export function question(drop, reload) {
  const box = h("div");
  const show = (one) => fill(box, questionView(one, reload));
  if (drop.question) show(drop);
  else {
    // The list leaves the tables out; one file's answer has them.
    fill(box, waiting("ファイルを読んでいます…"));
    get(`/drops/${encodeURIComponent(drop.id)}`)
      .then((answer) => show(answer.drop ?? drop))
      .catch((error) => fill(box, trouble(error)));
  }
  return box;
}

function questionView(drop, reload) {
  const asked = drop.question;
  const result = h("div");
  if (!asked) return small("直したファイルを、もう一度入れてください。");
  const answer = async (accept, corrections = {}, saveAs = null) => {
    const again = () => answer(accept, corrections, saveAs);
    try {
      await post(`/drops/${encodeURIComponent(drop.id)}/answer`, { accept, corrections, ...(saveAs ? { save_as: saveAs } : {}) });
      say(accept ? "この読み方で取り込みます。" : "取り込まないことにしました。");
      stateNow();
      document.activeElement?.blur();
      await reload();
      // The button is gone with its question; who goes by keyboard starts at the head of the view.
      document.querySelector("#main h1")?.focus();
    } catch (error) {
      fill(result, trouble(error, again));
    }
  };
  if (!asked.mapping) return simple(answer, result);

  const mapping = structuredClone(asked.mapping);
  const columns = mapping["列"] ?? [];
  const inputs = new Map();
  const name = h("input", { type: "text", id: newId("q"), value: mapping["名前"] ?? drop.name.replace(/\.[^.]+$/, ""), maxlength: 60 });
  const rows = (mapping["見出しの行"] ?? [1, 1]).map((row) => h("input", { type: "number", min: 1, max: 100, value: row, class: "short" }));
  rows[0].setAttribute("aria-label", "見出しの行（はじめ）");
  rows[1].setAttribute("aria-label", "見出しの行（おわり）");
  const labelled = ([key, label, type]) => {
    const input = h("input", { type, id: newId("q"), value: mapping[key] ?? "" });
    inputs.set(key, input);
    return h("div", { class: "field" }, h("label", { for: input.id }, label), input);
  };
  const columnInputs = columns.map((column, index) => {
    const use = h("input", { type: "checkbox", checked: true, "aria-label": `「${column["見出し"]}」を使う` });
    const id = h("input", { type: "text", value: column["指標ID"] ?? "", placeholder: "指標ID", "aria-label": `「${column["見出し"]}」の指標ID` });
    const unit = h("input", { type: "text", value: column["単位"] ?? "", placeholder: "単位", class: "short", "aria-label": `「${column["見出し"]}」の単位` });
    return { index, use, id, unit, column };
  });
  const corrected = () => {
    const out = { 名前: name.value.trim() || mapping["名前"], 見出しの行: rows.map((row) => Number(row.value)) };
    for (const [key, input] of inputs) {
      const text = input.value.trim();
      if (text !== (mapping[key] ?? "")) out[key] = text === "" ? null : text;
    }
    const kept = columnInputs
      .filter((one) => one.use.checked)
      .map((one) => ({ ...one.column, 指標ID: one.id.value.trim(), ...(one.unit.value.trim() ? { 単位: one.unit.value.trim() } : {}) }));
    if (JSON.stringify(kept) !== JSON.stringify(columns)) out["列"] = kept;
    return out;
  };
  return h(
    "div",
    { class: "box question" },
    h("p", {}, h("strong", {}, "はじめて見る形の表です。次のように読み取ってよいですか。")),
    asked.sheet ? small(`シート「${asked.sheet}」　数値 ${asked.figures ?? 0}件`) : null,
    h("ul", {}, (asked.preview ?? []).map((sentence) => h("li", {}, sentence))),
    asked.problem ? h("p", { class: "mark-line" }, h("span", { class: "mark mark-warning" }, "まだ決まっていないこと"), ` ${asked.problem}`) : null,
    h(
      "details",
      { open: Boolean(asked.problem) },
      h("summary", {}, "読み取り方を直す"),
      h("div", { class: "field" }, h("label", { for: name.id }, "この読み取り方の名前（次から同じ形の表に使います）"), name),
      h("fieldset", { class: "row" }, h("legend", {}, "見出しの行（Excelの行番号）"), rows[0], h("span", {}, "行から"), rows[1], h("span", {}, "行まで")),
      FIELDS.map(labelled),
      h(
        "div",
        { class: "scrolls", role: "region", tabindex: "0", "aria-label": `数値の列（${drop.name}）` },
        h(
          "table",
          { class: "columns" },
          h("caption", {}, "数値の列"),
          h("thead", {}, h("tr", {}, ["使う", "見出し", "指標ID", "単位"].map((word) => h("th", { scope: "col" }, word)))),
          h("tbody", {}, columnInputs.map((one) => h("tr", {}, h("td", {}, one.use), h("th", { scope: "row" }, one.column["見出し"]), h("td", {}, one.id), h("td", {}, one.unit)))),
        ),
      ),
      small("指標IDは「D17-a」のような番号です。番号のない数値は「X-人口」のように、X-のあとに名前を付けてください。"),
    ),
    h(
      "div",
      { class: "buttons" },
      h("button", { class: "main", onclick: () => answer(true, corrected(), name.value.trim() || null) }, "はい、この読み方で取り込む"),
      h("button", { onclick: () => answer(false) }, "いいえ、取り込まない"),
    ),
    result,
  );
}

/** Years a table may be of, as people say them, the newest first. */
function years() {
  const now = Number((known.hello?.today ?? new Date().toISOString()).slice(0, 4));
  return [["", "選んでください"], ...Array.from({ length: now - 1999 }, (_, k) => [now - k, `${wareki(now - k)}（${now - k}）`])];
}

/** A question with one answer: the year. */
function simple(answer, result) {
  const choice = select(years(), "", () => {});
  choice.id = newId("q");
  const yes = () => {
    if (choice.value !== "") answer(true, { 年度: Number(choice.value) });
    else choice.focus();
  };
  return h(
    "div",
    { class: "box question" },
    h("div", { class: "field" }, h("label", { for: choice.id }, "何年度の数値ですか"), choice),
    h("div", { class: "buttons" }, h("button", { class: "main", onclick: yes }, "この内容で取り込む"), h("button", { onclick: () => answer(false) }, "いいえ、取り込まない")),
    result,
  );
}
