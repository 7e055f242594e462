// Own area, comparison areas, period and extra indicators: the choices of a sheet.

import { get } from "../lib/api.js";
import { add, aside, fill, h, newId, select, small } from "../lib/dom.js";
import { wareki } from "../lib/numbers.js";
import { known } from "../lib/store.js";
import { areaId, areaPicker, fullName, sameArea } from "./area-picker.js";
import { indicatorTree } from "./indicator-tree.js";
import { trouble, waiting } from "./trouble.js";

/** A choice as requests carry it. */
export function asRequest(choice) {
  return {
    own: choice.own ? areaId(choice.own) : null,
    compare: choice.compare.map(areaId),
    from: choice.from,
    to: choice.to,
    add: [...choice.add],
  };
}

/** An empty choice, or one from a sheet's selection or the settings (areas as codes or names). */
export function choiceFrom(given = {}) {
  const area = (one) => (typeof one === "object" && one !== null ? one : { code: null, name: one });
  const own = Array.isArray(given.own) ? given.own[0] : given.own;
  return {
    own: own ? area(own) : null,
    compare: (given.compare ?? []).map(area),
    from: given.from ?? null,
    to: given.to ?? null,
    add: new Set(given.add ?? []),
  };
}

/** 自地域. */
export function ownPart(choice, onchange) {
  const picker = areaPicker({
    label: "自地域（保険者）",
    onpick: (area) => {
      choice.own = area;
      onchange();
    },
    onclear: () => {
      choice.own = null;
      onchange();
    },
  });
  if (choice.own) picker.set(choice.own);
  return picker;
}

/** 比較地域 with suggestions from the data at hand, the rule shown; neighbours are the user's own choice. */
export function comparePart(choice, onchange) {
  const chips = h("ul", { class: "chips", "aria-label": "選んだ比較地域" });
  const suggestions = h("div");
  const has = (area) => choice.compare.some((one) => sameArea(one, area));
  const put = (area) => {
    if (!has(area) && !(choice.own && sameArea(choice.own, area))) choice.compare.push(area);
    show();
    onchange();
  };
  const take = (area) => {
    choice.compare = choice.compare.filter((one) => !sameArea(one, area));
    show();
    onchange();
  };
  function show() {
    fill(
      chips,
      choice.compare.map((area) =>
        h("li", {}, fullName(area), h("button", { class: "quiet", "aria-label": `${fullName(area)}を外す`, onclick: () => take(area) }, "外す")),
      ),
    );
    chips.hidden = choice.compare.length === 0;
    for (const tick of suggestions.querySelectorAll("input")) tick.checked = has(tick.area);
  }
  let asked = null;
  async function suggest() {
    if (!choice.own) {
      fill(suggestions);
      return;
    }
    const own = areaId(choice.own);
    asked = own;
    fill(suggestions, waiting("似た保険者を調べています…"));
    try {
      const answer = await get("/areas/suggest", { own });
      if (asked !== own) return;
      const remembered = (answer.remembered ?? []).map((one) => (typeof one === "object" ? one : { code: null, name: one }));
      fill(
        suggestions,
        answer.areas.length > 0
          ? h(
              "fieldset",
              {},
              h("legend", {}, "似た保険者（候補）"),
              small(answer.rule),
              answer.areas.map((area) => suggestion(area, area.why)),
            )
          : small("数値の入ったファイルを取り込むと、似た保険者を候補としてお見せします。"),
        remembered.length > 0 ? h("fieldset", {}, h("legend", {}, "前に選んだ比較地域"), remembered.map((area) => suggestion(area, ""))) : null,
      );
      show();
    } catch (error) {
      if (asked === own) fill(suggestions, trouble(error, suggest));
    }
  }
  function suggestion(area, why) {
    const tick = h("input", { type: "checkbox", onchange: (event) => (event.target.checked ? put(area) : take(area)) });
    tick.area = area;
    return h("label", { class: "tick" }, tick, h("span", {}, fullName(area), why ? aside(`　${why}`) : null));
  }
  const picker = areaPicker({
    label: "比較地域を足す",
    note: "近くの保険者など、比べたい地域を選べます。選ばなくてもかまいません。都道府県と全国は、いつも並びます。",
    onpick: put,
    clearAfter: true,
    prefecture: choice.own?.prefecture ?? "",
  });
  show();
  suggest();
  const box = h("div", {}, chips, suggestions, picker);
  box.ownChanged = suggest;
  return box;
}

/** 表示期間. Left as it is, the three newest years with figures are shown. */
export function periodPart(choice, onchange) {
  const now = Number((known.hello?.today ?? new Date().toISOString()).slice(0, 4));
  const years = Array.from({ length: 14 }, (_, k) => now + 1 - k);
  const options = (words) => [["", words], ...years.map((year) => [year, `${wareki(year)}（${year}）`])];
  const set = (name) => (value) => {
    choice[name] = value === "" ? null : Number(value);
    if (choice.from && choice.to && choice.from > choice.to) choice[name === "from" ? "to" : "from"] = choice[name];
    if (choice.from && choice.to && choice.to - choice.from > 9) choice[name === "from" ? "to" : "from"] = choice[name] + (name === "from" ? 9 : -9);
    from.value = choice.from ?? "";
    to.value = choice.to ?? "";
    onchange();
  };
  const from = select(options("自動（新しい3年度）"), choice.from ?? "", set("from"));
  const to = select(options("自動（いちばん新しい年度）"), choice.to ?? "", set("to"));
  from.id = newId("f");
  to.id = newId("f");
  return h(
    "div",
    { class: "row" },
    h("div", { class: "field" }, h("label", { for: from.id }, "表示期間の始まり"), from),
    h("div", { class: "field" }, h("label", { for: to.id }, "表示期間の終わり"), to),
  );
}

/** 指標追加, fetched when it is opened. */
export function addPart(choice, onchange) {
  const count = h("span", { class: "count" });
  const tell = () => (count.textContent = choice.add.size > 0 ? `${choice.add.size}件` : "");
  const body = h("div");
  let asked = false;
  const box = h("details", { ontoggle: load }, h("summary", {}, "指標を追加する ", count), body);
  async function load() {
    if (!box.open || asked) return;
    asked = true;
    fill(body, waiting());
    try {
      const { purposes } = await get("/indicators");
      fill(
        body,
        indicatorTree(purposes, choice.add, () => {
          tell();
          onchange();
        }),
      );
    } catch (error) {
      asked = false;
      fill(body, trouble(error, load));
    }
  }
  tell();
  return box;
}

/** All four together; `fixed`: a sheet that is there keeps its own area. */
export function selectionForm(choice, onchange, fixed = false) {
  const compare = comparePart(choice, onchange);
  const own = ownPart(choice, () => {
    if (choice.own) choice.compare = choice.compare.filter((one) => !sameArea(one, choice.own));
    compare.ownChanged();
    onchange();
  });
  return add(
    h("div", { class: "selection" }),
    h("section", {}, fixed ? h("p", {}, `自地域：${fullName(choice.own)}`, aside("　ほかの保険者のシートは、「作る」で新しく作れます。")) : own),
    h("section", {}, h("h2", {}, "比較地域"), compare),
    h("section", {}, h("h2", {}, "表示期間"), periodPart(choice, onchange)),
    h("section", {}, h("h2", {}, "指標"), small("様式の39指標は、いつも入ります。"), addPart(choice, onchange)),
  );
}
