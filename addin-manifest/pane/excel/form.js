// Where the statistics of a form stand: rows by 指標ID, columns by role heading and year. The same finder as
// `form::FormMap` in Rust: nothing relies on fixed addresses, because people add rows, sort and move columns.
//
// A grid is { cells: Map("row,col" → value), order: [{row, col, value}] by row and column, merges: [[r1, c1, r2, c2]] |
// null }. `merges` is null where Excel cannot tell (before ExcelApi 1.13).

import { fold, trim } from "./fold.js";

/** Role headings are short, even with an area's name behind them. */
const LONGEST_HEADING = 40;
/** Columns of a block of the ministry's export. */
const EXPORT_BLOCK_WIDTH = 40;

/** A grid from the values of a range whose first cell is at (row, col). Empty cells are left out. */
export function gridOf(values, { row = 0, col = 0, merges = [] } = {}) {
  const grid = { cells: new Map(), order: [], merges };
  values.forEach((line, r) =>
    line.forEach((value, c) => {
      if (value === "" || value === null) return;
      const at = { row: row + r, col: col + c, value };
      grid.cells.set(`${at.row},${at.col}`, value);
      grid.order.push(at);
    }),
  );
  return grid;
}

/** The value of a cell, undefined when empty. */
export const valueAt = (grid, row, col) => grid.cells.get(`${row},${col}`);

const textAt = (grid, row, col) => {
  const value = valueAt(grid, row, col);
  return typeof value === "string" ? value : undefined;
};

/** The first cell of the merged area a cell lies in, or null. */
export function anchorOf(grid, row, col) {
  const found = (grid.merges ?? []).find(([r1, c1, r2, c2]) => row >= r1 && row <= r2 && col >= c1 && col <= c2);
  return found ? { row: found[0], col: found[1] } : null;
}

/** The 指標ID a text is, or null. */
export function idIn(text) {
  const folded = trim(text).normalize("NFKC").replace(/[‐−–－]/gu, "-");
  if (folded.startsWith("X-")) return /^X-[\p{Alphabetic}\p{N}ー-]{1,40}$/u.test(folded) ? folded : null;
  return /^[A-Zδ][0-9]{1,3}(-[a-z]{1,2})?$/u.test(folded) ? folded : null;
}

/** The western fiscal year a heading is, or null. */
export function yearIn(value) {
  let year = null;
  if (typeof value === "number" && Number.isInteger(value)) year = value;
  else if (typeof value === "string") {
    const folded = fold(value);
    const digits = folded.endsWith("年度") ? folded.slice(0, -2) : folded;
    if (/^[0-9]{4}$/.test(digits)) year = Number(digits);
  }
  return year !== null && year >= 2000 && year <= 2100 ? year : null;
}

function roleOf(text) {
  if ([...text].length > LONGEST_HEADING) return null;
  const folded = fold(text);
  const begins = (...words) => words.some((word) => folded.startsWith(word));
  if (begins("自地域", "自保険者")) return "own";
  if (begins("都道府県平均", "都道府県合計")) return "prefecture";
  if (begins("全国平均", "全国合計")) return "nation";
  return begins("比較地域") ? "other" : null;
}

/** The form on a grid, or null: {idCol, rows: [{row, id, name}], yearRow, roleRow, blocks: [{role, first, last, years}]}. */
export function findForm(grid) {
  const idCol = idColumn(grid);
  if (idCol === null) return null;
  const rows = [];
  for (const { row, col, value } of grid.order) {
    if (col !== idCol || typeof value !== "string") continue;
    const id = idIn(value);
    const name = textAt(grid, row, col - 1);
    if (id !== null && name !== undefined) rows.push({ row, id, name });
  }
  if (rows.length === 0) return null;
  const top = grid.order.filter((cell) => cell.row < rows[0].row && cell.col > idCol);
  const roles = roleHeadings(top);
  const yearRow = findYearRow(top);
  if (yearRow === null) return null;
  const blocks = findBlocks(grid, yearRow, idCol, roles);
  return { idCol, rows, yearRow, roleRow: roles[0]?.row ?? null, blocks };
}

