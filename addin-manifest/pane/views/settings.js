// Settings: own areas, comparison areas, period, what is made, the rule of the verdicts, type size.

import { get, post } from "../lib/api.js";
import { field, fill, h, say, select } from "../lib/dom.js";
import { areaPicker, fullName, sameArea } from "../parts/area-picker.js";
import { addPart, choiceFrom, comparePart, periodPart } from "../parts/selection.js";
import { trouble, waiting } from "../parts/trouble.js";
import { sizes, typeSize } from "../parts/type-size.js";

export const title = "設定";

const KINDS = ["配布資料", "1枚もの", "記入用"];

export async function show(root, _params, app) {
  fill(root, h("h1", {}, title), waiting());
  let settings;
  try {
    const answer = await get("/settings");
    settings = answer.settings ?? answer;
  } catch (error) {
    fill(root, h("h1", {}, title), sizePart(), trouble(error, () => show(root, _params, app)));
    return null;
  }
  const choice = choiceFrom(settings);
  const own = (settings.own ?? []).map((one) => (typeof one === "object" ? one : { code: null, name: one }));
  const formats = new Set(settings.formats?.length ? settings.formats : ["xlsx"]);
  const papers = new Set(settings.handout ?? []);
  const result = h("div");
  let changed = false;
  const touch = () => {
    changed = true;
    fill(result, h("p", { class: "note" }, "変えた内容は、まだ保存されていません。"));
  };
  const compare = comparePart(choice, touch);
  const chips = h("ul", { class: "chips", "aria-label": "自地域" });
  const showOwn = () => {
    fill(
      chips,
      own.map((area, index) =>
        h(
          "li",
          {},
          fullName(area),
          h(
            "button",
            {
              type: "button",
              class: "quiet",
              "aria-label": `${fullName(area)}を外す`,
              onclick: () => {
                own.splice(index, 1);
                ownChanged();
              },
            },
            "外す",
          ),
        ),
      ),
    );
    chips.hidden = own.length === 0;
  };
  const ownChanged = () => {
    showOwn();
    choice.own = own[0] ?? null;
    compare.ownChanged();
    touch();
  };
  showOwn();
  const tick = (set, value, words) =>
    h(
      "label",
      { class: "tick" },
      h("input", {
        type: "checkbox",
        checked: set.has(value),
        onchange: (event) => {
          if (event.target.checked) set.add(value);
          else set.delete(value);
          touch();
        },
      }),
      h("span", {}, words),
    );
  const ratio = (value) => h("input", { type: "number", class: "short", step: "0.01", min: "0.01", max: "10", value, onchange: touch });
  const above = ratio(settings.above ?? 1.15);
  const below = ratio(settings.below ?? 0.85);
  const save = async () => {
    try {
      const body = {
        // By name: people read the file, too.
        own: own.map(fullName),
        compare: choice.compare.map(fullName),
        from: choice.from,
        to: choice.to,
        add: [...choice.add],
        formats: [...formats],
        handout: [...papers],
        above: Number(above.value),
        below: Number(below.value),
      };
      if (!(body.above > body.below)) throw { code: "thresholds", message: "「上回る」は「下回る」より大きい数にしてください。", hint: "ふつうは1.15と0.85です。" };
      await post("/settings", body);
      changed = false;
      fill(result, h("p", { class: "box done", role: "status" }, "保存しました。"));
      say("設定を保存しました。");
    } catch (error) {
      fill(result, trouble(error, save));
    }
  };
  fill(
    root,
    h("h1", {}, title),
    sizePart(),
    h("section", { class: "card" }, h("h2", {}, "自地域"), h("p", { class: "note" }, "保険者ごとに1つのシートができます。"), chips, areaPicker({ label: "自地域を足す", clearAfter: true, onpick: (area) => (own.some((one) => sameArea(one, area)) || own.push(area), ownChanged()) })),
    h("section", { class: "card" }, h("h2", {}, "比較地域"), compare),
    h("section", { class: "card" }, h("h2", {}, "表示期間と指標"), periodPart(choice, touch), addPart(choice, touch)),
    h(
      "section",
      { class: "card" },
      h("h2", {}, "作るもの"),
      h("fieldset", {}, h("legend", {}, "ファイルを取り込んだときに作るもの"), tick(formats, "xlsx", "シート（Excel）"), tick(formats, "pdf", "印刷用の資料（PDF）")),
      h("fieldset", {}, h("legend", {}, "印刷用の資料の種類"), KINDS.map((kind) => tick(papers, kind, kind))),
    ),
    h(
      "section",
      { class: "card" },
      h("h2", {}, "判定の目安"),
      h("p", { class: "note" }, "自地域を全国で割った倍率で決めます。国の基準ではありません。"),
      h("div", { class: "row" }, field("「上回る」とする倍率（以上）", above), field("「下回る」とする倍率（以下）", below)),
    ),
    h("div", { class: "save-bar" }, result, h("button", { type: "button", class: "main", onclick: save }, "設定を保存する")),
    h("p", { class: "note" }, "同じ内容は、作業フォルダーの「設定.toml」にもあります。説明の行はそのまま残ります。"),
  );
  return { leave: () => !changed || confirm("変えた設定が保存されていません。保存しないで移りますか。") };
}

function sizePart() {
  const choose = select(sizes, typeSize(), (value) => typeSize(value));
  return h("section", { class: "card" }, h("h2", {}, "文字の大きさ"), field("この画面の文字", choose));
}
