// A stand-in for Excel's side of Office.js: a workbook of sheets and cells, with the two disciplines that real Excel
// enforces (a property is read only after `load` and `sync`; a function of a later requirement set is not there), and
// failures to order. Nothing of it is Microsoft's code.

const ORDER = ["1.1", "1.2", "1.4", "1.6", "1.7", "1.9", "1.13"];
const has = (api, needed) => ORDER.indexOf(api) >= ORDER.indexOf(needed);

/** A workbook: `sheets` = [{name, visibility?, cells: {A1: value | "=formula" | {formula, value}}, merges?, protected?}]. */
export class FakeWorkbook {
  constructor(sheets, { selection = null, insertable = {} } = {}) {
    this.sheets = sheets.map((sheet, index) => ({
      id: `{${index}}`,
      visibility: "Visible",
      merges: [],
      protected: false,
      ...sheet,
      cells: new Map(Object.entries(sheet.cells ?? {}).map(([name, cell]) => [key(at(name)), typeof cell === "object" && cell !== null ? { ...cell } : { value: cell }])),
    }));
    this.selection = selection;
    this.active = this.sheets[0]?.name ?? null;
    /** What a base64 text holds: base64 → sheets as above. */
    this.insertable = insertable;
    this.log = [];
    this.fail = null;
  }

  sheet(name) {
    return this.sheets.find((sheet) => sheet.name === name);
  }

  /** The value of a cell, for assertions. */
  value(sheet, cell) {
    return this.sheet(sheet)?.cells.get(key(at(cell)))?.value ?? "";
  }

  set(sheet, cell, value) {
    this.sheet(sheet).cells.set(key(at(cell)), { value });
  }
}

const key = ({ row, col }) => `${row},${col}`;

/** `G8` → {row, col} from 0. */
export function at(name) {
  const [, letters, digits] = /^\$?([A-Z]+)\$?([0-9]+)$/.exec(name);
  let col = 0;
  for (const letter of letters) col = col * 26 + letter.charCodeAt(0) - 64;
  return { row: Number(digits) - 1, col: col - 1 };
}

class OfficeError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** `Office` and `Excel` over a workbook; `api` is the newest requirement set the host has. */
export function fakeOffice(workbook, { api = "1.13", host = "Excel" } = {}) {
  const Excel = {
    async run(work) {
      const context = new Context(workbook, api);
      const result = await work(context);
      if (context.queue.length > 0) await context.sync();
      return result;
    },
  };
  const Office = {
    async onReady() {
      return { host, platform: "PC" };
    },
    context: { requirements: { isSetSupported: (set, version) => set === "ExcelApi" && has(api, version) } },
  };
  return { Office, Excel, supports: (version) => has(api, version) };
}

class Context {
  constructor(workbook, api) {
    this.book = workbook;
    this.api = api;
    this.queue = [];
    const context = this;
    const need = (version, name) => {
      if (!has(api, version)) throw new OfficeError(`ApiNotAvailable: ${name} is of ${version}`);
    };
    this.need = need;
    this.application = {
      suspendApiCalculationUntilNextSync() {
        need("1.6", "suspendApiCalculationUntilNextSync");
        context.push(() => context.book.log.push("suspend"));
      },
      suspendScreenUpdatingUntilNextSync() {
        need("1.9", "suspendScreenUpdatingUntilNextSync");
        context.push(() => {});
      },
    };
    this.workbook = {
      worksheets: new Sheets(this),
      insertWorksheetsFromBase64(base64, options = {}) {
        need("1.13", "insertWorksheetsFromBase64");
        const result = proxy(context, { value: null });
        result.load("value");
        context.push(() => result.give({ value: insert(context.book, base64, options) }));
        return result.seen;
      },
      getSelectedRange() {
        return new Range(context, () => {
          const { selection } = context.book;
          if (!selection) throw new OfficeError("InvalidSelection");
          return { sheet: context.book.sheet(selection.sheet), ...at(selection.cell), rows: 1, cols: 1 };
        }).seen;
      },
    };
  }

  push(action) {
    this.queue.push(action);
  }

