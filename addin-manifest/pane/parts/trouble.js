// How a failure is told: a sentence, what to do next, the code for the IT section last, and a way on.

import { h, small } from "../lib/dom.js";

/** A box with the failure; `retry` becomes a button. */
export function trouble(error, retry = null, label = "もう一度試す") {
  if (error?.name === "AbortError") return null;
  const told = error?.message ? error : { message: "思わぬことが起きました。", hint: "画面を読み込み直してください。" };
  return h(
    "div",
    { class: "box trouble", role: "alert" },
    h("p", {}, h("strong", {}, "できませんでした。 "), told.message),
    told.hint ? h("p", {}, told.hint) : null,
    told.code ? small(`（情報システム担当への連絡用：${told.code}）`) : null,
    retry ? h("button", { onclick: retry }, label) : null,
  );
}

/** An empty state: what is not there, and what to do. */
export function empty(sentence, ...ways) {
  return h("div", { class: "box empty" }, h("p", {}, sentence), ways);
}

/** 「読み込んでいます」, shown when it takes longer than a blink. */
export function waiting(words = "読み込んでいます…") {
  return h("p", { class: "waiting", role: "status" }, words);
}

const SEVERITY = {
  error: ["エラー", "mark-error"],
  warning: ["注意", "mark-warning"],
  info: ["お知らせ", "mark-info"],
};

/** The word of a severity; never a colour alone. */
export function severityMark(severity) {
  const [word, look] = SEVERITY[severity] ?? SEVERITY.info;
  return h("span", { class: `mark ${look}` }, word);
}

/** 『file』の『sheet』 C4 */
export function placeWords(place) {
  if (!place) return "";
  if (typeof place === "string") return place;
  const { file, sheet, cell } = place;
  const sheetWords = sheet ? `「${sheet}」` : "";
  return `${file ? `『${file}』` : ""}${file && sheet ? "の" : ""}${sheetWords}${cell ? ` ${cell}` : ""}`.trim();
}
