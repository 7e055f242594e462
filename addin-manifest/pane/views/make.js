// Making a sheet, or changing what one shows: choices at the side, the preview follows them.

import { get, post } from "../lib/api.js";
import { aside, debounce, fill, h, say, small } from "../lib/dom.js";
import { known, onState } from "../lib/store.js";
import { fullName } from "../parts/area-picker.js";
import { figureSource } from "../parts/source.js";
import { made } from "../parts/made.js";
import { run } from "../parts/job.js";
import { previewView } from "../parts/preview.js";
import { asRequest, choiceFrom, selectionForm } from "../parts/selection.js";
import { empty, trouble, waiting } from "../parts/trouble.js";

export const title = "シートを作る";

const KINDS = ["配布資料", "1枚もの", "記入用"];

export async function show(root, [id], app) {
  fill(root, h("h1", {}, id ? "シートの内容を変える" : "シートを作る"), waiting());
  let choice;
  let sheet = null;
  let settings = {};
  try {
    ({ settings } = await get("/settings"));
    if (id) {
      sheet = await get(`/sheets/${encodeURIComponent(id)}`);
      choice = choiceFrom(sheet.selection ?? {});
    } else choice = choiceFrom(settings);
  } catch (error) {
    fill(root, h("h1", {}, title), trouble(error, () => show(root, [id], app)));
    return null;
  }

  const result = h("div", { class: "preview-box" });
  const working = h("div");
  const missing = h("p", { class: "note" });
  let asked = null;
  let slow = null;
  let busy = false;
  const offer = (yes) => (make.disabled = busy || !yes);
  const summary = h("summary", {});
  const tellChoice = () => fill(summary, choice.own ? `選んだ内容：${fullName(choice.own)}` : "内容を選ぶ");
  const preview = async () => {
    asked?.abort();
    if (!choice.own) {
      fill(result, empty("自地域を選ぶと、数値と図の見本がここに出ます。"));
      result.removeAttribute("aria-busy");
      missing.textContent = "";
      offer(false);
      return;
    }
    asked = new AbortController();
    result.setAttribute("aria-busy", "true");
    clearTimeout(slow);
    slow = setTimeout(() => !result.firstChild && fill(result, waiting("数値を集めています…")), 300);
    const started = performance.now();
    try {
      const answer = await post("/preview", asRequest(choice), { signal: asked.signal });
      clearTimeout(slow);
      fill(result, previewView(answer, { onfigure: figureSource(answer) }));
      result.removeAttribute("aria-busy");
      offer(true);
      const gaps = answer.missing?.gaps ?? 0;
      fill(missing, gaps > 0 ? [`足りない数値が${gaps}件あります。`, h("a", { href: "#/missing" }, "そろえ方を見る")] : "");
      performance.measure("preview", { start: started });
      say("見本を新しくしました。");
    } catch (error) {
      clearTimeout(slow);
      if (error.name === "AbortError") return;
      result.removeAttribute("aria-busy");
      offer(error.code !== "stopped" && error.code !== "key-wrong");
      if (error.status === 422 || error.status === 404) {
        offer(false);
        fill(result, empty(`${error.message} ${error.hint ?? ""}`, h("a", { class: "button main", href: "#/drops" }, "ファイルを入れる")));
      } else fill(result, trouble(error, preview));
    }
  };
  const soon = debounce(preview, 40);
  const changed = () => {
    tellChoice();
    offer(false);
    if (!busy) fill(working);
    soon();
  };

  const papers = new Set(settings.handout?.length ? settings.handout : [KINDS[0]]);
  let pdf = settings.formats?.length ? settings.formats.includes("pdf") : true;
  const kinds = h(
    "fieldset",
    {},
    h("legend", {}, "一緒に作る印刷用の資料（PDF）"),
    KINDS.map((kind) =>
      h(
        "label",
        { class: "tick" },
        h("input", {
          type: "checkbox",
          checked: pdf && papers.has(kind),
          onchange: (event) => {
            if (!pdf) papers.clear();
            pdf = true;
            if (event.target.checked) papers.add(kind);
            else papers.delete(kind);
          },
        }),
        h("span", {}, kind, aside({ 配布資料: "　数値・図・検討の欄をまとめた冊子", "1枚もの": "　A3横1枚のまとめ", 記入用: "　書き込む余白を広くした会議用" }[kind])),
      ),
    ),
  );
  const begin = async () => {
    const request = asRequest(choice);
    const handout = pdf ? [...papers] : [];
    busy = true;
    offer(false);
    const done = (job) => {
      fill(working, made(job));
      say("できました。");
      working.scrollIntoView({ block: "nearest" });
    };
    if (sheet) await run(working, () => post(`/sheets/${encodeURIComponent(sheet.id)}/refill`, { selection: request }), { doing: "シートを更新しています", done });
    else {
      const body = { kind: "fill", ...request, formats: handout.length > 0 ? ["xlsx", "pdf"] : ["xlsx"], handout };
      await run(working, () => post("/jobs", body), { doing: "シートを作成しています", done });
    }
    busy = false;
    offer(choice.own && !result.hasAttribute("aria-busy"));
  };
  const make = h("button", { class: "main", disabled: true, onclick: begin }, sheet ? "この内容でシートを更新する" : "シートを作る");
  tellChoice();
  fill(
    root,
    h("h1", {}, sheet ? `シートの内容を変える` : "シートを作る"),
    sheet ? small(`${sheet.name}　書いた文章はそのまま残ります。`) : null,
    h(
      "div",
      { class: "two" },
      h(
        "div",
        { class: "side card" },
        // With everything set already, the choices stay folded and the preview comes first in a task pane.
        h("details", { class: "choices", open: !choice.own || window.innerWidth >= 900 }, summary, selectionForm(choice, changed, Boolean(sheet && choice.own)), sheet ? null : kinds),
        h("div", { class: "side-foot" }, missing, make, working),
      ),
      h("div", { class: "wide" }, h("h2", {}, "見本"), result),
    ),
  );
  // What is read meanwhile enters the preview without a press, also what is read while the first one is asked for.
  let seen = readSoFar(known.state);
  await preview();
  const stop = onState((state) => {
    const now = readSoFar(state);
    if (now !== seen) soon();
    seen = now;
  });
  return { leave: () => (stop(), true) };
}

function readSoFar(state) {
  return (state?.last_drops ?? []).filter((drop) => drop.outcome === "read").map((drop) => drop.id).join();
}
