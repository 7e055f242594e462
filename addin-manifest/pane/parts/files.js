// Handing a file over: opened on this PC by the service; where that fails, saved by the browser.

import { bytes, get, post } from "../lib/api.js";
import { fill, h } from "../lib/dom.js";
import { run } from "./job.js";
import { trouble } from "./trouble.js";

/** Opens the workbook ("xlsx"), a handout ("pdf") or the folder that holds them. `old`: also an outdated handout. */
export async function openFile(sheet, what, handout = null, old = false) {
  const id = encodeURIComponent(sheet.id);
  try {
    await post(`/sheets/${id}/open`, { what, ...(handout ? { handout: handout.id } : {}), ...(old ? { old } : {}) });
  } catch (error) {
    // A PC without a program for the file: the browser can still hand it over.
    if (what === "folder" || !["not-opened"].includes(error.code)) throw error;
    await download(sheet, what, handout);
  }
}

/** The paper people mean by 配布資料: that kind, else whatever was made. */
export const mainPaper = (sheet) => sheet.handouts?.find((one) => one.kind === "配布資料") ?? sheet.handouts?.[0] ?? null;

/** Opens the paper of a sheet; one older than the sheet, not there yet, or wanted `anew` is made first (told in `box`). */
export async function openPaper(box, sheet, anew = false) {
  const again = () => openPaper(box, sheet, anew);
  const fails = (error) => fill(box, trouble(error, again));
  const paper = mainPaper(sheet);
  const kind = paper?.kind ?? "配布資料";
  const told = (words) => fill(box, h("p", { class: "box done", role: "status" }, `${words}開いた画面から印刷できます。`));
  let doing = `${kind}を作成しています`;
  if (paper && !anew) {
    try {
      await openFile(sheet, "pdf", paper);
      return told(`${kind}を開きました。`);
    } catch (error) {
      if (error.code !== "paper-old") return fails(error);
      doing = `シートが変わったため、${kind}を作り直しています`;
    }
  }
  const path = `/sheets/${encodeURIComponent(sheet.id)}`;
  const done = async () => {
    try {
      ({ handouts: sheet.handouts } = await get(path));
      await openFile(sheet, "pdf", sheet.handouts.find((one) => one.kind === kind), true);
      told(`${kind}を、いまのシートの内容で作って開きました。`);
    } catch (error) {
      fails(error);
    }
  };
  return run(box, () => post(`${path}/handout`, { kinds: [kind] }), { doing, done });
}

/** Saves the file by the browser. */
export async function download(sheet, kind, handout = null) {
  const blob = await bytes(`/sheets/${encodeURIComponent(sheet.id)}/file`, handout ? { kind, handout: handout.id } : { kind });
  const name = kind === "pdf" ? (handout?.name ?? `${sheet.name}.pdf`) : sheet.name.endsWith(".xlsx") ? sheet.name : `${sheet.name}.xlsx`;
  const href = URL.createObjectURL(blob);
  try {
    const link = document.createElement("a");
    link.href = href;
    link.download = name;
    link.click();
  } finally {
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  }
}
