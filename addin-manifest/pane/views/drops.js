// Dropped files: what became of each, and the questions that are open.

import { get, post } from "../lib/api.js";
import { add, aside, fill, h, small, time } from "../lib/dom.js";
import { known, onState, stateNow } from "../lib/store.js";
import { cautions } from "../parts/cautions.js";
import { question } from "../parts/question.js";
import { empty, trouble, waiting } from "../parts/trouble.js";
import { send } from "../parts/upload.js";

export const title = "ファイルの取り込み";

const OUTCOMES = {
  read: ["取り込みました", "mark-done"],
  empty: ["数値なし", "mark-info"],
  refused: ["読み取れませんでした", "mark-error"],
  failed: ["できませんでした", "mark-error"],
  waiting: ["確認待ち", "mark-warning"],
  settling: ["コピーの終わりを待っています", "mark-info"],
  doing: ["読み取っています", "mark-info"],
  duplicate: ["同じ内容を取り込み済み", "mark-info"],
  answered: ["依頼に答えました", "mark-done"],
  gone: ["なくなりました", "mark-info"],
  declined: ["取り込みません", "mark-info"],
};

/** So many questions stand open by themselves; more are opened one by one, since each reads its file anew. */
const AT_ONCE = 2;

/** 「取り込みました」 and its look. */
export function outcomeMark(outcome) {
  const [words, look] = OUTCOMES[outcome] ?? [outcome, "mark-info"];
  return h("span", { class: `mark ${look}` }, words);
}

