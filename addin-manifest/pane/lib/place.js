// Where the page lives: in a browser, or beside a workbook in Excel. One page serves both; whatever differs goes
// through this small interface, so that everything else can be tested without Excel.
//
//   host.kind                    "browser" or "excel"
//   host.insertSheet({name, base64, sheets})
//                                puts the sheets of a filled workbook into the open one under a free name;
//                                resolves {sheet} (the name it got), or rejects with {code, message, hint}
//   host.planUpdate(api)         looks which figures of the open workbook would change; resolves a plan with `lines`
//                                (sentences for the user)
//   host.applyUpdate(plan)       writes them and leaves what people wrote; resolves {written, kept, lines}
//   host.goTo({sheet, cell})     selects a cell; resolves true, or false when the open workbook has no such place
//   host.workbook()              what the open workbook is: {ours, name, sheetId, form}
//   host.selectedSource()        where the selected figure came from, as the open workbook says, or null
//
// The Excel side is host.js, fetched only when the page was opened by the add-in. In a browser nothing of Excel is
// there: what writes rejects, and the page does not offer it.

const refuse = async () => {
  throw { code: "no-excel", message: "ブラウザーからはExcelに書き込めません。", hint: "「Excelで開く」を使ってください。" };
};

const inBrowser = {
  kind: "browser",
  insertSheet: refuse,
  planUpdate: refuse,
  applyUpdate: refuse,
  async goTo() {
    return false;
  },
  async workbook() {
    return { ours: false };
  },
  async selectedSource() {
    return null;
  },
};

/** The place the page lives in. */
export const host = { ...inBrowser };

/** Puts an adapter in the browser's place; members it does not have stay the browser's. */
export function useHost(adapter) {
  Object.assign(host, inBrowser);
  for (const name of ["kind", "insertSheet", "planUpdate", "applyUpdate", "goTo", "workbook", "selectedSource"]) {
    const member = adapter[name];
    if (member !== undefined) host[name] = typeof member === "function" ? member.bind(adapter) : member;
  }
}

/**
 * Finds out where the page lives. Without Excel, or without its library, it stays usable as in a browser. `library`:
 * whether the service has Office.js. Resolves true when Excel opened the page and only the library lacks.
 */
export async function settle(library) {
  if (!location.pathname.startsWith("/addin")) return false;
  try {
    const { connect, openedByExcel } = await import("../host.js");
    if (!library) return openedByExcel();
    const adapter = await connect();
    if (adapter) useHost(adapter);
  } catch {
    Object.assign(host, inBrowser);
  }
  return false;
}