/** The key with the highest count; of equal ones the first, or the last. */
function most(counts, lastWins) {
  let best = null;
  for (const key of [...counts.keys()].sort((a, b) => a - b)) {
    if (best === null || counts.get(key) > counts.get(best) || (lastWins && counts.get(key) === counts.get(best))) best = key;
  }
  return best;
}

function count(keys) {
  const counts = new Map();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function idColumn(grid) {
  const ids = grid.order.filter(({ col, value }) => col > 0 && typeof value === "string" && idIn(value) !== null);
  return most(count(ids.map(({ col }) => col)), false);
}

/** The headings are the row that names most of them: explanations may begin with a role's name, too. */
function roleHeadings(top) {
  const found = top
    .filter(({ value }) => typeof value === "string")
    .map(({ row, col, value }) => ({ row, col, role: roleOf(value) }))
    .filter(({ role }) => role !== null);
  const row = most(count(found.map((one) => one.row)), true);
  let others = 0;
  return found
    .filter((one) => one.row === row)
    .map((one) => (one.role === "other" ? { ...one, role: `other${(others += 1)}` } : one));
}

function findYearRow(top) {
  return most(count(top.filter(({ value }) => yearIn(value) !== null).map(({ row }) => row)), true);
}

function findBlocks(grid, yearRow, idCol, roles) {
  const years = grid.order
    .filter(({ row, col }) => row === yearRow && col > idCol)
    .map(({ col, value }) => ({ col, year: yearIn(value) }))
    .filter(({ year }) => year !== null);
  const starts = roles.length === 0 ? startsByYears(years) : startsByHeadings(grid, roles, years);
  return starts.map(({ first, last, role }, index) => {
    const limit = index + 1 < starts.length ? starts[index + 1].first - 1 : Infinity;
    const end = Math.min(last, limit);
    let within = years.filter(({ col }) => col >= first && col <= end);
    // Where merged headings cannot be asked for, a year that comes again belongs to somebody's own notes.
    if (grid.merges === null) {
      const again = within.findIndex(({ year }, at) => within.slice(0, at).some((before) => before.year === year));
      if (again >= 0) within = within.slice(0, again);
    }
    return { role, first, last: end, years: within };
  });
}

/** Without headings: a year that does not come after the one before it opens a new block. */
function startsByYears(years) {
  const starts = [];
  years.forEach(({ col, year }, at) => {
    if (at > 0 && year > years[at - 1].year) return;
    const role = ["own", "prefecture", "nation"][starts.length] ?? `other${starts.length - 2}`;
    starts.push({ first: col, last: col + EXPORT_BLOCK_WIDTH - 1, role });
  });
  const of = (index) => {
    const end = starts[index + 1]?.first ?? Infinity;
    return years.filter(({ col }) => col >= starts[index].first && col < end).map(({ year }) => year).join();
  };
  return starts.some((_, index) => of(index) !== of(0)) ? [] : starts;
}

/** With headings: from each to the next, at most as wide as its merged area. */
function startsByHeadings(grid, roles, years) {
  const starts = roles.map(({ row, col, role }) => {
    const merged = (grid.merges ?? []).find(([r1, c1, , c2]) => r1 === row && c1 === col && c2 > c1);
    return { first: col, last: merged ? merged[3] : col + EXPORT_BLOCK_WIDTH - 1, role };
  });
  // A sheet may name only the areas right of the own block: one run of years left of them is the own block's.
  const [heading] = roles;
  if (["prefecture", "nation"].includes(heading.role) && roles.every(({ role }) => role !== "own")) {
    const left = years.filter(({ col }) => col < heading.col);
    const oneRun = left.every(({ year }, at) => at === 0 || left[at - 1].year < year);
    if (left.length > 0 && oneRun) starts.unshift({ first: left[0].col, last: heading.col - 1, role: "own" });
  }
  return starts;
}
