// Files dropped anywhere on the page, or chosen by a button, go to the service one after the other.

import { post } from "../lib/api.js";
import { add, fill, h, say } from "../lib/dom.js";
import { stateNow } from "../lib/store.js";
import { trouble } from "./trouble.js";

/** What the service takes, decoded. */
const MOST = 64 * 1024 * 1024;

/** Sends files and tells in `box` how it goes. Resolves how many were taken. */
export async function send(files, box) {
  const all = [...files];
  let taken = 0;
  const failed = h("div");
  const state = h("p", { role: "status" });
  const bar = h("progress", { max: all.length, value: 0, "aria-label": "ファイルを渡しています" });
  let stopped = false;
  const stop = h("button", { onclick: () => ((stopped = true), (stop.disabled = true)) }, "中止する");
  fill(box, h("div", { class: "box" }, state, bar, all.length > 1 ? stop : null), failed);
  for (const [index, file] of all.entries()) {
    if (stopped) break;
    state.textContent = `ファイルを渡しています（${index + 1}／${all.length}） ${file.name}`;
    const again = async (event) => {
      event.target.closest(".trouble").remove();
      await one(file);
    };
    const one = async (given) => {
      try {
        if (given.size > MOST) throw { code: "too-big", message: `『${given.name}』は大きすぎます（64MBまで）。`, hint: "「受付」フォルダーに直接入れてください。" };
        await post("/drops", { name: given.name, base64: await base64(given) });
        taken += 1;
      } catch (error) {
        const told = error.message ? { ...error, message: `『${given.name}』${error.code === "too-big" ? "" : "："}${error.message}`.replace(/^『(.*)』『\1』/, "『$1』"), hint: error.hint, code: error.code } : error;
        add(failed, trouble(told, again));
      }
    };
    await one(file);
    bar.value = index + 1;
    stateNow();
  }
  const rest = stopped ? `中止しました。残りの${all.length - bar.value}件は渡していません。` : "";
  fill(box, h("p", { class: "box done", role: "status" }, rest, taken > 0 ? `${taken}件のファイルを受け取りました。読み取った結果は、下に出ます。` : "受け取れたファイルはありません。"), failed);
  say(`${taken}件のファイルを受け取りました。`);
  return taken;
}

function base64(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => failed({ code: "file-unreadable", message: "ファイルを読み取れませんでした。", hint: "ほかのソフトで開いていないか確かめてください。フォルダーは、中のファイルを選んで入れてください。" });
    reader.readAsDataURL(file);
  });
}

/** Lets files be dropped anywhere; `ondrop(files)` gets them. */
export function dropAnywhere(ondrop) {
  const veil = h("div", { class: "veil", hidden: true, "aria-hidden": "true" }, h("p", {}, "ここで放すと、取り込みます"));
  document.body.append(veil);
  let depth = 0;
  const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragenter", (event) => {
    if (!files(event)) return;
    depth += 1;
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (!files(event)) return;
    depth -= 1;
    if (depth <= 0) veil.hidden = true;
  });
  addEventListener("dragover", (event) => files(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    if (event.dataTransfer.files.length > 0) ondrop(event.dataTransfer.files);
  });
}
