// The vectors shared with Rust: tests/suite/addin/refill_vectors.rs reads the same files.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { decide, fixed } from "../../addin-manifest/pane/excel/decide.js";
import { fold } from "../../addin-manifest/pane/excel/fold.js";
import { findForm, gridOf, idIn } from "../../addin-manifest/pane/excel/form.js";
import { DERIVED, STALE, fingerprint, staleDraft, staleLine } from "../../addin-manifest/pane/excel/stale.js";
import { address, plan } from "../../addin-manifest/pane/excel/update.js";
import { at } from "./fake-office.mjs";

const read = (name) => JSON.parse(readFileSync(new URL(`../data/refill-vectors/${name}.json`, import.meta.url), "utf8"));
const rules = read("rules");
const sheets = read("sheets");

test("spellings are folded as in Rust", () => {
  for (const [text, wanted] of rules.fold) assert.equal(fold(text), wanted, JSON.stringify(text));
});

test("ids are known as in Rust", () => {
  for (const [text, wanted] of rules.ids) assert.equal(idIn(text), wanted, JSON.stringify(text));
});

test("numbers are rounded as in Rust", () => {
  for (const [value, places, wanted] of rules.fixed) assert.equal(fixed(value, places), wanted, `${value} ${places}`);
});

test("each cell is decided as in Rust", () => {
  for (const [current, last, fresh, unit, wanted] of rules.decide) assert.equal(decide(current, last, fresh, unit), wanted, JSON.stringify([current, last, fresh, unit]));
});

for (const one of sheets.cases) {
  test(`a sheet: ${one.name}`, () => {
    const merges = one.merges.map((area) => {
      const [from, to] = area.split(":").map(at);
      return [from.row, from.col, to.row, to.col];
    });
    const grid = gridOf(one.rows.map((row) => row.map((value) => value ?? "")), { merges });
    const form = findForm(grid);
    const meta = {
      form: "様式",
      sheetId: "own",
      rows: 1,
      areas: new Map(one.areas.map(([role, who]) => [role, { key: who, name: sheets.names[who] }])),
      values: new Map(one.values.map(([id, role, year, value], row) => [`${id}|${role}|${year}`, { value, row }])),
    };
    const units = new Map(form.rows.map(({ id, row }) => [id, one.rows[row][one.rows[row].indexOf("％") >= 0 ? one.rows[row].indexOf("％") : one.rows[row].indexOf("円")] ?? ""]));
    const figures = {
      areas: one.areas.map(([, who]) => ({ key: who, name: sheets.names[who] })),
      indicators: form.rows.map(({ id, name }) => ({ id, name, unit: units.get(id) })),
      figures: one.figures.map(([indicator, area, year, value]) => ({ indicator, area, year, number: typeof value === "number" ? value : null, mark: typeof value === "string" ? value : null })),
    };
    const formulas = new Set(one.formulas.map(([cell]) => `${at(cell).row},${at(cell).col}`));
    const made = plan(grid, form, meta, figures, formulas);
    const cells = (list) => list.map(({ row, col }) => address(row, col)).sort();
    const sorted = (list) => [...list].sort();
    assert.deepEqual(Object.fromEntries(made.writes.map(({ row, col, value }) => [address(row, col), value]).sort()), Object.fromEntries(Object.entries(one.expected.writes).sort()));
    assert.deepEqual(cells(made.writes.filter(({ kind }) => kind === "new")), sorted(one.expected.new), "new");
    assert.deepEqual(cells(made.writes.filter(({ kind }) => kind === "revised")), sorted(one.expected.revised), "revised");
    assert.deepEqual(cells(made.kept), sorted(one.expected.kept), "kept");
    assert.deepEqual(cells(made.gone), sorted(one.expected.gone), "gone");
  });
}

const stale = read("stale");
const into = (pattern, old) => pattern.replace("{}", () => old);

test("what stays as it was before is marked in the words a refill takes away", async () => {
  assert.deepEqual([DERIVED, STALE], [stale.sheets, stale.mark]);
  for (const [sheet, old, ours] of stale.ours) {
    const marked = staleLine(sheet, old, stale.day);
    assert.equal(marked, ours ? into(stale.line, old) : null, `${sheet} ${old}`);
    // A second update on another day replaces the mark.
    if (ours) assert.equal(staleLine(sheet, into(stale.line, old).replace(stale.day, "2026-10-01"), stale.day), marked, `${sheet} ${old}`);
  }
  const body = "認定率は20.1％で、全国の19.0％と同程度です。\n上回るものはありません。";
  const draft = into(stale.draft, body);
  assert.equal(staleDraft(`${stale.draft_line}\n${body}`, stale.day), draft);
  assert.equal(staleDraft(draft.replace(stale.day, "2026-10-01").replaceAll("\n", "\r\n"), stale.day), draft);
  assert.equal(await fingerprint("あ\r\nい"), await fingerprint("あ\nい"));
  assert.equal(await fingerprint("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
