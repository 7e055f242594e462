// The very hidden `_meta` sheet: what this product wrote last. Its rows are those of `fill::meta_sheet` in Rust.

import { shown } from "./decide.js";

export const META_SHEET = "_meta";
const SCHEMA = 1;

/**
 * Reads it: {form, sheetId, areas: Map(role → {key, name}), values: Map("id|role|year" → {value, row}), rows}.
 * null when it is not ours or of a later version. `row` counts from 0 in the sheet.
 */
export function readMeta(grid) {
  const at = (row, col) => grid.cells.get(`${row},${col}`);
  if (at(0, 0) !== "chiiki-sheet" || at(0, 1) !== "meta" || !(at(0, 2) <= SCHEMA)) return null;
  const meta = { form: "", sheetId: "", areas: new Map(), values: new Map(), rows: 0 };
  for (const { row, col, value } of grid.order) {
    meta.rows = Math.max(meta.rows, row + 1);
    if (col !== 0) continue;
    const text = (offset) => String(at(row, offset) ?? "");
    if (value === "sheet") [meta.form, meta.sheetId] = [text(1), text(2)];
    else if (value === "area") meta.areas.set(text(1), { key: text(2), name: text(3) });
    else if (value === "value") {
      const last = shown(at(row, 4));
      if (last !== null && typeof at(row, 3) === "number") meta.values.set(`${text(1)}|${text(2)}|${at(row, 3)}`, { value: last, row });
    }
  }
  return meta.sheetId === "" ? null : meta;
}
