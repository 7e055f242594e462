// One sheet: figures and charts, the texts beside them, what to check, what changed.

import { get, post } from "../lib/api.js";
import { aside, ask, fill, h, say, small, time } from "../lib/dom.js";
import { number, wareki } from "../lib/numbers.js";
import { host } from "../lib/place.js";
import { updateOpenBook } from "../parts/open-book.js";
import { powerQuery } from "../parts/power-query.js";
import { fullName } from "../parts/area-picker.js";
import { cautions, place } from "../parts/cautions.js";
import { known, onState } from "../lib/store.js";
import { download, openFile, openPaper } from "../parts/files.js";
import { report, run } from "../parts/job.js";
import { previewView } from "../parts/preview.js";
import { figureSource } from "../parts/source.js";
import { textsEditor } from "../parts/texts.js";
import { empty, trouble, waiting } from "../parts/trouble.js";

export const title = "シート";

const TABS = [
  ["figures", "数値と図"],
  ["texts", "検討の書き込み"],
  ["checks", "確かめること"],
  ["history", "履歴"],
];

export async function show(root, [id, tab = "figures"], app) {
  fill(root, waiting());
  let sheet;
  try {
    sheet = await get(`/sheets/${encodeURIComponent(id)}`);
  } catch (error) {
    fill(root, h("p", {}, h("a", { href: "#/sheets" }, "シート一覧へ戻る")), trouble(error, () => show(root, [id, tab], app)));
    return null;
  }
  app.setTitle(sheet.name);
  const working = h("div");
  const fails = (retry) => (error) => fill(working, trouble(error, retry));
  const path = `/sheets/${encodeURIComponent(id)}`;
  let editor = null;

  const again = () => show(root, [id, tab], app);
  const refill = async (body = {}) => {
    if (editor?.unsaved() > 0 && !(await editor.saveAll())) {
      say("保存できない書き込みがあるため、まだ数値を新しくしていません。");
      return;
    }
    const done = async (job) => {
      fill(working, h("div", { class: "box done", role: "status" }, h("p", {}, "数値を新しくしました。書いた文章はそのままです。"), report(job), h("button", { onclick: () => app.go(`sheet/${encodeURIComponent(id)}/history`, true) }, "何が変わったかを見る")));
      await renew().catch(fails(() => renew().catch(fails(null))));
    };
    await run(working, () => post(`${path}/refill`, body), { doing: "数値を新しくしています", done });
  };
  const print = async (anew = false) => {
    if (editor?.unsaved() > 0 && !(await editor.saveAll())) {
      fill(working, h("div", { class: "box trouble", role: "alert" }, h("p", {}, "保存できない書き込みがあります。"), button("その文章を入れずに配布資料を開く", () => paper(anew))));
      return;
    }
    await paper(anew);
  };
  const paper = async (anew) => {
    await openPaper(working, sheet, anew);
    paintHead();
  };
  const openXlsx = () => openFile(sheet, "xlsx").catch(fails(openXlsx));
  const update = () => updateOpenBook(working).catch(fails(update));
  const button = (label, onclick, main = false) => h("button", { class: main ? "main" : "", onclick }, label);

  const body = h("div", { class: "tab-body", role: "tabpanel", id: "tab-body", tabindex: "-1" });
  const tabs = h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": "このシートの中身", onkeydown: tabKeys },
    TABS.map(([name, words]) =>
      h(
        "button",
        {
          role: "tab",
          id: `tab-${name}`,
          "aria-controls": "tab-body",
          "aria-selected": String(name === tab),
          tabindex: name === tab ? "0" : "-1",
          onclick: () => app.go(`sheet/${encodeURIComponent(id)}/${name}`),
        },
        words,
      ),
    ),
  );

  function tabKeys(event) {
    const here = TABS.findIndex(([name]) => `tab-${name}` === event.target.id);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (here < 0 || !step) return;
    event.preventDefault();
    const [name] = TABS[(here + step + TABS.length) % TABS.length];
    tabs.querySelector(`#tab-${name}`).focus();
  }

  const head = h("p", { class: "note" });
  const locked = h("p", { class: "box" }, h("strong", {}, "Excelで開いています。"), "ここで保存するには、先にExcelで保存して閉じてください。");
  const news = h("div", { class: "news screen", role: "status" });
  const fresh = (now) => h("p", { class: "box done" }, `このシートは新しくなりました（更新 ${time(now.changed)}）。新しい内容を表示しています。`);
  const printing = button("", () => print(), true);
  const remake = button("配布資料を作り直す", () => print(true));
  const count = h("span", { class: "count" });
  tabs.querySelector("#tab-checks").append(count);
  function paintHead() {
    fill(head, [fullName({ name: sheet.insurer ?? "", prefecture: sheet.prefecture }), sheet.changed ? `更新 ${time(sheet.changed)}` : "", sheet.status === "shared" ? "共有済み" : "未公開"].filter(Boolean).join("　"));
    locked.hidden = !sheet.locked;
    fill(printing, sheet.handouts?.length ? "配布資料を開いて印刷する" : "配布資料を作って印刷する");
    remake.hidden = !sheet.handouts?.length;
    count.hidden = !sheet.cautions?.length;
    fill(count, `${sheet.cautions?.length ?? 0}`);
  }
  paintHead();

  fill(
    root,
    h("p", { class: "screen" }, h("a", { href: "#/sheets" }, "シート一覧へ戻る")),
    h("h1", {}, sheet.name),
    head,
    locked,
    h(
      "div",
      { class: "buttons screen" },
      printing,
      host.kind === "excel" ? button("開いているブックの数値だけ更新する", update) : button("Excelで開く", openXlsx),
      button("数値を新しくする", () => refill()),
      h(
        "details",
        { class: "more" },
        h("summary", {}, "ほかの操作"),
        h(
          "div",
          { class: "buttons" },
          h("a", { class: "button", href: `#/make/${encodeURIComponent(id)}` }, "地域・期間・指標を変える"),
          remake,
          button("フォルダーを開く", () => openFile(sheet, "folder").catch(fails(null))),
          button("ファイルを保存する", () => download(sheet, "xlsx").catch(fails(null))),
          button("この画面を印刷する", () => window.print()),
          button("Power Queryでつなぐ", () => powerQuery(sheet.id)),
          button("手で直した数値も新しい値にする", async () => {
            const sure = await ask("手で直した数値も置き換えますか", h("p", {}, "シートで書き換えられた数値を、ファイルの数値に置き換えます。その前に、日付の付いた控えができます。"), [
              { label: "置き換える", value: "yes" },
              { label: "やめる", value: "no", main: true },
            ]);
            if (sure === "yes") refill({ adopt: true });
          }),
        ),
      ),
    ),
    working,
    tabs,
    news,
    body,
  );
  body.setAttribute("aria-labelledby", `tab-${tab}`);

  async function paintBody() {
    if (editor) editor.renew(sheet);
    else if (tab === "texts") {
      editor = textsEditor(sheet, { onfigure: (now) => (now.comparison ? figureSource(now.comparison, now) : null) });
      fill(body, editor.view);
    } else if (tab === "checks") fill(body, checks(sheet));
    else if (tab === "history") await history(body, sheet, path);
    else if (sheet.comparison) fill(body, previewView(sheet.comparison, { onfigure: figureSource(sheet.comparison, sheet) }));
    else fill(body, empty("このシートの数値を読み取れませんでした。", button("もう一度読み込む", again)));
  }
  await paintBody();

  async function renew(now = null) {
    sheet = now ?? (await get(path));
    fill(news);
    paintHead();
    await paintBody();
  }

  // Files arrive, Excel saves, another window writes: what is new is shown at once where it sweeps nothing away.
  let asking = false;
  const look = async () => {
    if (asking) return;
    asking = true;
    try {
      const now = await get(path);
      const [was, is] = [sheet, now].map(contents);
      if (was === is) {
        sheet.locked = now.locked;
        sheet.handouts = now.handouts;
        paintHead();
      } else if (tab === "texts") {
        // The fields look after themselves; what was saved here is no news.
        const told = JSON.stringify(sheet.comparison) !== JSON.stringify(now.comparison);
        await renew(now);
        if (told) fill(news, fresh(now));
      } else {
        const at = document.activeElement;
        const busy = document.querySelector("dialog[open]") || (body.contains(at) && at !== body) || body.querySelector("details[open]") || scrollY > 0;
        if (busy) fill(news, h("div", { class: "box notice" }, h("p", {}, h("strong", {}, "このシートは新しくなりました。"), "下に出ているのは、新しくなる前の内容です。"), button("新しい内容を表示する", () => renew(now).catch(fails(null)))));
        else {
          await renew(now);
          fill(news, fresh(now));
        }
      }
    } catch {
      // Told where it is asked for.
    }
    asking = false;
  };
  let generation = known.state?.generation ?? null;
  const stop = onState((state) => {
    const resting = !state.work && !state.jobs?.some((job) => job.state === "running" || job.state === "queued");
    if (state.generation === generation || !resting) return;
    const first = generation === null;
    generation = state.generation;
    if (!first) look();
  });

  const guard = (event) => {
    if (editor?.unsaved() > 0) event.preventDefault();
  };
  window.addEventListener("beforeunload", guard);
  return {
    async leave() {
      if (editor?.unsaved() > 0) {
        const answer = await ask("保存していない書き込みがあります", h("p", {}, `${editor.unsaved()}欄の書き込みが、まだシートに保存されていません。移っても、下書きはこのパソコンに残ります。`), [
          { label: "保存して移る", value: "save", main: true },
          { label: "下書きのまま移る", value: "leave" },
          { label: "とどまる", value: "stay" },
        ]);
        if (answer === null || answer === "stay") return false;
        if (answer === "save" && !(await editor.saveAll())) return false;
      }
      window.removeEventListener("beforeunload", guard);
      editor?.end();
      stop();
      return true;
    },
  };
}

