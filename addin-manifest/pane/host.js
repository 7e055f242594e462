// Getting from a page into Excel: Office.js is fetched from the service, when the page was opened by Excel and the
// service has it. In every other case the page stays what it is in a browser (`lib/place.js`).

import { excelHost } from "./excel/adapter.js";

/** Excel that does not answer in this time is none. */
const PATIENCE = 15000;
const VERSIONS = ["1.2", "1.4", "1.6", "1.7", "1.9", "1.13"];

/** Whether Excel opened this page: it says so in the address, and Office.js remembers it for the session. */
export function openedByExcel(place = globalThis.location, storage = globalThis.sessionStorage) {
  if (!/^\/addin(\/|$)/.test(place.pathname)) return false;
  try {
    return place.search.includes("_host_Info=") || storage.getItem("hostInfoValue") !== null;
  } catch {
    return false;
  }
}

/** The adapter, or null: not in Excel, or Office.js is not there. */
export async function connect({ load = loadOffice, patience = PATIENCE, opened = openedByExcel } = {}) {
  if (!opened()) return null;
  const Office = await load();
  if (!Office) return null;
  const late = new Promise((done) => setTimeout(() => done(null), patience));
  const info = await Promise.race([Office.onReady(), late]);
  if (!info || info.host !== "Excel") return null;
  const known = new Set(VERSIONS.filter((version) => Office.context.requirements.isSetSupported("ExcelApi", version)));
  return { ...excelHost({ Excel: globalThis.Excel, supports: (version) => known.has(version) }), api: [...known].at(-1) ?? "1.1" };
}

/** Office.js takes away two methods of the page's history; they are put back. */
function loadOffice() {
  const { pushState, replaceState } = history;
  return new Promise((done) => {
    const script = document.createElement("script");
    script.src = "/officejs/office.js";
    script.onload = () => {
      Object.assign(history, { pushState, replaceState });
      done(globalThis.Office ?? null);
    };
    script.onerror = () => done(null);
    document.head.append(script);
  });
}
