// Settings: own areas, comparison areas, period, what is made, the rule of the verdicts, type size.

import { get, post } from "../lib/api.js";
import { field, fill, h, say, select, small } from "../lib/dom.js";
import { areaPicker, fullName, sameArea } from "../parts/area-picker.js";
import { addPart, choiceFrom, comparePart, periodPart } from "../parts/selection.js";
import { trouble, waiting } from "../parts/trouble.js";
import { sizes, typeSize } from "../parts/type-size.js";

export const title = "設定";

const KINDS = ["配布資料", "1枚もの", "記入用"];

const NAMES = { own: "自地域", compare: "比較地域", from: "表示期間の始まり", to: "表示期間の終わり", add: "指標追加", formats: "作るもの", handout: "印刷用の資料の種類", above: "「上回る」とする倍率", below: "「下回る」とする倍率" };

export async function show(root, _params, app, message = null) {
  fill(root, h("h1", {}, title), waiting());
  let settings;
  try {
    ({ settings } = await get("/settings"));
  } catch (error) {
    fill(root, h("h1", {}, title), sizePart(), trouble(error, () => show(root, _params, app)));
    return null;
  }
  const choice = choiceFrom(settings);
  const own = settings.own.map((name) => ({ code: null, name }));
  const formats = new Set(settings.formats ?? []);
  const papers = new Set(settings.handout ?? []);
  const result = h("div", {}, message);
  // Only this is saved: the rest may have been changed by hand.
  const touched = new Set();
  const touch = (...names) => {
    for (const name of names) touched.add(name);
    fill(result, small("変えた内容は、まだ保存されていません。"));
  };
  const compare = comparePart(choice, () => touch("compare"));
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
    touch("own");
  };
  showOwn();
  const tick = (name, set, value, words) =>
    h(
      "label",
      { class: "tick" },
      h("input", {
        type: "checkbox",
        checked: set.has(value),
        onchange: (event) => {
          if (event.target.checked) set.add(value);
          else set.delete(value);
          touch(name);
        },
      }),
      h("span", {}, words),
    );
  const ratio = (name, value) => h("input", { type: "number", class: "short", step: "0.01", min: "0.01", max: "10", value, oninput: () => touch(name) });
  const above = ratio("above", settings.above ?? 1.15);
  const below = ratio("below", settings.below ?? 0.85);
  const anew = async (words) => (leave = (await show(root, _params, app, words))?.leave);
  const save = async () => {
    try {
      if (touched.size === 0) {
        fill(result, h("p", { class: "note", role: "status" }, "変えた内容はありません。"));
        return;
      }
      const all = {
        // By name: people read the file, too.
        own: own.map(fullName),
        compare: choice.compare.map(fullName),
        from: choice.from,
        to: choice.to,
        add: [...choice.add],
        formats: [...formats],
        handout: formats.has("pdf") ? [...papers] : [],
        above: Number(above.value),
        below: Number(below.value),
      };
      if (!(all.above > all.below)) throw { code: "thresholds", message: "「上回る」は「下回る」より大きい数にしてください。", hint: "ふつうは1.15と0.85です。" };
      if (formats.size === 0) throw { code: "nothing-made", message: "作るものが1つも選ばれていません。", hint: "シート（Excel）か、印刷用の資料（PDF）を選んでください。" };
      if (formats.has("pdf") && papers.size === 0) throw { code: "no-paper", message: "印刷用の資料の種類が1つも選ばれていません。", hint: "種類を選ぶか、印刷用の資料（PDF）を作らないようにしてください。" };
      if (touched.has("formats")) touched.add("handout");
      const { settings: now } = await get("/settings");
      const other = [...touched].filter((name) => JSON.stringify(now[name] ?? null) !== JSON.stringify(settings[name] ?? null));
      if (other.length > 0) {
        const told = { message: `「${NAMES[other[0]]}」が、この画面を開いたあとに、ほかで変えられました。まだ保存していません。`, hint: "いまの設定を表示してから、もう一度直してください。" };
        fill(result, trouble(told, () => anew(null), "いまの設定を表示する"));
        return;
      }
      await post("/settings", Object.fromEntries([...touched].map((name) => [name, all[name]])));
      const empty = touched.has("own") && own.length === 0;
      touched.clear();
      say("設定を保存しました。");
      await anew(h("p", { class: empty ? "box notice" : "box done", role: "status" }, `保存しました。${empty ? "自地域がないあいだ、シートは自動では作られません。" : ""}`));
    } catch (error) {
      fill(result, trouble(error, save));
    }
  };
  fill(
    root,
    h("h1", {}, title),
    sizePart(),
    h("section", { class: "card" }, h("h2", {}, "自地域"), small("保険者ごとに1つのシートができます。"), chips, areaPicker({ label: "自地域を足す", clearAfter: true, onpick: (area) => (own.some((one) => sameArea(one, area)) || own.push(area), ownChanged()) })),
    h("section", { class: "card" }, h("h2", {}, "比較地域"), compare),
    h("section", { class: "card" }, h("h2", {}, "表示期間と指標"), periodPart(choice, () => touch("from", "to")), addPart(choice, () => touch("add"))),
    h(
      "section",
      { class: "card" },
      h("h2", {}, "作るもの"),
      h("fieldset", {}, h("legend", {}, "ファイルを取り込んだときに作るもの"), tick("formats", formats, "xlsx", "シート（Excel）"), tick("formats", formats, "pdf", "印刷用の資料（PDF）")),
      h("fieldset", {}, h("legend", {}, "印刷用の資料の種類"), KINDS.map((kind) => tick("handout", papers, kind, kind))),
    ),
    h(
      "section",
      { class: "card" },
      h("h2", {}, "判定の目安"),
      small("自地域を全国で割った倍率で決めます。国の基準ではありません。"),
      h("div", { class: "row" }, field("「上回る」とする倍率（以上）", above), field("「下回る」とする倍率（以下）", below)),
    ),
    h("div", { class: "save-bar" }, result, h("button", { class: "main", onclick: save }, "設定を保存する")),
    small("同じ内容は、作業フォルダーの「設定.toml」にもあります。説明の行はそのまま残ります。"),
  );
  let leave = () => touched.size === 0 || confirm("変えた設定が保存されていません。保存しないで移りますか。");
  return { leave: () => leave?.() ?? true };
}

function sizePart() {
  const choose = select(sizes, typeSize(), (value) => typeSize(value));
  return h("section", { class: "card" }, h("h2", {}, "文字の大きさ"), field("この画面の文字", choose));
}