function contents(sheet) {
  return JSON.stringify([sheet.changed, sheet.comparison, sheet.texts, sheet.cautions, sheet.comments]);
}

function checks(sheet) {
  const items = (sheet.cautions ?? []).map((caution) => h("li", {}, caution.text ?? caution.message, caution.hint ? ` ${caution.hint}` : "", place(caution.place)));
  return h(
    "div",
    {},
    h("section", {}, h("h2", { class: "band" }, "確かめたいこと"), items.length > 0 ? h("ul", {}, items) : h("p", {}, "ありません。"), cautions(sheet.comparison?.diagnostics ?? [])),
    sheet.comments?.length
      ? h(
          "section",
          {},
          h("h2", { class: "band" }, "セルに付いたコメント"),
          h("ul", {}, sheet.comments.map((comment) => h("li", {}, comment.text, comment.author ? aside(`　${comment.author}`) : null, place({ sheet: comment.sheet, cell: comment.cell })))),
        )
      : null,
    sheet.memo?.length
      ? h(
          "section",
          {},
          h("h2", { class: "band" }, "検討の手がかり"),
          small("全国との違いから考えられることと、確かめる資料です。答えではありません。"),
          sheet.memo.map(hintView),
        )
      : null,
  );
}

function hintView(hint) {
  const line = (label, text) => (text ? [h("dt", {}, label), h("dd", {}, text)] : null);
  const words = [hint.block, hint.fact ?? hint.text].filter(Boolean).join("：");
  const lines = [line("考えられること", hint.candidates), line("確かめる資料", hint.checks), line("話し合いたいこと", hint.question)].filter(Boolean);
  if (lines.length === 0) return h("p", {}, words);
  return h("details", {}, h("summary", {}, words), h("dl", { class: "pairs" }, lines));
}