  async sync() {
    const actions = this.queue.splice(0);
    const { fail } = this.book;
    this.book.log.push(`sync ${actions.length}`);
    for (const [index, action] of actions.entries()) {
      if (fail && fail({ index, count: actions.length, book: this.book })) throw new OfficeError(fail.code ?? "GeneralException");
      action();
    }
  }
}

function insert(book, base64, { sheetNamesToInsert, positionType }) {
  const held = book.insertable[base64];
  if (!held) throw new OfficeError("InvalidArgument");
  if (positionType !== "End") throw new OfficeError("the product inserts at the end");
  const taken = held.filter(({ name }) => !sheetNamesToInsert || sheetNamesToInsert.includes(name));
  return taken.map((sheet) => {
    let name = sheet.name;
    for (let n = 2; book.sheet(name); n += 1) name = `${sheet.name} (${n})`;
    const [made] = new FakeWorkbook([{ ...sheet, name }]).sheets;
    made.id = `{${book.sheets.length}}`;
    book.sheets.push(made);
    return made.id;
  });
}

/** Properties that can be read only once they were loaded and the load was synced. */
function proxy(context, names, methods = {}) {
  const wanted = new Set();
  const known = new Map();
  const seen = new Proxy(methods, {
    get(target, name) {
      if (typeof name === "symbol" || name === "then") return undefined;
      if (name in target) return target[name];
      if (!(name in names)) throw new OfficeError(`no such property: ${String(name)}`);
      if (known.has(name)) return known.get(name);
      throw new OfficeError(wanted.has(name) ? `PropertyNotLoaded: ${name} before sync` : `PropertyNotLoaded: ${name} was never loaded`);
    },
    set(target, name, value) {
      if (!methods.set?.(name, value)) throw new OfficeError(`cannot be set: ${String(name)}`);
      return true;
    },
  });
  return {
    seen,
    load(list) {
      for (const name of list.split(",")) {
        if (!(name.trim() in names)) throw new OfficeError(`no such property: ${name}`);
        wanted.add(name.trim());
      }
    },
    give(values) {
      for (const name of wanted) if (name in values) known.set(name, values[name]);
    },
  };
}

class Sheets {
  constructor(context) {
    this.context = context;
    this.known = null;
  }

  load(list) {
    if (list !== "items/name") throw new OfficeError(`not made up: ${list}`);
    this.context.push(() => {
      this.known = this.context.book.sheets.map(({ name }) => ({ name }));
    });
  }

  get items() {
    if (!this.known) throw new OfficeError("PropertyNotLoaded: items");
    return this.known;
  }

  getItem(idOrName) {
    return sheetObject(this.context, idOrName, true);
  }

  getItemOrNullObject(name) {
    this.context.need("1.4", "getItemOrNullObject");
    return sheetObject(this.context, name, false);
  }
}

function sheetObject(context, idOrName, must) {
  const find = () => {
    const sheet = context.book.sheets.find(({ id, name }) => id === idOrName || name === idOrName);
    if (!sheet && must) throw new OfficeError("ItemNotFound");
    return sheet ?? null;
  };
  const surely = () => find() ?? (() => { throw new OfficeError("ItemNotFound"); })();
  const guard = proxy(context, { protected: null });
  const object = proxy(
    context,
    { name: null, visibility: null, isNullObject: null },
    {
      load(list) {
        object.load(list);
        context.push(() => {
          const sheet = find();
          object.give(sheet ? { name: sheet.name, visibility: sheet.visibility, isNullObject: false } : { isNullObject: true });
        });
      },
      protection: {
        load(list) {
          context.need("1.2", "protection");
          guard.load(list);
          context.push(() => guard.give({ protected: surely().protected }));
        },
        get protected() {
          return guard.seen.protected;
        },
      },
      activate: () => context.push(() => { context.book.active = surely().name; }),
      getCell: (row, col) => new Range(context, () => ({ sheet: surely(), row, col, rows: 1, cols: 1 })).seen,
      getRange: (name) => new Range(context, () => ({ sheet: surely(), ...at(name), rows: 1, cols: 1 })).seen,
      getUsedRangeOrNullObject() {
        context.need("1.4", "getUsedRangeOrNullObject");
        return new Range(context, () => used(surely())).seen;
      },
    },
  );
  return object.seen;
}

