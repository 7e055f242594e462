// The 15 texts beside the figures they speak of. What is typed is kept as a draft at once and lives until the service
// says it is in the workbook; nobody's text is overwritten without being shown.

import { post } from "../lib/api.js";
import { ask, debounce, fill, h, newId, say, time } from "../lib/dom.js";
import { both, drafts, standing } from "../lib/drafts.js";
import { mainIndex } from "./charts.js";
import { figuresTable } from "./figures.js";
import { trouble } from "./trouble.js";

const FIELDS = [
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

/** The editor of a sheet as GET /sheets/{id} gives it. `reload()` fetches it anew. */
export function textsEditor(sheet, { onfigure }) {
  const fields = sheet.texts.map((text) => ({ ...text, shownHash: text.hash, shownText: text.text }));
  const status = h("p", { class: "save-state", role: "status" });
  const failure = h("div");
  const save = h("button", { type: "button", class: "main", onclick: () => saveAll() }, "シートに保存する");
  let saving = false;

  const unsaved = () => fields.filter((one) => one.input && one.input.value !== one.shownText);
  const tell = (words = null) => {
    const count = unsaved().length;
    save.disabled = saving || count === 0;
    status.textContent = words ?? (count === 0 ? "すべて保存されています。" : `${count}欄が未保存です（下書きはこのパソコンに残ります）。`);
  };
  // Every keystroke counts: the draft is written at once, only the words about it wait.
  const tellSoon = debounce(tell, 200);

  function fieldView(one, step, heading) {
    const id = newId("text");
    const note = newId("note");
    const conflict = h("div");
    one.conflictBox = conflict;
    one.input = h("textarea", {
      id,
      rows: 4,
      value: one.text,
      "aria-describedby": note,
      readonly: one.rich === true,
      maxlength: 32767,
      oninput: () => {
        grow(one.input);
        const stored = kept.keep(sheet.id, one.block, one.field, one.input.value, one.shownHash);
        if (one.input.value === one.shownText) kept.drop(sheet.id, one.block, one.field);
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
        restored = h("p", { class: "note restored" }, `保存していない下書き（${time(draft.at)}）を戻しました。`, h("button", { type: "button", class: "quiet", onclick: () => discard(one, restored) }, "下書きを捨てる"));
      } else showConflict(one, draft.text, { text: one.text, hash: one.hash });
    }
    const rich = one.rich
      ? h(
          "p",
          { class: "note rich" },
          "この欄には、文字ごとの色や太字があります。ここで書き換えると、その飾りはなくなります。飾りを残すときは、Excelで直してください。",
          h(
            "button",
            {
              type: "button",
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
    const words = one.text.startsWith("【下書き】") ? "計算で作った下書きです。確かめて直し、1行目を消してください。" : "";
    requestAnimationFrame(() => grow(one.input));
    return h(
      "div",
      { class: "text-field" },
      h("label", { for: id }, step ? h("span", { class: "step" }, step) : null, heading),
      h("p", { class: "note", id: note }, [one.place?.cell ? `セル ${one.place.cell}` : "", words].filter(Boolean).join("　")),
      rich,
      restored,
      one.input,
      conflict,
    );
  }

  async function discard(one, note) {
    const sure = await ask("下書きを捨てますか", h("p", {}, "書きかけの文章を消して、シートの文章に戻します。"), [
      { label: "捨てる", value: "yes" },
      { label: "残す", value: "no", main: true },
    ]);
    if (sure !== "yes") return;
    kept.drop(sheet.id, one.block, one.field);
    one.input.value = one.shownText;
    note?.remove();
    tell();
  }

  /** Somebody changed the field meanwhile: both texts are shown, nothing is chosen for the user. */
  function showConflict(one, mine, now) {
    const settle = (text) => {
      one.shownText = now.text;
      one.shownHash = now.hash;
      one.input.value = text;
      one.input.readOnly = false;
      if (text === now.text) kept.drop(sheet.id, one.block, one.field);
      else kept.keep(sheet.id, one.block, one.field, text, now.hash);
      fill(one.conflictBox);
      grow(one.input);
      tell();
      one.input.focus();
    };
    one.input.readOnly = true;
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
          h("button", { type: "button", onclick: () => settle(mine) }, "自分の文章を使う"),
          h("button", { type: "button", onclick: () => settle(now.text) }, "いまの文章を残す"),
          h("button", { type: "button", onclick: () => settle(both(mine, now.text)) }, "両方をつなげる"),
        ),
      ),
    );
  }

  /** Saves everything unsaved; true when nothing is left. */
  async function saveAll() {
    const open = unsaved().filter((one) => !one.conflictBox.firstChild);
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
        if (one.input.value === one.shownText) kept.drop(sheet.id, one.block, one.field);
        else kept.keep(sheet.id, one.block, one.field, one.input.value, one.shownHash);
      }
      for (const conflict of answer.conflicts ?? []) {
        const one = find(conflict);
        if (!one) continue;
        const now = typeof conflict.now === "object" && conflict.now !== null ? conflict.now : { text: conflict.now ?? "", hash: conflict.hash };
        showConflict(one, sent.get(one), now);
      }
      fill(failure);
      saving = false;
      tell();
      const saved = answer.saved?.length ?? 0;
      say(answer.conflicts?.length ? `${saved}欄を保存しました。${answer.conflicts.length}欄は、選んでいただく必要があります。` : `${saved}欄をシートに保存しました。`);
    } catch (error) {
      saving = false;
      tell(error.code === "open-in-excel" ? "Excelで開いているため、まだ保存していません。下書きは残っています。" : null);
      fill(failure, trouble(error, saveAll, "もう一度保存する"), h("p", { class: "note" }, "書いた文章は下書きとしてこのパソコンに残っています。"));
    }
    return unsaved().length === 0;
  }

  const blocks = [...new Set(fields.map((one) => one.block))];
  const view = h(
    "div",
    { class: "texts" },
    h("div", { class: "save-bar" }, status, save),
    failure,
    blocks.map((name, index) => {
      const block = sheet.comparison?.blocks?.find((one) => one.name === name);
      const year = sheet.comparison ? Math.max(mainIndex(sheet.comparison), 0) : 0;
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
            block ? figuresTable(sheet.comparison, block, year, { compact: true, onfigure }) : h("p", { class: "note" }, "数値がありません。"),
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
  tell();
  return { view, saveAll, unsaved: () => unsaved().length };
}

function grow(area) {
  area.rows = Math.min(Math.max(4, area.value.split("\n").reduce((rows, one) => rows + 1 + Math.floor(one.length / 34), 0) + 1), 24);
}
