// The page beside a workbook: what `../lib/place.js` describes, done with Excel's own functions. Everything is read
// first, decided by `update.js`, shown to the user by the page, and written in one batch.

import { display } from "./decide.js";
import { gridOf, findForm, valueAt } from "./form.js";
import { META_SHEET, readMeta } from "./meta.js";
import { DERIVED, STALE, draftsIn, fingerprint, mentions, staleDraft, staleLine } from "./stale.js";
import { address, areasOnSheet, plan, recordRows, sourceRow, wanted } from "./update.js";

const SOURCE_SHEET = "出典";
/** Sheets of ours that are no form. */
const OTHER_SHEETS = [META_SHEET, SOURCE_SHEET, "比較と判定", "更新内容", "引継ぎ"];

/** What went wrong, in words for the user. */
class HostError extends Error {
  constructor(code, message, hint) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

const NOT_OURS = () =>
  new HostError(
    "not-ours",
    "開いているブックは、このソフトで作ったものではありません。",
    "このソフトで作ったシートを開くか、「作る」でシートを作ってください。",
  );

/** Words for what Excel itself refuses. */
function inWords(error) {
  if (error instanceof HostError || error?.hint !== undefined) return error;
  const words = {
    InvalidOperationInCellEditMode: ["セルの編集中のため、実行できませんでした。", "セルの入力を終えて（Enterキー）から、もう一度試してください。"],
    AccessDenied: ["シートかブックが保護されているため、書き込めませんでした。", "「校閲」タブで保護を解除してから、もう一度試してください。"],
    Unauthenticated: ["Excelが実行を許可しませんでした。", "Excelを開き直してから、もう一度試してください。"],
  };
  const [message, hint] = words[error?.code] ?? [
    "Excelでの処理に失敗しました。",
    "もう一度試してください。くり返すときは、ブックを保存してExcelを開き直してください。",
  ];
  return new HostError(`excel-${error?.code ?? "failed"}`, message, hint);
}

/** Figures of one kind named one by one before an update; the rest is counted. */
const NAMED = 30;

/** The adapter. `supports(version)` tells whether ExcelApi has that version; `today()` gives the day as 2026-11-27. */
export function excelHost({ Excel, supports, today = localDay }) {
  const run = async (work) => {
    try {
      return await Excel.run(work);
    } catch (error) {
      throw inWords(error);
    }
  };

  /** The grid of a sheet with its formulas; null when there is no such sheet. */
  async function read(context, name) {
    const sheet = context.workbook.worksheets.getItemOrNullObject(name);
    sheet.load("isNullObject");
    await context.sync();
    if (sheet.isNullObject) return null;
    const used = sheet.getUsedRangeOrNullObject(true);
    used.load("isNullObject,values,formulas,rowIndex,columnIndex");
    await context.sync();
    if (used.isNullObject) return { sheet, grid: gridOf([]), formulas: new Set() };
    const origin = { row: used.rowIndex, col: used.columnIndex };
    const formulas = new Set();
    used.formulas.forEach((line, r) =>
      line.forEach((formula, c) => {
        if (typeof formula === "string" && formula.startsWith("=")) formulas.add(`${origin.row + r},${origin.col + c}`);
      }),
    );
    return { sheet, grid: gridOf(used.values, { ...origin, merges: await mergesOf(context, used) }), formulas };
  }

  async function mergesOf(context, used) {
    if (!supports("1.13")) return null;
    const merged = used.getMergedAreasOrNullObject();
    merged.load("isNullObject");
    await context.sync();
    if (merged.isNullObject) return [];
    merged.areas.load("items/rowIndex,items/columnIndex,items/rowCount,items/columnCount");
    await context.sync();
    return merged.areas.items.map((area) => [
      area.rowIndex,
      area.columnIndex,
      area.rowIndex + area.rowCount - 1,
      area.columnIndex + area.columnCount - 1,
    ]);
  }

  /** The form of the open workbook with its record; null when the workbook is not ours. */
  async function open(context) {
    const record = await read(context, META_SHEET);
    const meta = record && readMeta(record.grid);
    if (!meta) return null;
    const named = await read(context, meta.form);
    const hasYears = (form) => form?.blocks.some(({ role, years }) => role === "own" && years.length > 0);
    let form = named && findForm(named.grid);
    if (hasYears(form)) return { meta, record, ...named, form, name: meta.form };
    // The sheet was given another name: the one with most rows is it.
    const all = context.workbook.worksheets;
    all.load("items/name");
    await context.sync();
    let best = null;
    for (const { name } of all.items) {
      if (OTHER_SHEETS.includes(name) || name === meta.form) continue;
      const other = await read(context, name);
      form = other && findForm(other.grid);
      if (hasYears(form) && (best === null || form.rows.length > best.form.rows.length)) best = { meta, record, ...other, form, name };
    }
    if (best === null) {
      throw new HostError(
        "no-form",
        "地域分析・検討シートの行（指標ID）と年度の見出しが見つかりません。",
        "見出しを元に戻すか、「数値を新しくする」でファイルのほうを新しくしてください。",
      );
    }
    return best;
  }

  const needed = (book) => {
    if (!book) throw NOT_OURS();
    return book;
  };

  /** The line below the title of each sheet that is computed from all figures: [{name, sheet, line, formula}]. */
  async function derived(context) {
    const found = [];
    for (const name of DERIVED) {
      const sheet = context.workbook.worksheets.getItemOrNullObject(name);
      sheet.load("isNullObject");
      await context.sync();
      if (sheet.isNullObject) continue;
      const at = sheet.getCell(1, 0);
      at.load("values,formulas");
      await context.sync();
      const [[line]] = at.values;
      found.push({ name, sheet, line, formula: String(at.formulas[0][0]).startsWith("=") });
    }
    return found;
  }

  /** What the open workbook is, for the page: {ours, name, sheetId, form, stale}; `stale` names sheets of before. */
  const workbook = () =>
    run(async (context) => {
      const book = await open(context);
      if (!book) return { ours: false };
      const own = book.meta.areas.get("own");
      const stale = (await derived(context)).filter(({ line }) => String(line).startsWith(STALE)).map(({ name }) => name);
      return { ours: true, name: own?.name ?? "", sheetId: book.meta.sheetId, form: book.name, stale };
    });

  /** Asks the service (`post` of lib/api.js) and decides; nothing is written. `lines` tell the user what would be. */
  async function planUpdate({ post }) {
    const question = await run(async (context) => {
      const { grid, form, meta } = needed(await open(context));
      return wanted(grid, form, meta);
    });
    const figures = await post("/update-plan", question);
    const decided = await run(async (context) => {
      const { grid, form, meta, formulas, name, record } = needed(await open(context));
      const made = plan(grid, form, meta, figures, formulas);
      const drafts = await draftsIn(grid, record.grid);
      return { ...made, mentions: mentions(grid, form, drafts, made.writes, display), sheet: name };
    });
    return { ...decided, figures, lines: words(decided) };
  }

  /** Writes what was agreed, in one batch; refuses when a cell changed since. */
  const applyUpdate = (agreed) =>
    run(async (context) => {
      const book = needed(await open(context));
      const { sheet, record, meta } = book;
      const now = plan(book.grid, book.form, meta, agreed.figures, book.formulas);
      if (JSON.stringify([now.writes, now.kept]) !== JSON.stringify([agreed.writes, agreed.kept])) {
        throw new HostError(
          "changed-meanwhile",
          "確認しているあいだにシートが変わったため、何も書き込みませんでした。",
          "もう一度「数値だけ更新」を押して、変わる数値を確かめてください。",
        );
      }
      const sources = await read(context, SOURCE_SHEET);
      const [beside, drafts] = now.writes.length > 0 ? [await derived(context), await draftsIn(book.grid, record.grid)] : [[], []];
      const marks = beside.map((one) => ({ ...one, text: one.formula ? null : staleLine(one.name, one.line, today()) }));
      const redrafted = [];
      for (const one of drafts) {
        const text = staleDraft(one.text, today());
        redrafted.push({ ...one, text, print: await fingerprint(text) });
      }
      if (supports("1.2")) {
        const guarded = [sheet, record.sheet, sources?.sheet, ...marks.filter(({ text }) => text !== null).map((one) => one.sheet)].filter(Boolean);
        for (const one of guarded) one.protection.load("protected");
        await context.sync();
        if (guarded.some((one) => one.protection.protected)) {
          throw new HostError("protected", "シートが保護されているため、書き込めません。", "「校閲」タブの「シート保護の解除」をしてから、もう一度試してください。");
        }
      }
      if (supports("1.6")) context.application.suspendApiCalculationUntilNextSync();
      if (supports("1.9")) context.application.suspendScreenUpdatingUntilNextSync();
      // The marks come first: a batch that breaks off leaves no figure of before without one.
      for (const one of marks) if (one.text !== null) one.sheet.getCell(1, 0).values = [[plain(one.text)]];
      for (const { row, col, text, record: line, print } of redrafted) {
        sheet.getCell(row, col).values = [[plain(text)]];
        record.sheet.getCell(line, 2).values = [[plain(print)]];
      }
      for (const { row, col, value } of now.writes) sheet.getCell(row, col).values = [[value]];
      for (const { row, values } of recordRows(meta, now.records)) {
        record.sheet.getCell(row, 0).getResizedRange(0, values.length - 1).values = [values.map(plain)];
      }
      let unsourced = 0;
      for (const one of now.writes) {
        const at = sources && one.record ? sourceRow(sources.grid, one.id, one.area, one.year) : null;
        if (at) sources.sheet.getCell(at.row, at.col + 5).getResizedRange(0, one.record.length).values = [[one.value, ...one.record].map(plain)];
        else unsourced += 1;
      }
      await context.sync();
      const lines = left(now, marks, redrafted);
      if (unsourced > 0) lines.push(`「出典」に行の無い数値が${unsourced}件あります。「数値を新しくする」でファイルを新しくすると載ります。`);
      return { written: now.writes.length, kept: now.kept.length, lines };
    });

  const insertSheet = ({ base64, sheets }) =>
    run(async (context) => {
      if (!supports("1.13")) {
        throw new HostError("excel-old", "このExcelでは、開いているブックにシートを入れられません。", "「Excelで開く」を押すと、別のブックとして開きます。");
      }
      const there = context.workbook.worksheets.getItemOrNullObject(META_SHEET);
      there.load("isNullObject");
      await context.sync();
      if (!there.isNullObject) {
        throw new HostError("already-ours", "開いているブックには、もうこのソフトのシートがあります。", "新しい空のブックで入れるか、「Excelで開く」で別のブックとして開いてください。");
      }
      const options = { positionType: "End" };
      // The record comes along unseen: by it the workbook is known afterwards.
      if (sheets?.length > 0) options.sheetNamesToInsert = [...new Set([...sheets, META_SHEET])];
      const ids = context.workbook.insertWorksheetsFromBase64(base64, options);
      await context.sync();
      const made = ids.value.map((id) => context.workbook.worksheets.getItem(id));
      for (const one of made) one.load("name,visibility");
      await context.sync();
      const first = made.find(({ visibility }) => visibility === "Visible") ?? made[0];
      first.activate();
      await context.sync();
      return { sheet: first.name, sheets: made.map(({ name }) => name) };
    });

  const goTo = ({ sheet, cell }) =>
    run(async (context) => {
      const found = context.workbook.worksheets.getItemOrNullObject(sheet);
      found.load("isNullObject,visibility");
      await context.sync();
      if (found.isNullObject || found.visibility !== "Visible") return false;
      found.activate();
      found.getRange(cell).select();
      await context.sync();
      return true;
    });

  /** Where the selection begins; null when there is none that can be asked for (several areas, a chart). */
  async function selectedCell() {
    try {
      return await Excel.run(async (context) => {
        const range = context.workbook.getSelectedRange();
        range.load("rowIndex,columnIndex");
        range.worksheet.load("name");
        await context.sync();
        return { sheet: range.worksheet.name, cell: address(range.rowIndex, range.columnIndex), row: range.rowIndex, col: range.columnIndex };
      });
    } catch {
      return null;
    }
  }

  /** Where the selected figure came from, as 「出典」 of the open workbook says; null when no figure is selected. */
  async function selectedSource() {
    const at = await selectedCell();
    return run(async (context) => {
      const { grid, form, meta, name } = needed(await open(context));
      const row = at && at.sheet === name ? form.rows.find((one) => one.row === at.row) : null;
      const area = row && areasOnSheet(grid, form, meta).find(({ block }) => block.years.some(({ col }) => col === at.col));
      if (!area) return null;
      const { year } = area.block.years.find(({ col }) => col === at.col);
      const sources = await read(context, SOURCE_SHEET);
      const found = sources && sourceRow(sources.grid, row.id, area.name, year);
      const told = (offset) => (found ? (valueAt(sources.grid, found.row, found.col + offset) ?? "") : "");
      const [value, unit, file, sheet, cell, exported, note] = [5, 6, 7, 8, 9, 10, 11].map(told);
      return { at, id: row.id, name: row.name, area: area.name, year, shown: valueAt(grid, at.row, at.col) ?? null, value, unit, file, sheet, cell, exported, note };
    });
  }

  return { kind: "excel", workbook, planUpdate, applyUpdate, insertSheet, goTo, selectedCell, selectedSource };
}

/** What was left as it was, and the way to set it right. */
function left(now, marks, redrafted) {
  if (now.writes.length === 0) return [];
  const lines = [];
  const marked = [...marks.filter(({ text }) => text !== null).map(({ name }) => `「${name}」`), ...(redrafted.length > 0 ? [`下書き${redrafted.length}件`] : [])];
  if (marked.length > 0) {
    lines.push(`${marked.join("、")}は、更新前の数値のままです。「${STALE.slice(1, -1)}」と印を付けました。このブックを保存して閉じ、シート一覧の「数値を新しくする」を押すと、そろいます。`);
  }
  const bare = marks.filter(({ text }) => text === null).map(({ name }) => `「${name}」`);
  if (bare.length > 0) lines.push(`${bare.join("、")}は、見出しの下の行が書き換えられているため、印を付けられませんでした。更新前の数値のままです。`);
  lines.push("書いた文章と、写したシート・名前を変えたシートは、変えていません。");
  return lines;
}

/** Today as this PC says it. */
function localDay() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** What would be written and what stays, in sentences; what people changed comes first. */
function words({ writes, kept, gone, covered, idle, mentions: spoken }) {
  const where = ({ row, col, id, name, area, year }) => `${address(row, col)} ${id} ${name.replaceAll("\n", "")} ${area} ${year}年度`;
  const some = (list, line) => [...list.slice(0, NAMED).map(line), ...(list.length > NAMED ? [`ほか${list.length - NAMED}件`] : [])];
  const lines = [];
  if (kept.length > 0) lines.push(`手で書き換えられた数値が${kept.length}件あります。次のまま残します。`);
  lines.push(...some(kept, (one) => `残す：${where(one)}「${display(one.before, one.unit)}」（新しい数値は${display(one.value, one.unit)}）`));
  lines.push(writes.length > 0 ? `新しくする数値は${writes.length}件です。` : "新しくなる数値はありません。");
  lines.push(...some(writes, (one) => `新しくする：${where(one)} ${display(one.before, one.unit)} → ${display(one.value, one.unit)}`));
  if (gone.length > 0) lines.push(`いまの資料に無い数値が${gone.length}件あります。前のまま残します。`);
  if (spoken.length > 0) {
    lines.push(`書いた文章に、前の数値と同じ数字が${spoken.length}か所あります。文章は変えません。更新のあとで見直してください。`);
    lines.push(...some(spoken, (one) => `文章：${address(one.row, one.col)}「${one.number}」（${one.of.id} ${one.of.area} ${one.of.year}年度は ${display(one.of.value, one.of.unit)} になります）`));
  }
  if (covered.length > 0) lines.push(`セルが結合されているため書き込めない数値が${covered.length}件あります（${covered.map(({ row, col }) => address(row, col)).join("、")}）。`);
  if (idle.length > 0) lines.push(`サービスに数値が無いため、${idle.join("、")}の列は前のまま残します。`);
  return lines;
}

/** Texts are written as texts: without the mark Excel would make a date or a formula of some. */
function plain(value) {
  return typeof value === "string" && value !== "" ? `'${value}` : value;
}
