// What 「数値だけ更新」 leaves behind: sheets and drafts computed from all figures, which only the refill of the file makes
// anew. They are marked in the workbook itself, before the first figure is written, so that nobody reads or prints a
// figure of before for one of now. The refill writes over each mark; tests/data/refill-vectors/stale.json holds both sides.

import { trim } from "./fold.js";
import { valueAt } from "./form.js";

/** Sheets of ours that stay as they were. The line below their title is ours. */
export const DERIVED = ["比較と判定", "グラフ", "点検", "検討メモ"];
/** What every mark begins with. */
export const STALE = "【更新前の数値】";
/** The first line of a draft, as `fill::draft` writes it. */
const DRAFT_LINE = "【下書き】計算で作った文章です。確かめて直し、この行を消してください。";
const END = "でそろいます。";
/** What the line of 「比較と判定」 says when it is ours, as in `refill::companions`. */
const OURS = ["の数値で比べています", "比較と判定はしていません"];

/** The line below the title with the mark before it; null when it is somebody's own. */
export function staleLine(sheet, line, day) {
  const text = line === undefined ? "" : String(line);
  const old = text.startsWith(STALE) ? trim(text.slice(text.indexOf(END) + END.length)) : text;
  if (sheet === DERIVED[0] && !OURS.some((words) => old.includes(words))) return null;
  return `${STALE}${day}に様式の数値だけを新しくしました。このシートは、その前の数値のままです。「数値を新しくする」${END}　${old}`;
}

/** A draft with the mark below its first line. */
export function staleDraft(text, day) {
  const [first, body] = parts(text);
  return `${first}${STALE}${day}に数値だけを新しくしました。下の文章は、その前の数値のままです。「数値を新しくする」${END}\n${body}`;
}

/** The first line of a draft and what follows it and a mark. */
function parts(text) {
  const body = lines(text).slice(DRAFT_LINE.length + 1);
  return [`${DRAFT_LINE}\n`, body.startsWith(STALE) ? body.slice(body.indexOf("\n") + 1) : body];
}

/** Line ends are Excel's to choose. */
const lines = (text) => text.replace(/\r\n?/g, "\n");

/** SHA-256 in hexadecimal, as `_meta` keeps it; null where the browser has none. */
export async function fingerprint(text) {
  if (!globalThis.crypto?.subtle) return null;
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(lines(text)));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Drafts nobody touched: [{row, col, text, record}], `record` being the row of `_meta` that holds the hash. */
export async function draftsIn(grid, record) {
  const found = [];
  for (const { row, col, value } of grid.order) {
    if (typeof value !== "string" || !value.startsWith(DRAFT_LINE)) continue;
    // A batch that broke off may have marked a draft and not recorded it: then the record knows it without its mark.
    const prints = [await fingerprint(value), await fingerprint(parts(value).join(""))].filter((print) => print !== null);
    const line = record.order.find((cell) => cell.col === 0 && cell.value === "draft" && prints.includes(valueAt(record, cell.row, 2)));
    if (line) found.push({ row, col, text: value, record: line.row });
  }
  return found;
}

/** Texts of people's own with a number as it was before: [{row, col, number, of}]. The same as `refill::mentions`. */
export function mentions(grid, form, drafts, writes, display) {
  const rows = new Set(form.rows.map(({ row }) => row));
  const found = [];
  for (const { row, col, value } of grid.order) {
    if (typeof value !== "string" || row < form.rows[0].row || rows.has(row)) continue;
    if (drafts.some((draft) => draft.row === row && draft.col === col)) continue;
    const numbers = (value.normalize("NFKC").match(/\d+(,\d{3})*(\.\d+)?/g) ?? []).map((number) => number.replaceAll(",", ""));
    for (const of of writes) {
      if (of.kind !== "revised" || typeof of.before !== "number") continue;
      const [old, now] = [of.before, of.value].map((one) => display(one, of.unit).replace(/[,▲]/g, ""));
      // A single digit is in every text; it points at nothing.
      if (old === now || old.replace(/\D/g, "").length < 2 || !numbers.includes(old)) continue;
      found.push({ row, col, number: old, of });
    }
  }
  return found;
}
