// The list of sheets: search, sort, filter, a page at a time.

import { get, post } from "../lib/api.js";
import { ask, debounce, field, fill, h, say, select, small, time } from "../lib/dom.js";
import { wareki } from "../lib/numbers.js";
import { known, onState } from "../lib/store.js";
import { fullName } from "../parts/area-picker.js";
import { kept } from "../parts/texts.js";
import { report, run } from "../parts/job.js";
import { empty, trouble, waiting } from "../parts/trouble.js";
import { mainPaper, openFile, openPaper } from "../parts/files.js";
import { lostDrafts } from "../parts/lost-drafts.js";

export const title = "シート一覧";

const SIZE = 50;
// Kept while the page lives, so that coming back shows the same list.
const wanted = { q: "", status: "all", insurer: "", changed_since: "", sort: "changed", order: "desc", page: 1 };

const question = () => ({ ...wanted, size: SIZE });
let early = null;
/** Asks for the list before the view stands, when the page begins with it. */
export function ahead() {
  // What goes wrong is told by the view, which asks again.
  early = { at: performance.now(), answer: get("/sheets", question()).catch(() => null) };
}

export async function show(root) {
  const list = h("div", { "aria-live": "off" });
  const count = h("p", { role: "status", class: "note" });
  const reading = h("div");
  const lost = h("div");
  // What came of work on a sheet stays by it.
  const workings = new Map();
  const search = debounce(() => load(true), 150);
  const text = (name, label, type = "search") =>
    field(
      label,
      h("input", {
        type,
        value: wanted[name],
        oninput: (event) => {
          wanted[name] = event.target.value;
          search();
        },
      }),
    );
  const choose = (name, label, options) =>
    field(
      label,
      select(options, wanted[name], (value) => {
        wanted[name] = value;
        load(true);
      }),
    );
  let asked = null;
  let listed = new Set();

  async function load(first = false) {
    if (first) wanted.page = 1;
    asked?.abort();
    asked = new AbortController();
    try {
      const first = early && performance.now() - early.at < 3000 ? early.answer : null;
      early = null;
      const answer = (await first) ?? (await get("/sheets", question(), { signal: asked.signal }));
      listed = new Set(answer.items.map((item) => item.id));
      const pages = Math.max(Math.ceil(answer.total / SIZE), 1);
      if (wanted.page > pages) {
        wanted.page = pages;
        load();
        return;
      }
      const words = answer.total === 0 ? "当てはまるシートはありません。" : `${answer.total}件`;
      if (count.textContent !== words) count.textContent = words;
      showReading(answer.pending);
      const filtered = wanted.q || wanted.status !== "all" || wanted.insurer || wanted.changed_since;
      if (answer.total === 0 && !filtered) {
        fill(
          list,
          empty(
            "シートはまだありません。集めたファイルを入れると、シートを作れます。",
            h("div", { class: "buttons" }, h("a", { class: "button main", href: "#/drops" }, "ファイルを入れる"), h("a", { class: "button", href: "#/make" }, "シートを作る")),
          ),
        );
        return;
      }
      const now = document.activeElement?.closest?.("[data-sheet]")?.dataset.sheet;
      fill(list, h("ul", { class: "sheets" }, answer.items.map((item) => row(item, workingOf(item.id), load))), pages > 1 ? pager(pages) : null);
      if (now) list.querySelector(`[data-sheet="${CSS.escape(now)}"] a`)?.focus();
    } catch (error) {
      if (error.name !== "AbortError") fill(list, trouble(error, () => load()));
    }
  }

  function workingOf(id) {
    if (!workings.has(id)) workings.set(id, h("div"));
    return workings.get(id);
  }

  /** Books nobody has opened yet are read behind the scenes; the list stands by their names meanwhile. */
  let most = 0;
  function showReading(pending = 0) {
    most = Math.max(most, pending);
    if (pending === 0) {
      most = 0;
      fill(reading);
      return;
    }
    const done = most - pending;
    fill(reading, small(`シートの中身を調べています（${done}／${most}件）。名前のあるものは、もう開けます。`), h("progress", { max: most, value: done, "aria-label": "シートの中身を調べています" }));
  }

  function pager(pages) {
    const go = (page) => {
      wanted.page = page;
      load();
      root.querySelector("h1").scrollIntoView();
    };
    return h(
      "nav",
      { class: "pager", "aria-label": "ページ" },
      h("button", { disabled: wanted.page <= 1, onclick: () => go(wanted.page - 1) }, "前へ"),
      h("span", {}, `${wanted.page}／${pages}ページ`),
      h("button", { disabled: wanted.page >= pages, onclick: () => go(wanted.page + 1) }, "次へ"),
    );
  }

  const month = new Date();
  month.setMonth(month.getMonth() - 1);
  const lastMonth = month.toISOString().slice(0, 10);
  fill(
    root,
    h("div", { class: "title-row" }, h("h1", {}, "シート一覧"), h("a", { class: "button main", href: "#/make" }, "新しいシートを作る")),
    h(
      "form",
      { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
      text("q", "名前でさがす"),
      h(
        "details",
        { open: Boolean(wanted.insurer || wanted.changed_since || wanted.status !== "all") },
        h("summary", {}, "しぼり込みと並び順"),
        h(
          "div",
          { class: "row" },
          choose("status", "状態", [["all", "すべて"], ["private", "未公開"], ["shared", "共有済み"]]),
          text("insurer", "保険者"),
          choose("changed_since", "更新日", [["", "すべて"], [lastMonth, "直近1か月"]]),
          choose("sort", "並び順", [["changed", "更新日"], ["name", "名前"], ["insurer", "保険者"]]),
          choose("order", "向き", [["desc", "新しい・後ろから"], ["asc", "古い・前から"]]),
        ),
      ),
    ),
    count,
    reading,
    lost,
    list,
  );
  fill(list, waiting());
  await load();
  lostDrafts(lost, listed);
  let generation = known.state?.generation ?? null;
  const stop = onState((state) => {
    if (generation !== null && generation !== state.generation) {
      load().then(() => lostDrafts(lost, listed));
    }
    generation = state.generation;
  });
  const heard = debounce(() => load(), 500);
  window.addEventListener("storage", heard);
  return { leave: () => (stop(), window.removeEventListener("storage", heard), true) };
}

function row(item, working, reload) {
  const href = `#/sheet/${encodeURIComponent(item.id)}`;
  const drafts = kept.count(item.id);
  const [first, last] = [item.years?.[0], item.years?.at(-1)];
  const years = first === undefined ? "" : first === last ? wareki(first) : `${wareki(first)}～${wareki(last)}`;
  const handout = mainPaper(item);
  const act = (label, call) => h("button", { onclick: call, "aria-label": `${item.name}：${label}` }, label);
  const fails = (error) => fill(working, trouble(error));
  const paper = () => openPaper(working, item);
  const copy = async () => {
    const input = h("input", { type: "text", value: `${item.name} のコピー` });
    const answer = ask("シートを写す", field("新しい名前", input), [{ label: "写す", value: "yes", main: true }, { label: "やめる", value: "no" }]);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) input.closest("dialog").close("yes");
    });
    if ((await answer) !== "yes") return;
    try {
      await post(`/sheets/${encodeURIComponent(item.id)}/copy`, { name: input.value });
      say("写しを作りました。");
      await reload();
    } catch (error) {
      fails(error);
    }
  };
  const refilled = (job) =>
    fill(working, h("div", { class: "box done", role: "status" }, h("p", {}, "数値を新しくしました。書いた文章はそのままです。"), report(job), h("a", { href: `${href}/history` }, "何が変わったかを見る")));
  const refill = () => run(working, () => post(`/sheets/${encodeURIComponent(item.id)}/refill`, {}), { doing: "数値を新しくしています", done: refilled });
  const setStatus = async (event) => {
    try {
      await post(`/sheets/${encodeURIComponent(item.id)}/status`, { shared: event.target.value === "shared" });
      say("状態を変えました。");
    } catch (error) {
      event.target.value = item.status;
      fails(error);
    }
  };
  const status = select([["private", "未公開"], ["shared", "共有済み"]], item.status, () => {});
  status.addEventListener("change", setStatus);
  status.setAttribute("aria-label", `${item.name}：状態（このパソコンでの覚え書き）`);
  return h(
    "li",
    { class: "card sheet-row", dataset: { sheet: item.id } },
    h(
      "div",
      { class: "sheet-head" },
      h("a", { class: "sheet-name", href }, item.name),
      item.locked ? h("span", { class: "mark mark-info" }, "Excelで開いています") : null,
      drafts > 0 ? h("span", { class: "mark mark-warning" }, `未保存の下書き ${drafts}欄`) : null,
    ),
    h(
      "p",
      { class: "note" },
      [
        fullName({ name: item.insurer ?? "", prefecture: item.prefecture }),
        years,
        item.changed ? `更新 ${time(item.changed)}` : "",
        item.read === false ? "中身はこれから調べます" : `書き込み ${item.texts_filled ?? 0}／15欄`,
        item.cautions > 0 ? `確かめること ${item.cautions}件` : "",
      ]
        .filter(Boolean)
        .join("　"),
    ),
    h(
      "div",
      { class: "buttons" },
      act("Excelで開く", () => openFile(item, "xlsx").catch(fails)),
      act("数値を新しくする", refill),
      act(handout ? "配布資料を開く" : "配布資料を作る", paper),
      act("写す", copy),
      h("span", { class: "status-choice" }, status),
    ),
    working,
  );
}
