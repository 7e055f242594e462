// Drafts whose sheet is no longer found: its book was renamed, moved or deleted.

import { get } from "../lib/api.js";
import { ask, fill, h, say, time } from "../lib/dom.js";
import { FIELDS, kept } from "./texts.js";

const heading = (field) => FIELDS.find(([name]) => name === field)?.[2] ?? field;

/** Shows them in `box`; nothing when every draft has its sheet. `there`: ids of sheets that are known to be there. */
export async function lostDrafts(box, there = new Set()) {
  const ids = [...new Set(kept.all().map((draft) => draft.id))].filter((id) => !there.has(id));
  const lost = [];
  for (const id of ids) {
    const found = await get(`/sheets/${encodeURIComponent(id)}`).then(
      () => true,
      (error) => error.code !== "sheet-not-found",
    );
    if (!found) lost.push(...kept.all(id));
  }
  const key = JSON.stringify(lost);
  if (box.dataset.shown === key) return;
  box.dataset.shown = key;
  fill(
    box,
    lost.length > 0
      ? h(
          "section",
          { class: "box notice lost-drafts" },
          h("h2", {}, "持ち主の見つからない下書き"),
          h("p", {}, `保存していない下書きが${lost.length}欄ありますが、シートの名前が変わったか、「出力」フォルダーにありません。文章を写して、いまのシートに貼り付けてください。`),
          h("ul", {}, lost.map((draft) => item(draft, () => lostDrafts(box, there)))),
        )
      : null,
  );
}

function item(draft, again) {
  const text = h("textarea", { readonly: true, rows: 3, value: draft.text, "aria-label": "下書きの文章" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(draft.text);
      say("文章を写しました。");
    } catch {
      text.select();
      say("文章を選びました。Ctrl+C で写してください。");
    }
  };
  const discard = async () => {
    const sure = await ask("下書きを捨てますか", h("p", {}, "この文章は、ほかのどこにも残りません。"), [
      { label: "捨てる", value: "yes" },
      { label: "残す", value: "no", main: true },
    ]);
    if (sure !== "yes") return;
    kept.drop(draft.id, draft.block, draft.field, draft.text);
    again();
  };
  return h(
    "li",
    {},
    h("details", {}, h("summary", {}, `${draft.sheet || "名前の分からないシート"}　${draft.block}　${heading(draft.field)}（${time(draft.at)}）`), text, h("div", { class: "buttons" }, h("button", { onclick: copy }, "文章を写す"), h("button", { class: "quiet", onclick: discard }, "下書きを捨てる"))),
  );
}
