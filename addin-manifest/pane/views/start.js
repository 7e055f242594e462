// First start: where to work, whose figures, compared with whom. Or a sample to try.

import { get, post } from "../lib/api.js";
import { aside, fill, h, say, small } from "../lib/dom.js";
import { greet, known, stateNow } from "../lib/store.js";
import { choiceFrom, comparePart, ownPart, periodPart } from "../parts/selection.js";
import { fullName } from "../parts/area-picker.js";
import { trouble, waiting } from "../parts/trouble.js";

export const title = "はじめに";

export async function show(root, _params, app) {
  // 「own」: out of the sample, or before anything was chosen.
  if (known.hello?.setup || !known.hello?.workspace || (_params[0] === "own" && known.hello.demo)) await choosePlace(root, app);
  else chooseOwn(root, app);
}

async function choosePlace(root, app) {
  fill(root, waiting());
  let candidates;
  try {
    ({ candidates } = await get("/setup"));
  } catch (error) {
    fill(root, trouble(error, () => choosePlace(root, app)));
    return;
  }
  let chosen = candidates[0]?.id ?? null;
  const failure = h("div");
  const begin = async (call) => {
    fill(failure, waiting("用意しています…"));
    try {
      await call();
      await greet();
      stateNow();
      app.refresh();
      if (known.hello.demo || known.hello.own) app.go("sheets", true);
      else if (location.hash.startsWith("#/start")) chooseOwn(root, app);
      else app.go("start");
    } catch (error) {
      fill(failure, trouble(error, () => begin(call)));
    }
  };
  fill(
    root,
    h("h1", {}, "地域分析・検討シートを作る"),
    h("p", { class: "lead" }, "見える化システムなどから集めたファイルを入れると、数値の入った「地域分析・検討シート」（Excel）と、印刷用の配布資料ができます。インターネットにはつながず、このパソコンの中だけで動きます。"),
    h(
      "section",
      { class: "card" },
      h("h2", {}, "作業する場所を選ぶ"),
      h(
        "fieldset",
        {},
        h("legend", {}, "作業フォルダー"),
        small("ファイルを入れる「受付」や、できたシートが入る「出力」を、この中に作ります。"),
        candidates.map((one) =>
          h(
            "label",
            { class: "tick" },
            h("input", { type: "radio", name: "place", value: one.id, checked: one.id === chosen, onchange: () => (chosen = one.id) }),
            h("span", {}, h("strong", {}, one.label), aside(`　${one.path_shown}${one.exists ? "（前に使ったフォルダー）" : ""}`)),
          ),
        ),
      ),
      h("button", { class: "main", disabled: candidates.length === 0, onclick: () => begin(() => post("/setup", { candidate: chosen })) }, "この場所で始める"),
      failure,
    ),
    known.hello?.demo
      ? h("p", {}, "見本のフォルダーはそのまま残ります。要らなければ、移ったあとで消してかまいません。")
      : h(
      "section",
      { class: "card" },
      h("h2", {}, "まず見本で試す"),
      h("p", {}, "架空の「見本県 みほん市」の資料で、できあがりを見られます。あとから、画面の上の「見本を終える」で、自分の資料に移れます。"),
      h("button", { onclick: () => begin(() => post("/setup/sample")) }, "見本で試す"),
    ),
  );
}

function chooseOwn(root, app, choice = choiceFrom()) {
  const next = h("button", { class: "main", disabled: !choice.own, onclick: () => chooseCompare(root, app, choice) }, "次へ");
  const own = ownPart(choice, () => (next.disabled = !choice.own));
  fill(
    root,
    h("h1", {}, "自地域を選ぶ"),
    h("p", { class: "step-count" }, "2つのうち1つ目"),
    h("section", { class: "card" }, h("p", {}, "どの保険者のシートを作りますか。名前の一部、ふりがな、団体コードで探せます。"), own, h("div", { class: "buttons" }, next, h("a", { href: "#/drops" }, "あとで決める"))),
  );
  root.querySelector("input")?.focus();
}

function chooseCompare(root, app, choice) {
  const failure = h("div");
  const done = async () => {
    try {
      // By name: people read the file, too.
      const { from, to } = choice;
      await post("/settings", { own: [fullName(choice.own)], compare: choice.compare.map(fullName), from, to });
      say("設定しました。");
      known.hello = { ...known.hello, own: true };
      app.go("drops");
    } catch (error) {
      fill(failure, trouble(error, done));
    }
  };
  fill(
    root,
    h("h1", { tabindex: "-1" }, "比べる地域と期間を選ぶ"),
    h("p", { class: "step-count" }, `2つのうち2つ目　自地域：${fullName(choice.own)}`),
    h(
      "section",
      { class: "card" },
      h("p", {}, "どちらも、あとから「設定」で変えられます。決まっていなければ、このまま進んでください。"),
      comparePart(choice, () => {}),
      periodPart(choice, () => {}),
      failure,
      h("div", { class: "buttons" }, h("button", { onclick: () => chooseOwn(root, app, choice) }, "戻る"), h("button", { class: "main", onclick: done }, "始める")),
    ),
  );
  root.querySelector("h1").focus();
}
