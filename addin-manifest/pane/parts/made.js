// What a finished job made, with the next thing to do.

import { get } from "../lib/api.js";
import { fill, h, small } from "../lib/dom.js";
import { host } from "../lib/place.js";
import { openFile, openPaper } from "./files.js";
import { report } from "./job.js";
import { trouble } from "./trouble.js";

/** The result of making a sheet: open it, print its handout, read it here. */
export function made(job) {
  const outputs = job.report?.outputs ?? [];
  const id = outputs.find((output) => output.sheet_id)?.sheet_id ?? null;
  const workbook = outputs.find((output) => output.kind === "xlsx" || output.kind === "sheet");
  const papers = outputs.filter((output) => output.kind !== "xlsx" && output.kind !== "sheet");
  const failure = h("div");
  const open = (what) => async () => {
    try {
      const sheet = await get(`/sheets/${encodeURIComponent(id)}`);
      // Of several papers one that was made just now.
      const now = sheet.handouts?.filter((one) => papers.some((paper) => paper.name === one.name));
      if (what === "pdf") await openPaper(failure, { ...sheet, handouts: now?.length ? now : sheet.handouts });
      else await openFile(sheet, what);
    } catch (error) {
      fill(failure, trouble(error));
    }
  };
  const insert = async () => {
    try {
      const sheet = await get(`/jobs/${encodeURIComponent(job.id)}/sheet`);
      const put = await host.insertSheet(sheet);
      const name = typeof put === "string" ? put : (put?.sheet ?? sheet.name);
      fill(failure, h("p", { class: "box done", role: "status" }, `開いているブックに「${name}」を入れました。`));
    } catch (error) {
      fill(failure, trouble(error));
    }
  };
  return h(
    "div",
    { class: "box done", role: "status" },
    h("p", {}, h("strong", {}, "できました。"), workbook ? ` ${workbook.name}` : ""),
    papers.length > 0 ? small(papers.map((paper) => paper.name).join("、")) : null,
    id
      ? h(
          "div",
          { class: "buttons" },
          papers.length > 0 ? h("button", { class: "main", onclick: open("pdf") }, "配布資料を開いて印刷する") : null,
          host.kind === "excel" ? h("button", { class: "main", onclick: insert }, "開いているブックに入れる") : null,
          h("button", { onclick: open("xlsx") }, "Excelで開く"),
          h("a", { class: "button", href: `#/sheet/${encodeURIComponent(id)}` }, "ここで見る"),
        )
      : null,
    failure,
    report(job),
  );
}