export async function show(root, _params, app) {
  const sending = h("div");
  const reading = h("div");
  const list = h("div");
  let page = 1;
  const input = h("input", {
    type: "file",
    id: "file-input",
    class: "file-input",
    multiple: true,
    accept: ".xlsx,.xlsm,.xls,.ods,.csv,.txt,.html,.htm,.xml,.zip",
    onchange: async () => {
      const files = [...input.files];
      input.value = "";
      if (files.length > 0) await take(files);
    },
  });
  const take = async (files) => {
    await send(files, sending);
    await load();
  };
  // Answers being typed must not be swept away by a new state.
  const typing = () => list.contains(document.activeElement) && ["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement.tagName);

  async function load() {
    try {
      const answer = await get("/drops", { page });
      const items = answer.items ?? [];
      if (typing()) return;
      const open = new Set([...list.querySelectorAll("details[open]")].map((one) => one.dataset.drop));
      if (items.length === 0 && page === 1) {
        fill(list, empty("入れたファイルは、まだありません。", small("どのファイルが要るかは、「足りない数値」で分かります。"), h("a", { class: "button", href: "#/missing" }, "足りない数値を見る")));
        return;
      }
      const waitingOnes = items.filter((drop) => drop.outcome === "waiting");
      const tables = waitingOnes.filter((drop) => drop.code === "table-understood").length;
      const others = items.filter((drop) => drop.outcome !== "waiting");
      const read = items.some((drop) => drop.outcome === "read");
      fill(
        list,
        waitingOnes.length > 0 ? h("section", {}, h("h2", {}, "確かめていただきたいファイル"), h("ul", { class: "drops" }, waitingOnes.map((drop) => row(drop, load, open, tables <= AT_ONCE)))) : null,
        others.length > 0
          ? h(
              "section",
              {},
              h("div", { class: "title-row" }, h("h2", {}, "入れたファイル"), read ? h("a", { class: "button main", href: "#/make" }, "シートを作る") : null),
              h("ul", { class: "drops" }, others.map((drop) => row(drop, load, open))),
            )
          : null,
        answer.more || page > 1
          ? h("nav", { class: "pager", "aria-label": "ページ" }, h("button", { disabled: page <= 1, onclick: () => ((page -= 1), load()) }, "新しい方へ"), h("span", {}, `${page}ページ`), h("button", { disabled: !answer.more, onclick: () => ((page += 1), load()) }, "古い方へ"))
          : null,
      );
    } catch (error) {
      fill(list, trouble(error, load));
    }
  }

  fill(
    root,
    h("h1", { tabindex: "-1" }, title),
    h(
      "div",
      { class: "drop-zone" },
      h("p", {}, h("strong", {}, "集めたファイルを、この画面に引きずって放してください。"), " 画面のどこで放してもかまいません。"),
      h("p", {}, h("label", { for: "file-input", class: "button main" }, "ファイルを選ぶ"), input),
      small("「受付」フォルダーに直接入れても、同じように取り込みます。Excel（xlsx・xls）、CSV、見える化システムの出力が使えます。一人ひとりの情報（氏名や被保険者番号など）が入ったファイルは、入れないでください。"),
    ),
    sending,
    reading,
    list,
  );
  fill(list, waiting());
  if (app.pending) {
    const files = app.pending;
    app.pending = null;
    await take(files);
  } else await load();
  let seen = known.state?.generation;
  if (known.state) showReading(reading, known.state);
  const stop = onState((state) => {
    showReading(reading, state);
    if (state.generation === seen) return;
    seen = state.generation;
    load();
  });
  return { leave: () => (stop(), true), take };
}

/** How far the reading of 受付 is, with a way to stop it; what is not read yet stays in 受付. */
function showReading(box, { work, paused, inbox }) {
  const left = inbox?.waiting ?? 0;
  const shown = JSON.stringify([work, paused, paused ? left : 0]);
  if (box.dataset.shown === shown) return;
  box.dataset.shown = shown;
  const rest = async (on) => {
    try {
      await post("/intake", { paused: on });
      stateNow();
    } catch (error) {
      fill(box, trouble(error, () => rest(on)));
      delete box.dataset.shown;
    }
  };
  const focused = box.contains(document.activeElement);
  if (paused) {
    const told = work ? "いまのファイルを読み終えたら止まります。" : left > 0 ? `まだ読んでいない${left}件は、「受付」フォルダーにそのまま残っています。要らないファイルは、いま取り除けます。` : "まだ読んでいないファイルはありません。";
    fill(box, h("div", { class: "box notice", role: "status" }, h("p", {}, h("strong", {}, "取り込みを止めています。"), told), h("button", { onclick: () => rest(false) }, "取り込みを続ける")));
  } else if (work) {
    fill(
      box,
      h(
        "div",
        { class: "box job" },
        h("p", { role: "status" }, `${work.step}（${Math.min(work.done + 1, work.total)}／${work.total}）`),
        h("progress", { max: Math.max(work.total, 1), value: work.done, "aria-label": "取り込みの進み具合" }),
        h("button", { onclick: () => rest(true) }, "取り込みを止める"),
      ),
    );
  } else fill(box);
  if (focused) box.querySelector("button")?.focus();
}

function row(drop, reload, open, ask = true) {
  const waits = drop.outcome === "waiting";
  const year = waits && drop.code === "year-unknown";
  const table = waits && drop.code === "table-understood";
  const notes = (drop.diagnostics ?? []).filter((one) => !drop.message?.includes(one.message));
  // The question says the rest of the message, line by line.
  const words = table ? (ask ? null : "決まった様式ではない表です。どう読み取れたかを見て、取り込むかどうかを選んでください。") : year ? (drop.diagnostics?.[0]?.message ?? drop.message) : drop.message;
  const box = h(
    "li",
    { class: "card drop" },
    h("div", { class: "drop-head" }, outcomeMark(drop.outcome), h("span", { class: "drop-name" }, drop.name), aside([drop.layout, time(drop.at)].filter(Boolean).join("　"))),
    words ? h("p", {}, words) : null,
    drop.hint ? h("p", {}, drop.hint) : null,
    drop.outcome === "duplicate" ? small("同じ内容のファイルが、すでに入っています。数値は変わりません。") : null,
  );
  if (year) add(box, question({ ...drop, question: { kind: "year" } }, reload));
  else if (table && ask) add(box, question(drop, reload));
  else if (table) {
    const id = `question-${drop.id}`;
    const place = h("div");
    const show = () => place.firstChild || fill(place, question(drop, reload));
    add(box, h("details", { dataset: { drop: id }, open: open.has(id), ontoggle: (event) => event.target.open && show() }, h("summary", {}, "読み取った内容を見て、答える"), place));
    if (open.has(id)) show();
  }
  if (notes.length > 0 || drop.filed_to || drop.sheets_made?.length) {
    add(
      box,
      h(
        "details",
        { dataset: { drop: drop.id }, open: open.has(drop.id) },
        h("summary", {}, notes.length > 0 ? `くわしく見る（確かめること ${notes.length}件）` : "くわしく見る"),
        cautions(notes),
        drop.sheets_made?.length ? h("p", {}, drop.sheets_made.map((id) => h("a", { class: "button", href: `#/sheet/${encodeURIComponent(id)}` }, "できたシートを見る"))) : null,
        drop.filed_to ? small(`いまの場所：${drop.filed_to}`) : null,
      ),
    );
  }
  return box;
}
