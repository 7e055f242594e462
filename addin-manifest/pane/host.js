// Where the page lives: in a browser, or beside a workbook in Excel. One page serves both; whatever differs goes
// through this small interface, so that everything else can be tested without Excel.
//
//   host.kind                    "browser" or "excel"
//   host.start()                 gets ready; resolves when the other members may be used
//   host.insertSheet({name, base64, sheets})
//                                puts the sheets of a filled workbook into the open one under a free name;
//                                resolves {sheet} (the name it got), or rejects with {message, hint}
//   host.updateFigures(sheetId)  writes new figures into the open workbook's sheet and leaves what people wrote;
//                                resolves {written, kept, lines: ["…"]} for the user to read
//   host.goTo({sheet, cell})     selects a cell; resolves true, or false when the open workbook has no such place
//   host.selectedCell()          resolves {sheet, cell} or null
//   host.openFile(href, name)    hands a file to the user where links cannot be downloaded; resolves false when the
//                                page shall do it its own way
//
// In a browser nothing of Excel is there: the two that write reject, and the page does not offer them.

const inBrowser = {
  kind: "browser",
  async start() {},
  async insertSheet() {
    throw { message: "ブラウザーからはExcelに挿入できません。", hint: "「Excelで開く」を使ってください。" };
  },
  async updateFigures() {
    throw { message: "ブラウザーからはExcelを更新できません。", hint: "「数値を新しくする」を使ってください。" };
  },
  async goTo() {
    return false;
  },
  async selectedCell() {
    return null;
  },
  async openFile() {
    return false;
  },
};

/** The place the page lives in. An add-in replaces it before the page starts: `useHost(adapter)`. */
export let host = inBrowser;

/** Puts an adapter in the browser's place; members it does not have stay the browser's. */
export function useHost(adapter) {
  host = { ...inBrowser, ...adapter };
}