function used(sheet) {
  const all = [...sheet.cells.entries()].filter(([, cell]) => cell.value !== "" && cell.value !== null).map(([name]) => name.split(",").map(Number));
  if (all.length === 0) return null;
  const rows = all.map(([row]) => row);
  const cols = all.map(([, col]) => col);
  const [row, col] = [Math.min(...rows), Math.min(...cols)];
  return { sheet, row, col, rows: Math.max(...rows) - row + 1, cols: Math.max(...cols) - col + 1 };
}

class Range {
  constructor(context, where) {
    const read = (part) => {
      const place = where();
      const grid = [];
      for (let r = 0; r < place.rows; r += 1) {
        const line = [];
        for (let c = 0; c < place.cols; c += 1) {
          const cell = place.sheet.cells.get(`${place.row + r},${place.col + c}`);
          line.push(part === "formulas" ? (cell?.formula ?? cell?.value ?? "") : (cell?.value ?? ""));
        }
        grid.push(line);
      }
      return grid;
    };
    const sheetName = proxy(context, { name: null });
    const object = proxy(
      context,
      { values: null, formulas: null, rowIndex: null, columnIndex: null, rowCount: null, columnCount: null, isNullObject: null },
      {
        load(list) {
          object.load(list);
          context.push(() => {
            const place = where();
            object.give(
              place
                ? { values: read("values"), formulas: read("formulas"), rowIndex: place.row, columnIndex: place.col, rowCount: place.rows, columnCount: place.cols, isNullObject: false }
                : { isNullObject: true },
            );
          });
        },
        worksheet: {
          load(list) {
            sheetName.load(list);
            context.push(() => sheetName.give({ name: where().sheet.name }));
          },
          get name() {
            return sheetName.seen.name;
          },
        },
        select: () => context.push(() => {
          const { sheet, row, col } = where();
          context.book.selected = { sheet: sheet.name, row, col };
        }),
        getResizedRange: (rows, cols) => new Range(context, () => {
          const place = where();
          return { ...place, rows: place.rows + rows, cols: place.cols + cols };
        }).seen,
        getMergedAreasOrNullObject() {
          context.need("1.13", "getMergedAreasOrNullObject");
          return mergedAreas(context, where);
        },
        set(name, value) {
          if (name !== "values") return false;
          context.push(() => write(context, where(), value));
          return true;
        },
      },
    );
    this.seen = object.seen;
  }
}

function write(context, { sheet, row, col, rows, cols }, values) {
  if (sheet.protected) throw new OfficeError("AccessDenied");
  if (values.length !== rows || values.some((line) => line.length !== cols)) throw new OfficeError("InvalidArgument: shape");
  values.forEach((line, r) =>
    line.forEach((value, c) => {
      const cell = `${row + r},${col + c}`;
      // As Excel takes what one types: an apostrophe makes a text, `=` a formula, a date-like text a date.
      if (typeof value === "string" && value.startsWith("'")) sheet.cells.set(cell, { value: value.slice(1) });
      else if (typeof value === "string" && value.startsWith("=")) sheet.cells.set(cell, { formula: value, value: "#NAME?" });
      else if (typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value)) sheet.cells.set(cell, { value: 45000 });
      else sheet.cells.set(cell, { value });
      context.book.log.push(`write ${sheet.name} ${cell}`);
    }),
  );
}

function mergedAreas(context, where) {
  let items = null;
  const object = proxy(context, { isNullObject: null }, {
    load(list) {
      object.load(list);
      context.push(() => object.give({ isNullObject: where().sheet.merges.length === 0 }));
    },
    areas: {
      load() {
        context.push(() => {
          items = where().sheet.merges.map(([r1, c1, r2, c2]) => ({ rowIndex: r1, columnIndex: c1, rowCount: r2 - r1 + 1, columnCount: c2 - c1 + 1 }));
        });
      },
      get items() {
        if (!items) throw new OfficeError("PropertyNotLoaded: areas");
        return items;
      },
    },
  });
  return object.seen;
}
