// Cautions and remarks grouped by what they are about; a click shows the place.

import { fill, h, small, tell } from "../lib/dom.js";
import { host } from "../lib/place.js";
import { placeWords, severityMark } from "./trouble.js";

/** The heading of a group, by the code of its members. */
const TITLES = {
  conflict: "ファイルによって数値が違います",
  "newer-copy": "新しい方のファイルを使いました",
  "part-year": "1年分に満たない数値があります",
  "part-year-replaced": "1年分の数値を使いました",
  "mixed-standardisation": "調整済みの数値の出し方がそろっていません",
  "standardisation-unknown": "調整済みの数値の出し方が書かれていません",
  "other-insurer": "ほかの地域の数値でした",
  "insurer-instead": "加入している広域連合などの数値を使いました",
  "insurer-unknown": "加入している広域連合などが分かりません",
  "no-figures-of-area": "数値のない地域があります",
  "layout-unknown": "読み方の分からない表です",
  "few-recipients": "利用者が少ない指標です",
};
const ORDER = { error: 0, warning: 1, info: 2 };
const SHOWN = 5;

/** Groups of {severity, code, title, items}, the gravest first. */
export function grouped(diagnostics) {
  const groups = new Map();
  for (const one of diagnostics) {
    const key = `${one.severity}|${one.code}`;
    if (!groups.has(key)) {
      const title = TITLES[one.code] ?? one.message.split("。")[0].slice(0, 40);
      groups.set(key, { severity: one.severity, code: one.code, title, items: [] });
    }
    groups.get(key).items.push(one);
  }
  return [...groups.values()].sort((a, b) => (ORDER[a.severity] ?? 3) - (ORDER[b.severity] ?? 3));
}

/** A list of groups, errors open, all else folded. */
export function cautions(diagnostics) {
  if (!diagnostics?.length) return null;
  return h(
    "div",
    { class: "cautions" },
    grouped(diagnostics).map((group) =>
      h(
        "details",
        { class: "caution", open: group.severity === "error" },
        h("summary", {}, severityMark(group.severity), ` ${group.title}`, h("span", { class: "count" }, `${group.items.length}件`)),
        list(group.items),
        small(`（情報システム担当への連絡用：${group.code}）`),
      ),
    ),
  );
}

function list(items) {
  const box = h("div");
  const show = (count) => {
    fill(
      box,
      h("ul", {}, items.slice(0, count).map((one) => h("li", {}, one.message, one.hint ? ` ${one.hint}` : "", place(one.place)))),
      items.length > count
        ? h("button", { class: "quiet rest", onclick: () => show(items.length) }, `残りの${items.length - count}件も見る`)
        : null,
    );
  };
  show(SHOWN);
  return box;
}

/** A button that shows the place: in Excel it goes there, elsewhere it says how to get there. */
export function place(where) {
  const words = placeWords(where);
  if (!words || words === "ファイル") return null;
  return h("button", { class: "quiet place", onclick: () => goThere(where, words) }, `場所：${words}`);
}

async function goThere(where, words) {
  const cell = typeof where === "object" ? where : null;
  if (cell?.cell && (await host.goTo({ sheet: cell.sheet, cell: cell.cell }).catch(() => false))) return;
  if (!cell) {
    await tell("場所", h("p", {}, words));
    return;
  }
  await tell(
    "場所",
    h(
      "dl",
      { class: "pairs" },
      cell.file ? [h("dt", {}, "ファイル"), h("dd", {}, cell.file)] : null,
      cell.sheet ? [h("dt", {}, "シート"), h("dd", {}, cell.sheet)] : null,
      cell.cell
        ? [h("dt", {}, "セル"), h("dd", {}, cell.cell, small("Excelでは、左上の「名前ボックス」にこの番地を入れてEnterキーを押すと移れます。"))]
        : null,
    ),
  );
}
