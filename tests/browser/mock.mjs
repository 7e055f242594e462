// A stand-in for the service: the same answers in shape, made-up data of 見本県, and failures on demand. The page is
// worked on with it, and the failures no healthy service shows are tested with it.
//
//   node tests/browser/mock.mjs [PORT]     prints its address
//
// POST /mock {fail: {"/texts": {status, body}}, …} makes the next calls of a path fail; {calm: true} ends it.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const pane = join(here, "../../addin-manifest/pane");
const KEY = "k".repeat(43);
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".txt": "text/plain" };

const PREFECTURE = "見本県";
const AREAS = [
  ["900010", "みほん市", "みほんし"],
  ["900028", "みなと市", "みなとし"],
  ["900036", "たかね市", "たかねし"],
  ["900044", "星見村", "ほしみむら"],
  ["900052", "見本東部広域連合", "みほんとうぶこういきれんごう"],
].map(([code, name, kana]) => ({ code, name, kana, prefecture: PREFECTURE, level: "insurer", has_data: name !== "星見村" }));

/** A service with its own memory. `sheets` = how many the list has. */
export async function mock({ port = 0, sheets = 1, setup = false } = {}) {
  const { preview, missing } = JSON.parse(await readFile(join(here, "mihon.json"), "utf8"));
  const world = {
    setup,
    demo: false,
    generation: 1,
    settings: { own: setup ? [] : ["見本県 みほん市"], compare: setup ? [] : ["見本県 みなと市", "見本県 たかね市"], from: null, to: null, add: [], formats: ["xlsx", "pdf"], handout: ["配布資料"], above: 1.15, below: 0.85 },
    sheets: [],
    drops: [],
    jobs: new Map(),
    fail: {},
    texts: new Map(),
    missing,
    disk_ok: true,
  };
  preview.missing = { wanted: 585, present: 561, gaps: 12 };
  preview.diagnostics = [];
  preview.blocks[0].indicators[0].sources = preview.areas.map(() => preview.years.map(() => ({ file: "見本県 みほん市_地域分析・検討シート.xlsx", sheet: "地域分析・検討シート", cell: "H6" })));
  const fields = ["comparison", "hypothesis", "verification", "measures", "free_text"];
  let row = 26;
  for (const block of preview.blocks) {
    for (const field of fields) {
      const given = block.texts.find((text) => text.field === field)?.text ?? "";
      world.texts.set(`${block.name}|${field}`, { block: block.name, field, text: given, rich: field === "measures" && block.name === "受給率", place: { sheet: "地域分析・検討シート", cell: `A${(row += 1)}` } });
    }
  }
  for (let k = 0; k < sheets; k += 1) world.sheets.push(sheet(k));

  const server = createServer((request, answer) => handle(request, answer).catch((error) => json(answer, 500, { code: "mock", message: String(error.stack), hint: "" })));
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, world, key: KEY, close: () => new Promise((done) => (server.closeAllConnections(), server.close(done))) };

  async function handle(request, answer) {
    const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
    if (!pathname.startsWith("/api/v1/")) return file(pathname, answer);
    const path = pathname.slice("/api/v1".length);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks)) : null;
    if (path === "/launch") return body.token === "once" ? json(answer, 200, { key: KEY }) : json(answer, 401, { code: "token-used", message: "このリンクは使えません。", hint: "chiiki-sheet open で開き直してください。" });
    if (request.headers["x-chiiki-key"] !== KEY) return json(answer, 401, { code: "key-wrong", message: "この画面の鍵が違います。", hint: "chiiki-sheet open で開き直してください。" });
    const failing = Object.keys(world.fail).find((part) => path.endsWith(part));
    if (failing) return json(answer, world.fail[failing].status, world.fail[failing].body);
    const [, first, id, third] = path.split("/").map(decodeURIComponent);
    const name = `${request.method} /${first}${id ? "/:id" : ""}${third ? `/${third}` : ""}`;
    const routes = {
      "GET /hello": () => ({ product: "chiiki-sheet", version: "0.1.0", api: 1, workspace: world.setup ? null : { name: "地域分析", path_shown: "C:\\Users\\kaigo\\Documents\\地域分析" }, setup: world.setup, demo: world.demo, features: {}, today: "2026-11-22" }),
      "GET /setup": () => ({ candidates: [{ id: "documents", label: "ドキュメントの中「地域分析」", path_shown: "C:\\Users\\kaigo\\Documents\\地域分析", exists: false }, { id: "desktop", label: "利用者のフォルダーの中「地域分析」", path_shown: "C:\\Users\\kaigo\\地域分析", exists: false }] }),
      "POST /setup": () => ((world.setup = false), { workspace: { name: "地域分析" } }),
      "POST /setup/:id": () => ((world.setup = false), (world.demo = true), { workspace: { name: "見本" } }),
      "GET /state": () => ({ generation: world.generation, watching: "running", folder_ok: true, inbox: { waiting: world.left ?? 0, settling: 0 }, work: world.work ?? null, paused: world.paused ?? false, sheets_pending: 0, jobs: [...world.jobs.values()].filter((job) => job.state === "running"), last_drops: world.drops.slice(0, 5), notices: [], disk_ok: world.disk_ok }),
      "GET /areas": () => {
        const q = (searchParams.get("q") ?? "").trim();
        return { areas: AREAS.filter((area) => !q || `${area.prefecture} ${area.name}${area.kana}${area.code}`.includes(q)) };
      },
      "GET /prefectures": () => ({ prefectures: [{ code: "900001", name: PREFECTURE }] }),
      "GET /areas/:id": () => ({ rule: "取り込んだファイルに数値がある保険者のうち、まず同じ都道府県から、第1号被保険者数が近く（何倍違うか）、75歳以上の割合も近い順に挙げています。近さの目安は本ソフトのもので、国の基準ではありません。", areas: (world.sheets.length + world.drops.length === 0 ? [] : AREAS.slice(1, 3)).map((area) => ({ ...area, why: "被保険者数が近い（0.9倍）" })), remembered: [] }),
      "GET /indicators": () => ({ purposes: [{ name: "認定の状況を見る", children: [{ name: "認定率", indicators: [{ id: "B4-a", name: "認定率", unit: "％", on_form: true }, { id: "B4-d", name: "認定率（年齢別）", unit: "％", on_form: false }] }] }, { name: "サービスの量を見る", children: [{ name: "定員", indicators: [{ id: "D28", name: "要支援・要介護者1人あたり定員（施設サービス別）", unit: "人", on_form: false }] }] }] }),
      "GET /settings": () => ({ settings: world.settings }),
      "POST /settings": () => ({ settings: Object.assign(world.settings, body) }),
      "GET /sheets": () => {
        const q = searchParams.get("q") ?? "";
        const status = searchParams.get("status") ?? "all";
        const found = world.sheets.filter((one) => one.name.includes(q) && (status === "all" || one.status === status) && one.insurer.includes(searchParams.get("insurer") ?? ""));
        const page = Number(searchParams.get("page") ?? 1);
        return { total: found.length, page, size: 50, items: found.slice((page - 1) * 50, page * 50) };
      },
      "GET /sheets/:id": () => ({ ...world.sheets.find((one) => one.id === id), selection: world.settings, form_sheet: "地域分析・検討シート", comparison: preview, texts: [...world.texts.values()].map((text) => ({ ...text, hash: hash(text.text) })), comments: [{ sheet: "地域分析・検討シート", cell: "G8", author: "係長", text: "この値は月報と合っているか。" }], cautions: preview.cautions, history: [{ at: "2026-11-20T10:00:00", kind: "refilled", added: 12, revised: 3, gone: 0 }, { at: "2026-10-01T09:30:00", kind: "made", added: 541, revised: 0, gone: 0 }], memo: [{ block: "受給者1人あたり給付月額・利用日数回数", cell: "A71", fact: "訪問介護の給付月額が全国の1.55倍です。", candidates: "同じ建物への訪問が多い可能性があります。", checks: "同一建物減算の件数", question: "訪問の回数が多いのは、どのような住まいの方でしょうか。" }] }),
      "GET /sheets/:id/changes": () => ({ changes: [{ kind: "revised", indicator: "D17-a", name: "受給者1人あたり給付月額（訪問介護）", area: "見本県 みほん市", year: 2025, old: 125114.9, new: 126634.5, source_new: { file: "見本県 みほん市_地域分析・検討シート.xlsx", sheet: "地域分析・検討シート", cell: "H71" } }] }),
      "GET /sheets/:id/source": () => ({ explain: { kind: "figure", sheet: "地域分析・検討シート", cell: "G8", indicator: "B4-a", name: "認定率", area: "見本県 みほん市", year: 2025, value: "21.26403593", unit: "％", source: { file: "見本県 みほん市_地域分析・検討シート.xlsx", sheet: "地域分析・検討シート", cell: "H6" } } }),
      "POST /sheets/:id/status": () => ((world.sheets.find((one) => one.id === id).status = body.shared ? "shared" : "private"), {}),
      "POST /sheets/:id/copy": () => (world.sheets.unshift({ ...world.sheets.find((one) => one.id === id), id: `c${Date.now()}`, name: body.name }), { id: "c" }),
      "POST /sheets/:id/open": () => ({}),
      "POST /sheets/:id/refill": () => job("refill", { ledger: { filled: 541, missing: 8, unfilled_places: 36 }, diagnostics: [], outputs: [] }),
      "POST /sheets/:id/handout": () => job("handout", { outputs: [{ kind: "配布資料", name: "配布資料.pdf", sheet_id: id }], diagnostics: [] }),
      "POST /sheets/:id/texts": () => {
        const saved = [];
        const conflicts = [];
        for (const change of body.changes) {
          const text = world.texts.get(`${change.block}|${change.field}`);
          if (hash(text.text) !== change.hash) conflicts.push({ block: change.block, field: change.field, now: text.text, hash: hash(text.text) });
          else {
            text.text = change.text;
            saved.push({ block: change.block, field: change.field, hash: hash(change.text) });
          }
        }
        return { saved, conflicts };
      },
      "POST /preview": () => preview,
      "POST /missing": () => world.missing,
      "POST /jobs": () => {
        if (!world.sheets.some((one) => one.id === "s0")) world.sheets.unshift(sheet(0));
        return job("fill", { outputs: [{ kind: "xlsx", name: "見本県 みほん市_地域分析・検討シート.xlsx", sheet_id: "s0" }, { kind: "配布資料", name: "見本県 みほん市_配布資料.pdf", sheet_id: "s0" }], ledger: { filled: 541, missing: 8, unfilled_places: 36 }, diagnostics: [{ severity: "warning", code: "conflict", message: "D3 見本県 みほん市 2024：1.9 と 2.2 が食い違っています。1.9 を使いました。", hint: "元の表を確かめてください。", place: { file: "見本県 みほん市_地域分析・検討シート.xlsx", sheet: "地域分析・検討シート", cell: "G33" } }] });
      },
      "GET /jobs/:id": () => step(id),
      "POST /intake": () => ((world.paused = body.paused), { paused: body.paused }),
      "POST /jobs/:id/cancel": () => ((world.jobs.get(id).state = "cancelled"), {}),
      "POST /drops": () => {
        const unknown = body.name.includes("独自");
        const drop = { id: `d${world.drops.length}`, name: body.name, at: "2026-11-22T10:05:00", outcome: body.name.endsWith(".jpg") ? "refused" : unknown ? "waiting" : "read", layout: unknown ? null : "現状分析（見える化）", code: unknown ? "table-understood" : null, message: unknown ? "はじめて見る形の表です。" : body.name.endsWith(".jpg") ? "画像ファイルなので、表として読み取れません。" : null, hint: body.name.endsWith(".jpg") ? "表の入ったExcelファイルかCSVファイルを入れてください。" : null, filed_to: "処理済／2026-11-22", sheets_made: [], diagnostics: [{ severity: "info", code: "part-year", message: "2026年度は1か月分の数値です。主な比較には使いません。", hint: null, place: { file: body.name, sheet: "表形式（時系列）", cell: "I4" } }], question: unknown ? { sheet: "集計", confidence: 0.8, preview: ["行は地域、列は年度として読みました。", "「高齢者数」は数値の列です。"], mapping: { 名前: "独自集計", 見出しの行: [1, 1], 地域の列: "市町村", 期間: "令和6年度", 列: [{ 見出し: "高齢者数", 列: "C", 指標ID: "X-高齢者数", 単位: "人" }] }, figures: 24, problem: null } : null, duplicate_of: null };
        world.drops.unshift(drop);
        world.generation += 1;
        return { drop };
      },
      "GET /drops": () => ({ items: world.drops }),
      "POST /drops/:id/answer": () => {
        const drop = world.drops.find((one) => one.id === id);
        world.generation += 1;
        Object.assign(drop, { outcome: body.accept ? "read" : "refused", question: null, message: body.accept ? null : "取り込まないことにしました。", answered: body });
        return { drop };
      },
      "GET /drops/:id": () => ({ drop: world.drops.find((one) => one.id === id) }),
      "POST /table-token": () => ({ url: "http://127.0.0.1/table.csv", m_code: "let 元 = 1 in 元", steps: ["「データ」の「データの取得」を押します。"] }),
      "GET /log": () => ({ lines: [{ at: "2026-11-22T10:05:00", level: "info", text: "取り込みました。" }] }),
      "GET /licences": () => ({ text: "MIT License …" }),
      "GET /doctor": () => ({ checks: [{ id: "disk", name: "空き容量", ok: true, message: "10 GB", hint: null }] }),
      "POST /stop": () => ({}),
    };
    if (!routes[name]) return json(answer, 404, { code: "not-found", message: `${name} はありません。`, hint: "" });
    const said = routes[name]();
    if (said === undefined) return json(answer, 404, { code: "not-found", message: "見つかりません。", hint: "" });
    return json(answer, 200, said);
  }

  function job(kind, report) {
    const id = `j${world.jobs.size}`;
    world.jobs.set(id, { id, kind, state: "running", step: "読み取り中", done: 0, total: 3, started: "2026-11-22T10:00:00", error: null, report: null, final: report });
    return { job: world.jobs.get(id) };
  }

  function step(id) {
    const now = world.jobs.get(id);
    if (now.state === "running" && !world.holdJobs) {
      now.done += 1;
      now.step = ["読み取り中", "比較しています", "書き込んでいます"][now.done - 1];
      if (now.done >= now.total) {
        if (world.failJobs) Object.assign(now, { state: "failed", error: world.failJobs });
        else Object.assign(now, { state: "done", report: now.final });
        world.generation += 1;
      }
    }
    return now;
  }
}

