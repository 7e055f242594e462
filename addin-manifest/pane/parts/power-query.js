// A sheet's figures for Excel's Power Query: read-only, off until somebody asks for it here.

import { post } from "../lib/api.js";
import { field, fill, h, small, tell } from "../lib/dom.js";
import { trouble } from "./trouble.js";

/** Shows how to connect to a sheet's table, and how to end it. */
export async function powerQuery(sheet) {
  const box = h("div");
  const on = async () => {
    try {
      const answer = await post("/table-token", { on: true, sheet });
      const formula = h("textarea", { readonly: true, rows: 6, value: answer.m_code });
      const copied = h("span", { role: "status" });
      const copy = async () => {
        formula.select();
        const done = await navigator.clipboard.writeText(answer.m_code).then(() => true, () => false);
        copied.textContent = done ? "コピーしました。" : "式を選びました。Ctrl+Cでコピーしてください。";
      };
      fill(
        box,
        field("つなぐ先（URL）", h("input", { type: "text", readonly: true, value: answer.url })),
        field("Power Queryに貼り付ける式", formula),
        h("div", { class: "buttons" }, h("button", { class: "main", onclick: copy }, "式をコピーする"), copied),
        h("ol", {}, (answer.steps ?? []).map((step) => h("li", {}, step))),
        h("button", { onclick: off }, "つなげないようにする"),
      );
    } catch (error) {
      fill(box, trouble(error, on));
    }
  };
  const off = async () => {
    try {
      await post("/table-token", { on: false });
      fill(box, h("p", { role: "status" }, "つなげないようにしました。これまでのつなぐ先は使えません。"));
    } catch (error) {
      fill(box, trouble(error, off));
    }
  };
  fill(
    box,
    h("p", {}, "このシートの数値を、読み取り専用の表としてExcelのPower Queryから読めるようにします。ふだんは切ってあります。"),
    small("つなぐ先には、このパソコンの中だけで使える合い言葉が入ります。ほかの人に渡さないでください。"),
    h("button", { onclick: on }, "つなげるようにする"),
  );
  await tell("Power Queryでつなぐ", box);
}
