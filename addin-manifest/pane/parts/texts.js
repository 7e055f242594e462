// The 15 texts beside the figures they speak of. What is typed is kept as a draft at once and lives until the service
// says it is in the workbook; nobody's text is overwritten without being shown.

import { post } from "../lib/api.js";
import { ask, debounce, fill, h, newId, say, small, time } from "../lib/dom.js";
import { both, drafts, standing } from "../lib/drafts.js";
import { mainIndex } from "./charts.js";
import { figuresTable } from "./figures.js";
import { trouble } from "./trouble.js";

/** The fields of a block: name, step, heading. */
export const FIELDS = [
  ["comparison", "STEP 1", "全国平均等との比較"],
  ["hypothesis", "STEP 2", "全国平均等との乖離について理由・問題点等の考察（仮説の設定）"],
  ["verification", "STEP 3", "設定した仮説の確認・検証方法"],
  ["measures", "STEP 4", "問題を解決するための対応策（理想像でも可）"],
  ["free_text", "", "自由記述"],
];

function storage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
/** The drafts of this browser. */
export const kept = drafts(storage());

/** Characters a cell holds. */
const MOST = 32_767;

/** The editor of a sheet as GET /sheets/{id} gives it. `onfigure(sheet)` is what a press on a figure does. */
export function textsEditor(sheet, { onfigure }) {
  const fields = sheet.texts.map((text) => ({ ...text, shownHash: text.hash, shownText: text.text }));
  const status = h("p", { class: "save-state", role: "status" });
  const failure = h("div");
  const save = h("button", { class: "main", onclick: () => saveAll() }, "シートに保存する");
  let saving = false;

  const unsaved = () => fields.filter((one) => one.input && one.input.value !== one.shownText);
  const over = (one) => one.input.value.length - MOST;
  const keep = (one, text = one.input.value, hash = one.shownHash) => kept.keep(sheet.id, one.block, one.field, text, hash, sheet.name);
  const tell = (words = null) => {
    const count = unsaved().length;
    const long = unsaved().filter((one) => over(one) > 0).length;
    save.disabled = saving || count === 0;
    const state = count === 0 ? "すべて保存されています。" : `${count}欄が未保存です（下書きはこのパソコンに残ります）。`;
    status.textContent = words ?? state + (long > 0 ? `うち${long}欄は長すぎるため、短くするまで保存できません。` : "");
  };
  const tellLength = (one) => {
    const words = over(one) > 0 ? `1つの欄に書けるのは32,767文字までです。いま${over(one)}文字多いため、この欄はまだ保存できません。` : "";
    if (one.lengthBox.textContent !== words) one.lengthBox.textContent = words;
  };
  // Every keystroke counts: the draft is written at once, only the words about it wait.
  const tellSoon = debounce(tell, 200);

  function fieldView(one, step, heading) {
    const id = newId("text");
    const note = newId("note");
    const conflict = h("div");
    one.conflictBox = conflict;
    one.lengthBox = h("p", { class: "too-long", role: "status" });
    one.otherBox = h("p", { class: "note", role: "status" });
    one.input = h("textarea", {
      id,
      rows: 4,
      value: one.text,
      "aria-describedby": note,
      readonly: one.rich === true,
      oninput: () => {
        grow(one.input);
        tellLength(one);
        const stored = keep(one);
        if (one.input.value === one.shownText) kept.drop(sheet.id, one.block, one.field, one.input.value);
        tellSoon(stored ? null : "未保存です。このブラウザーには下書きを残せないため、閉じる前に保存してください。");
      },
    });
    const draft = kept.of(sheet.id, one.block, one.field);
    let restored = null;
    if (draft) {
      const state = standing(draft, one);
      if (state === "same") kept.drop(sheet.id, one.block, one.field);
      else if (state === "restore") {
        one.input.value = draft.text;
        restored = h("p", { class: "note restored" }, `保存していない下書き（${time(draft.at)}）を戻しました。`, h("button", { class: "quiet", onclick: () => discard(one, restored) }, "下書きを捨てる"));
      } else showConflict(one, draft.text, { text: one.text, hash: one.hash }, draft.hash);
    }
    const rich = one.rich
      ? h(
          "p",
          { class: "note rich" },
          "この欄には、文字ごとの色や太字があります。ここで書き換えると、その飾りはなくなります。飾りを残すときは、Excelで直してください。",
          h(
            "button",
            {
              class: "quiet",
              onclick: (event) => {
                one.input.readOnly = false;
                one.input.focus();
                event.target.remove();
              },
            },
            "飾りがなくなってもよいので、ここで直す",
          ),
        )
      : null;
    one.words = h("p", { class: "note", id: note });
    tellPlace(one);
    requestAnimationFrame(() => grow(one.input));
    tellLength(one);
    return h(
      "div",
      { class: "text-field" },
      h("label", { for: id }, step ? h("span", { class: "step" }, step) : null, heading),
      one.words,
      rich,
      restored,
      one.input,
      one.lengthBox,
      one.otherBox,
      conflict,
    );
  }

  function tellPlace(one) {
    const words = one.shownText.startsWith("【下書き】") ? "計算で作った下書きです。確かめて直し、1行目を消してください。" : "";
    fill(one.words, [one.place?.cell ? `セル ${one.place.cell}` : "", words].filter(Boolean).join("　"));
  }

  async function discard(one, note) {
    const sure = await ask("下書きを捨てますか", h("p", {}, "書きかけの文章を消して、シートの文章に戻します。"), [
      { label: "捨てる", value: "yes" },
      { label: "残す", value: "no", main: true },
    ]);
    if (sure !== "yes") return;
    kept.drop(sheet.id, one.block, one.field);
    one.input.value = one.shownText;
    tellLength(one);
    note?.remove();
    tell();
  }

  /** Somebody changed the field meanwhile: both texts are shown, nothing is chosen. `hash`: of what mine was typed over. */
  function showConflict(one, mine, now, hash = one.shownHash) {
    const settle = (text) => {
      one.shownText = now.text;
      one.shownHash = now.hash;
      one.input.value = text;
      one.input.readOnly = false;
      if (text === now.text) kept.drop(sheet.id, one.block, one.field);
      else keep(one, text, now.hash);
      fill(one.conflictBox);
      tellPlace(one);
      tellLength(one);
      grow(one.input);
      tell();
      one.input.focus();
    };
    // Closed now, the question comes back.
    keep(one, mine, hash);
    one.overHash = hash;
    one.input.value = mine;
    one.input.readOnly = true;
    grow(one.input);
    fill(
      one.conflictBox,
      h(
        "div",
        { class: "box conflict", role: "alert" },
        h("p", {}, h("strong", {}, "シートの文章が、ほかで書き換えられています。"), "どちらを使うか選んでください。選ぶまで、どちらも消えません。"),
        h("p", { class: "part-title" }, "いまのシートの文章"),
        h("pre", {}, now.text === "" ? "（空欄）" : now.text),
        h("p", { class: "part-title" }, "あなたが書いた文章"),
        h("pre", {}, mine === "" ? "（空欄）" : mine),
        h(
          "div",
          { class: "buttons" },
          h("button", { onclick: () => settle(mine) }, "自分の文章を使う"),
          h("button", { onclick: () => settle(now.text) }, "いまの文章を残す"),
          h("button", { onclick: () => settle(both(mine, now.text)) }, "両方をつなげる"),
        ),
      ),
    );
  }

  /** Saves everything unsaved; true when nothing is left. */
  async function saveAll() {
    const open = unsaved().filter((one) => !one.conflictBox.firstChild && over(one) <= 0);
    if (open.length === 0) {
      tell();
      return unsaved().length === 0;
    }
    saving = true;
    tell("保存しています…");
    const sent = new Map(open.map((one) => [one, one.input.value]));
    const changes = open.map((one) => ({ block: one.block, field: one.field, hash: one.shownHash, text: sent.get(one) }));
    try {
      const answer = await post(`/sheets/${encodeURIComponent(sheet.id)}/texts`, { changes });
      const find = (given) => open.find((one) => one.block === given.block && one.field === given.field);
      for (const saved of answer.saved ?? []) {
        const one = find(saved);
        if (!one) continue;
        // What was typed while saving stays unsaved.
        one.shownText = saved.text ?? sent.get(one);
        one.shownHash = saved.hash ?? one.shownHash;
        // Another window may have typed into the same draft: that one is not in the workbook.
        if (one.input.value === one.shownText) kept.drop(sheet.id, one.block, one.field, one.shownText);
        else keep(one);
        fill(one.otherBox);
        tellPlace(one);
      }
      for (const conflict of answer.conflicts ?? []) {
        const one = find(conflict);
        if (!one) continue;
        showConflict(one, sent.get(one), { text: conflict.now, hash: conflict.hash });
      }
      fill(failure);
      saving = false;
      tell();
      const saved = answer.saved?.length ?? 0;
      say(answer.conflicts?.length ? `${saved}欄を保存しました。${answer.conflicts.length}欄は、選んでいただく必要があります。` : `${saved}欄をシートに保存しました。`);
    } catch (error) {
      saving = false;
      tell(error.code === "open-in-excel" ? "Excelで開いているため、まだ保存していません。下書きは残っています。" : null);
      fill(failure, trouble(error, saveAll, "もう一度保存する"), small("書いた文章は下書きとしてこのパソコンに残っています。"));
    }
    return unsaved().length === 0;
  }

  const figuresOf = [];
  function blockFigures(name) {
    const block = sheet.comparison?.blocks?.find((one) => one.name === name);
    if (!block) return small("数値がありません。");
    return figuresTable(sheet.comparison, block, Math.max(mainIndex(sheet.comparison), 0), { compact: true, onfigure: onfigure(sheet) });
  }

  /** The sheet as it is now: its figures at once, its texts where nobody is writing; where somebody is, a choice. */
  function renew(next) {
    sheet = next;
    for (const paint of figuresOf) paint();
    for (const one of fields.filter((one) => one.input)) {
      const now = next.texts.find((text) => text.block === one.block && text.field === one.field);
      if (!now) continue;
      one.place = now.place;
      const asks = Boolean(one.conflictBox.firstChild);
      if (now.hash !== one.shownHash || asks) {
        const mine = one.input.value;
        if (mine === one.shownText && !asks) one.input.value = now.text;
        else if (mine !== now.text) {
          showConflict(one, mine, now, asks ? one.overHash : one.shownHash);
          continue;
        } else {
          kept.drop(sheet.id, one.block, one.field, mine);
          fill(one.conflictBox);
          one.input.readOnly = false;
        }
        [one.shownText, one.shownHash] = [now.text, now.hash];
        grow(one.input);
      }
      tellPlace(one);
    }
    tell();
  }

  // What other windows of this browser do to the drafts of this sheet.
  function heard(event) {
    for (const one of unsaved()) {
      if (!kept.isOf(event.key, sheet.id, one.block, one.field)) continue;
      const draft = kept.of(sheet.id, one.block, one.field);
      if (draft === null) keep(one);
      else if (draft.text !== one.input.value) fill(one.otherBox, "この欄は、別の画面でも書かれています。");
    }
  }
  window.addEventListener("storage", heard);

  const blocks = [...new Set(fields.map((one) => one.block))];
  const view = h(
    "div",
    { class: "texts" },
    h("div", { class: "save-bar" }, status, save),
    failure,
    blocks.map((name, index) => {
      const figures = h("div");
      figuresOf.push(() => fill(figures, blockFigures(name)));
      return h(
        "section",
        { class: "text-block" },
        h("h2", { class: "band" }, `${index + 1}　${name}`),
        h(
          "div",
          { class: "beside" },
          h(
            "details",
            { class: "beside-figures", open: true },
            h("summary", {}, "この項目の数値"),
            figures,
          ),
          h(
            "div",
            { class: "beside-texts" },
            FIELDS.map(([field, step, heading]) => {
              const one = fields.find((given) => given.block === name && given.field === field);
              return one ? fieldView(one, step, heading) : null;
            }),
          ),
        ),
      );
    }),
  );
  for (const paint of figuresOf) paint();
  tell();
  return { view, saveAll, renew, unsaved: () => unsaved().length, end: () => window.removeEventListener("storage", heard) };
}

function grow(area) {
  area.rows = Math.min(Math.max(4, area.value.split("\n").reduce((rows, one) => rows + 1 + Math.floor(one.length / 34), 0) + 1), 24);
}
