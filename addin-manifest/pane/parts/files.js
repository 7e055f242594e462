// Handing a file over: opened on this PC by the service; where that fails, saved by the browser.

import { bytes, post } from "../lib/api.js";

/** Opens the workbook ("xlsx"), a handout ("pdf") or the folder that holds them. */
export async function openFile(sheet, what, handout = null) {
  const id = encodeURIComponent(sheet.id);
  try {
    await post(`/sheets/${id}/open`, handout ? { what, handout: handout.id } : { what });
  } catch (error) {
    // A PC without a program for the file: the browser can still hand it over.
    if (what === "folder" || !["open-failed", "no-opener"].includes(error.code)) throw error;
    await download(sheet, what, handout);
  }
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
