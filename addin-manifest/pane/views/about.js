// What this is, whether all is well with it, and the licences of what it is made of.

import { get, post } from "../lib/api.js";
import { aside, ask, fill, h, small, time } from "../lib/dom.js";
import { known } from "../lib/store.js";
import { trouble, waiting } from "../parts/trouble.js";

export const title = "このソフトについて";

export async function show(root) {
  const hello = known.hello ?? {};
  const checks = h("div");
  const licences = h("div");
  const log = h("div");
  const stopped = h("div");
  const once = (box, call) => (event) => {
    if (event.target.open && !box.firstChild) load(box, call);
  };
  async function load(box, call) {
    fill(box, waiting());
    try {
      fill(box, await call());
    } catch (error) {
      fill(box, trouble(error, () => load(box, call)));
    }
  }
  const doctor = async () => {
    const answer = await get("/doctor");
    return h(
      "ul",
      { class: "doctor" },
      answer.checks.map((check) => h("li", {}, h("span", { class: `mark ${check.ok ? "mark-done" : check.ok === false ? "mark-warning" : "mark-info"}` }, check.ok ? "よい" : check.ok === false ? "要確認" : "未確認"), ` ${check.name}`, check.message ? aside(`　${check.message}`) : null, check.hint ? aside(`　${check.hint}`) : null)),
    );
  };
  const stop = async () => {
    if ((await ask("サービスを止めますか", h("p", {}, "止めると、入れたファイルの取り込みも止まります。"), [{ label: "止める", value: "yes" }, { label: "やめる", value: "no", main: true }])) !== "yes") return;
    try {
      await post("/stop");
      fill(stopped, h("p", { class: "box done", role: "status" }, "止めました。この画面は閉じてかまいません。"));
    } catch (error) {
      fill(stopped, trouble(error, stop));
    }
  };
  fill(
    root,
    h("h1", {}, title),
    h(
      "dl",
      { class: "pairs" },
      [["名前", hello.product ?? "chiiki-sheet"], ["版", hello.version], ["作業フォルダー", hello.workspace ? `${hello.workspace.name}　${hello.workspace.path_shown ?? ""}` : null]].map(([term, words]) => (words ? [h("dt", {}, term), h("dd", {}, words)] : null)),
    ),
    h("p", {}, "手引きの様式に準じた「地域分析・検討シート」を作ります。厚生労働省が作ったものではありません。このパソコンの外には、何も送りません。"),
    h("details", { ontoggle: once(checks, doctor) }, h("summary", {}, "うまく動いているか点検する"), checks),
    h("details", { ontoggle: once(log, async () => h("ul", { class: "log" }, (await get("/log")).lines.map((line) => h("li", {}, `${time(line.at)}　${line.text}`)))) }, h("summary", {}, "動きの記録"), log),
    h("details", { ontoggle: once(licences, async () => h("pre", { class: "licences", tabindex: "0", role: "region", "aria-label": "ライセンスの全文" }, (await get("/licences")).text)) }, h("summary", {}, "使っているソフトウェアのライセンス"), small("画面の色と文字の大きさは、デジタル庁デザインシステムのデザイントークン（MIT License, Copyright (c) 2023 デジタル庁）を使っています。"), small(h("a", { href: "tokens-LICENSE.txt", target: "_blank", rel: "noreferrer" }, "デザイントークンのライセンス")), licences),
    h("p", {}, h("button", { onclick: stop }, "サービスを止める")),
    stopped,
  );
  return null;
}