function sheet(k) {
  return { id: `s${k}`, name: k === 0 ? "見本県 みほん市_地域分析・検討シート" : `見本県 第${k}町_地域分析・検討シート`, insurer: k === 0 ? "みほん市" : `第${k}町`, prefecture: "見本県", years: [2023, 2024, 2025], changed: "2026-11-20T10:00:00", status: k % 3 === 1 ? "shared" : "private", handouts: [{ id: "h0", kind: "配布資料", name: "見本県 みほん市_配布資料.pdf" }], texts_filled: 3, cautions: 2, locked: false };
}

function hash(text) {
  let sum = 7;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 2147483647;
  return `h${sum}`;
}

function json(answer, status, body) {
  answer.writeHead(status, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" });
  answer.end(JSON.stringify(body));
}

async function file(pathname, answer) {
  const name = pathname.replace(/^\/addin(?=\/)/, "");
  const path = normalize(join(pane, name === "/" ? "index.html" : decodeURIComponent(name)));
  try {
    if (!path.startsWith(pane)) throw new Error("outside");
    const bytes = await readFile(path);
    answer.writeHead(200, { "Content-Type": `${TYPES[extname(path)] ?? "application/octet-stream"}; charset=utf-8`, "Cache-Control": "no-store", "Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff" });
    answer.end(bytes);
  } catch {
    answer.writeHead(404);
    answer.end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const service = await mock({ port: Number(process.argv[2] ?? 0), sheets: Number(process.argv[3] ?? 3) });
  console.log(`${service.url}/#k=${service.key}`);
}