const CHANGED = { new: "新しい数値", revised: "変わった数値", gone: "なくなった数値", kept: "手で直された数値", mention: "文章の見直し" };
const DONE = { made: "作成", refilled: "数値を更新", text: "書き込みを保存", status: "状態を変更", paper: "配布資料を作成", copied: "写しとして作成" };

async function history(body, sheet, path) {
  fill(body, waiting());
  let changes = [];
  let failure = null;
  try {
    ({ changes } = await get(`${path}/changes`));
  } catch (error) {
    failure = trouble(error, () => history(body, sheet, path));
  }
  // The newest first, also of several in one second.
  const events = [...(sheet.history ?? [])].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).reverse();
  fill(
    body,
    h(
      "section",
      {},
      h("h2", { class: "band" }, "これまでの更新"),
      events.length > 0
        ? h(
            "ul",
            { class: "events" },
            events.map((event) => {
              const counts = [["新しい数値", event.added], ["変わった数値", event.revised], ["なくなった数値", event.gone]].filter(([, count]) => count > 0);
              return h("li", {}, `${time(event.at)}　${DONE[event.kind] ?? event.kind}`, event.kind === "refilled" && counts.length === 0 ? aside("　変わった数値はありません") : null, counts.length > 0 ? aside(`　${counts.map(([word, count]) => `${word} ${count}件`).join("、")}`) : null);
            }),
          )
        : h("p", {}, "記録はまだありません。"),
    ),
    failure,
    h("section", {}, h("h2", { class: "band" }, "最後の更新で変わった数値"), changes.length > 0 ? changesTable(changes) : failure ? null : h("p", {}, "変わった数値はありません。")),
  );
}

const SHOWN = 100;

function changesTable(changes) {
  const box = h("div");
  const paint = (count) => {
    fill(
      box,
      h(
        "div",
        { class: "scrolls", role: "region", tabindex: "0", "aria-label": "変わった数値の表" },
        h(
          "table",
          {},
          h("thead", {}, h("tr", {}, ["区分", "指標", "地域", "年度", "前の値", "新しい値", "元のセル"].map((word) => h("th", { scope: "col" }, word)))),
          h(
            "tbody",
            {},
            changes.slice(0, count).map((change) =>
              h(
                "tr",
                {},
                h("td", {}, CHANGED[change.kind] ?? change.kind),
                h("th", { scope: "row" }, change.name ?? change.indicator),
                h("td", {}, change.area),
                h("td", {}, typeof change.year === "number" ? wareki(change.year) : change.year),
                h("td", { class: "number" }, asText(change.old)),
                h("td", { class: "number" }, asText(change.new)),
                h("td", { class: "note" }, sourceText(change.source_new ?? change.source_old)),
              ),
            ),
          ),
        ),
      ),
      changes.length > count ? h("button", { class: "rest", onclick: () => paint(changes.length) }, `残りの${changes.length - count}件も見る`) : null,
    );
  };
  paint(SHOWN);
  return box;
}

function asText(value) {
  if (value === null || value === undefined || value === "") return "－";
  return typeof value === "number" ? number(value, Number.isInteger(value) ? 0 : 2) : String(value);
}

function sourceText(source) {
  if (!source) return "";
  if (typeof source === "string") return source;
  return [source.file, source.sheet, source.cell].filter(Boolean).join("　");
}

