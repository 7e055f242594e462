// 「数値だけ更新」 as pure logic: which cells get a new figure, which stay because a person changed them. Nothing here
// knows Excel; reading and writing is the adapter's.

import { decide, same, shown } from "./decide.js";
import { fold } from "./fold.js";
import { anchorOf, valueAt } from "./form.js";

/** Which area each block shows: [{block, key, name, role in _meta}]. Comparison areas are known by the name over them. */
export function areasOnSheet(grid, form, meta) {
  const found = [];
  for (const block of form.blocks) {
    if (!block.role.startsWith("other")) {
      const area = meta.areas.get(block.role);
      if (area) found.push({ block, ...area, metaRole: block.role });
      continue;
    }
    if (form.roleRow === null) continue;
    const anchor = anchorOf(grid, form.roleRow + 1, block.first) ?? { row: form.roleRow + 1, col: block.first };
    const value = valueAt(grid, anchor.row, anchor.col);
    if (typeof value !== "string") continue;
    const caption = fold(value);
    for (const [role, area] of meta.areas) {
      if (!role.startsWith("other")) continue;
      const name = fold(area.name);
      if (name === caption || (caption !== "" && name.endsWith(caption))) {
        found.push({ block, ...area, metaRole: role });
        break;
      }
    }
  }
  return found;
}

/** What to ask the service for. */
export function wanted(grid, form, meta) {
  const areas = areasOnSheet(grid, form, meta);
  const years = new Set(areas.flatMap(({ block }) => block.years.map(({ year }) => year)));
  return {
    own: areas.find(({ block }) => block.role === "own")?.key ?? meta.sheetId,
    compare: areas.filter(({ block }) => block.role.startsWith("other")).map(({ key }) => key),
    years: [...years].sort((a, b) => a - b),
    add: [...new Set(form.rows.map(({ id }) => id))],
  };
}

/**
 * Decides every cell. `figures` is the service's answer; `formulas` is a set of "row,col" that hold one. The result:
 * {writes: [{row, col, value, before, kind, …}], kept, gone, covered: [{…}], records: [{key, role, …}], idle: [names]}.
 */
export function plan(grid, form, meta, figures, formulas = new Set()) {
  const fresh = new Map(figures.figures.map((one) => [`${one.indicator}|${one.area}|${one.year}`, one]));
  const units = new Map(figures.indicators.map(({ id, unit }) => [id, unit]));
  const names = new Map(figures.indicators.map(({ id, name }) => [id, name]));
  const known = new Set(figures.areas.map(({ key }) => key));
  const out = { writes: [], kept: [], gone: [], covered: [], records: [], idle: [], same: 0 };
  const areas = areasOnSheet(grid, form, meta);
  for (const block of form.blocks) {
    if (block.years.length > 0 && !areas.some((one) => one.block === block && known.has(one.key))) {
      out.idle.push(areas.find((one) => one.block === block)?.name ?? "地域名の分からない列");
    }
  }
  for (const row of form.rows) {
    for (const { block, key, name, metaRole } of areas) {
      if (!known.has(key)) continue;
      for (const { col, year } of block.years) {
        const figure = fresh.get(`${row.id}|${key}|${year}`);
        const value = figure ? (figure.number ?? figure.mark) : null;
        const current = shown(valueAt(grid, row.row, col));
        const last = meta.values.get(`${row.id}|${metaRole}|${year}`)?.value ?? null;
        let kind = decide(current, last, value, units.get(row.id) ?? "");
        // A formula in a cell of ours is a person's, even when it gives what we wrote.
        if (kind === "revised" && formulas.has(`${row.row},${col}`)) kind = "kept";
        const one = {
          row: row.row,
          col,
          id: row.id,
          name: names.get(row.id) ?? row.name,
          unit: units.get(row.id) ?? "",
          area: name,
          role: block.role,
          year,
          before: current,
          value,
          kind,
          record: figure?.record ?? null,
        };
        const anchor = anchorOf(grid, row.row, col);
        const covered = anchor !== null && (anchor.row !== row.row || anchor.col !== col);
        if ((kind === "new" || kind === "revised") && covered) {
          out.covered.push(one);
          continue;
        }
        if (kind === "kept") out.kept.push(one);
        if (kind === "gone") out.gone.push(one);
        if (kind === "same") out.same += 1;
        if (kind === "new" || kind === "revised") out.writes.push(one);
        if (["new", "revised", "same"].includes(kind)) out.records.push(one);
      }
    }
  }
  return out;
}

/** Rows of `_meta` to write: [{row, values: [指標ID, role, year, value, cell]}]; those that say it already are left out. */
export function recordRows(meta, records) {
  let next = meta.rows;
  const rows = [];
  for (const { id, role, year, value, row, col } of records) {
    const known = meta.values.get(`${id}|${role}|${year}`);
    if (known && same(known.value, value)) continue;
    rows.push({ row: known ? known.row : next++, values: ["value", id, role, year, value, address(row, col)] });
  }
  return rows;
}

/** `G8` */
export function address(row, col) {
  let letters = "";
  for (let n = col + 1; n > 0; n = Math.floor((n - 1) / 26)) letters = String.fromCharCode(65 + ((n - 1) % 26)) + letters;
  return `${letters}${row + 1}`;
}

/** The row of 「出典」 that tells where a figure came from: {row, col} of its first cell, or null. */
export function sourceRow(grid, id, area, year) {
  const heading = grid.order.find(({ value }) => typeof value === "string" && fold(value) === "番号");
  if (!heading) return null;
  const at = (row, offset) => valueAt(grid, row, heading.col + offset);
  const found = grid.order.find(
    ({ row, col }) => col === heading.col && row > heading.row && at(row, 1) === id && at(row, 3) === area && String(at(row, 4) ?? "").endsWith(`（${year}）`),
  );
  return found ? { row: found.row, col: heading.col } : null;
}
