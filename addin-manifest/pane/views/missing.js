// Which figures are still missing and which download brings each: a check-list to work through, or to print.

import { get, post } from "../lib/api.js";
import { aside, field, fill, h, select, small } from "../lib/dom.js";
import { wareki } from "../lib/numbers.js";
import { accessGuide, GUIDE_OF } from "../parts/access.js";
import { cautions } from "../parts/cautions.js";
import { empty, trouble, waiting } from "../parts/trouble.js";

export const title = "足りない数値";

const REASONS = { not_found: "どのファイルにもありません", blank: "ファイルの欄が空です", part_year: "年の途中までの数値です" };
const GAPS_SHOWN = 40;

export async function show(root, [chosen = "0"], app) {
  fill(root, h("h1", {}, title), waiting("調べています…"));
  let report;
  let settings;
  let own = 0;
  try {
    ({ settings } = await get("/settings"));
    if (!settings.own?.length) {
      fill(root, h("h1", {}, title), empty("自地域がまだ決まっていません。", h("a", { class: "button main", href: "#/settings" }, "自地域を選ぶ")));
      return null;
    }
    own = Math.min(Number(chosen) || 0, settings.own.length - 1);
    report = await post("/missing", { own: settings.own[own], compare: settings.compare, from: settings.from, to: settings.to, add: settings.add });
  } catch (error) {
    fill(root, h("h1", {}, title), trouble(error, () => show(root, [chosen], app)));
    return null;
  }
  const years = report.years.length > 1 ? `${wareki(report.years[0])}～${wareki(report.years[report.years.length - 1])}` : report.years.map(wareki).join("");
  const whole = report.present - report.gaps.filter((gap) => gap.reason === "part_year").length;
  const count = (words, value) => (value > 0 ? h("div", { class: "tile" }, h("span", { class: "tile-number" }, String(value)), h("span", {}, words)) : null);
  fill(
    root,
    h("h1", {}, title),
    settings.own.length > 1 ? field("自地域", select(settings.own.map((name, index) => [index, name]), own, (index) => app.go(`missing/${index}`))) : null,
    h("p", {}, `${report.areas[0]}　${years}`, aside(`　比べる地域：${report.areas.slice(1).join("、")}`)),
    h("div", { class: "tiles" }, count("そろっている数値", whole), count("足りない数値", report.gaps.length), count("元の表に「データなし」などとある数値", report.none), count("年度の途中で、まだ出ていない数値", report.not_yet)),
    report.under_way.map((year) => small(`※${wareki(year.year)}は${year.months ? `${year.months}か月分` : "年の途中"}の数値です。1年分は${year.year + 1}年7月ごろから出力できる見込みです。`)),
    report.gaps.length === 0
      ? h("div", { class: "box done" }, h("p", {}, h("strong", {}, "足りない数値はありません。"), "シートを作れます。"), h("a", { class: "button main", href: "#/make" }, "シートを作る"))
      : [
          h(
            "section",
            { class: "checklist" },
            h("div", { class: "title-row" }, h("h2", {}, `次の${report.downloads.length}件を出力して、入れてください`), h("button", { class: "screen", onclick: () => window.print() }, "この一覧を印刷する")),
            h("ol", { class: "downloads" }, report.downloads.map((one, index) => download(one, index, report))),
            h("p", { class: "screen" }, h("a", { class: "button main", href: "#/drops" }, "出力したファイルを入れる")),
          ),
          // On paper the check-list is what is asked for; the single figures, twenty pages, only when somebody opened them.
          h("details", { class: "as-is" }, h("summary", {}, `足りない数値を1つずつ見る（${report.gaps.length}件）`), gapsTable(report.gaps)),
        ],
    cautions(report.diagnostics),
    h("section", {}, h("h2", {}, "資料の手に入れ方"), accessGuide()),
  );
  return null;
}

function download(one, index, report) {
  const name = `chiiki.done.${report.areas[0]}.${JSON.stringify([one.kind, one.indicator?.[0], one.areas, one.years])}`;
  const stored = (value) => {
    try {
      if (value === undefined) return localStorage.getItem(name) === "1";
      if (value) localStorage.setItem(name, "1");
      else localStorage.removeItem(name);
    } catch {
      // Without storage the tick lasts as long as the page.
    }
    return value;
  };
  const years = one.years[0] === one.years[1] ? wareki(one.years[0]) : `${wareki(one.years[0])}～${wareki(one.years[1])}`;
  const line = (label, text) => (text ? [h("dt", {}, label), h("dd", {}, text)] : null);
  const added = one.add.map(([id, words]) => `${id} ${words}`).join("、");
  const guide = GUIDE_OF[one.kind];
  return h(
    "li",
    { class: "card" },
    h("label", { class: "tick" }, h("input", { type: "checkbox", checked: stored(), onchange: (event) => stored(event.target.checked) }), h("span", {}, h("strong", {}, one.indicator ? `${one.indicator[0]} ${one.indicator[1]}` : one.menu[0] === "ダッシュボード" ? "ダッシュボードの「地域分析・検討シート」" : one.system), aside(`　これで${one.closes}件そろいます`))),
    h(
      "dl",
      { class: "pairs" },
      line("どこで", one.system),
      line("押す順番", one.menu.join(" → ")),
      line("自地域", one.own),
      line(one.own ? "比較地域" : "地域", one.areas.join("、")),
      line("期間", years),
      line(one.kind === "entry_form" ? "指標" : "指標追加", added),
      line("ほかの方法", one.other_way),
    ),
    guide && index < 99
      ? h(
          "button",
          {
            class: "quiet screen",
            onclick: () => {
              const section = document.getElementById(`access-${guide}`);
              section.open = true;
              section.querySelector("summary").focus();
              section.scrollIntoView({ block: "start" });
            },
          },
          "手順をくわしく見る",
        )
      : null,
  );
}

function gapsTable(gaps) {
  const box = h("div");
  const paint = (count) =>
    fill(
      box,
      h(
        "div",
        { class: "scrolls", role: "region", tabindex: "0", "aria-label": "足りない数値の表" },
        h(
          "table",
          {},
          h("thead", {}, h("tr", {}, ["指標", "地域", "年度", "わけ"].map((word) => h("th", { scope: "col" }, word)))),
          h("tbody", {}, gaps.slice(0, count).map((gap) => h("tr", {}, h("th", { scope: "row" }, `${gap.indicator} ${gap.name}`), h("td", {}, gap.area), h("td", {}, wareki(gap.year)), h("td", {}, REASONS[gap.reason] ?? gap.reason)))),
        ),
      ),
      gaps.length > count ? h("button", { class: "rest", onclick: () => paint(count + 200) }, `続きを見る（残り${gaps.length - count}件）`) : null,
    );
  paint(GAPS_SHOWN);
  return box;
}
