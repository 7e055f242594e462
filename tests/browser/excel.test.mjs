// The page beside Excel: the real program behind its own certificate, a made-up Excel in front. Chromium trusts the
// certificate through a certificate store of its own (`certutil` of libnss3-tools), as a user's PC would.
//
//   CHIIKI_BIN        the program (default: target/debug/chiiki-sheet)
//   CHIIKI_OFFICEJS   a copy of the npm package @microsoft/office-js, for the parts that need the real Office.js

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const program = process.env.CHIIKI_BIN ?? join(target, "debug/chiiki-sheet");
const officeJs = process.env.CHIIKI_OFFICEJS;
const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

/** Why this cannot be tried here, or false. */
const lacking = (() => {
  if (!existsSync(program)) return `${program} is not built`;
  if (!chromiumPath) return "no Chromium";
  for (const [tool, args] of [["certutil", ["-H"]], ["python3", ["-c", "import openpyxl"]], ["openssl", ["version"]]]) {
    try {
      execFileSync(tool, args, { stdio: "ignore" });
    } catch (error) {
      if (error.code === "ENOENT" || tool === "python3") return `no ${tool}`;
    }
  }
  try {
    createRequire(join(process.env.CHIIKI_NODE ?? join(target, "test-node"), "/")).resolve("playwright-core");
  } catch {
    return "playwright-core is not installed";
  }
  return false;
})();

const home = mkdtempSync(join(tmpdir(), "chiiki-excel-"));
const workspace = join(home, "demo");
const env = { ...process.env, HOME: home, XDG_DATA_HOME: join(home, "data") };
const run = (...args) => execFileSync(program, args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const store = `sql:${join(home, ".pki/nssdb")}`;
const trust = (name, file) => execFileSync("certutil", ["-d", store, "-A", "-t", "C,,", "-n", name, "-i", file]);

let browser, service, pane;

/** The running program; resolves when it says where its page is. */
async function start() {
  const child = spawn(program, ["run", "--workspace", workspace, "--no-open"], { env, stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((done, failed) => {
    let said = "";
    child.stdout.on("data", (text) => {
      said += text;
      if (said.includes("http://127.0.0.1:")) done();
    });
    child.on("exit", () => failed(new Error(said)));
  });
  return child;
}

const stop = (child) =>
  new Promise((done) => {
    child.on("exit", done);
    child.kill();
  });

before(async () => {
  if (lacking) return;
  run("demo", "--dir", workspace);
  run("tls", "create");
  mkdirSync(join(home, ".pki/nssdb"), { recursive: true });
  execFileSync("certutil", ["-d", store, "-N", "--empty-password"]);
  trust("chiiki", join(home, "data/chiiki-sheet/tls/ca.pem"));
  run("addin", "manifest", "--workspace", workspace, "--out", join(home, "manifest.xml"));
  run("addin", "check", join(home, "manifest.xml"));
  const manifest = readFileSync(join(home, "manifest.xml"), "utf8");
  pane = /<SourceLocation DefaultValue="([^"]+)"/.exec(manifest)[1];
  madeUpPackage();
  service = await start();
  const { chromium } = createRequire(join(process.env.CHIIKI_NODE ?? join(target, "test-node"), "/"))("playwright-core");
  browser = await chromium.launch({
    executablePath: chromiumPath,
    env,
    args: ["--no-sandbox", "--disable-background-networking", "--host-resolver-rules=MAP www.example.go.jp 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"],
  });
});

after(async () => {
  await browser?.close();
  if (service) await stop(service);
  rmSync(home, { recursive: true, force: true });
});

/** A package of the npm package's shape with nothing of Microsoft's in it: its loader is replaced in each test. */
function madeUpPackage() {
  const dist = join(home, "package/dist");
  mkdirSync(join(dist, "ja-jp"), { recursive: true });
  writeFileSync(join(home, "package/package.json"), JSON.stringify({ name: "@microsoft/office-js", version: "0.0.0" }));
  for (const name of ["office.js", "excel-win32-16.01.js", "ja-jp/office_strings.js"]) writeFileSync(join(dist, name), "");
  execFileSync("tar", ["--format=ustar", "-czf", join(home, "made-up.tgz"), "-C", home, "package"]);
  run("addin", "officejs", "--from", join(home, "made-up.tgz"));
}

/** The made workbook as the made-up Excel takes it: values as a book keeps them, merged areas. */
function workbook() {
  const [name] = readdirSync(join(workspace, "出力")).filter((one) => one.endsWith(".xlsx"));
  const script = `
import json, sys, openpyxl
values = openpyxl.load_workbook(sys.argv[1], data_only=True)
plain = openpyxl.load_workbook(sys.argv[1])
out = []
for sheet in values.worksheets:
    formulas = plain[sheet.title]
    cells = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is None: continue
            value = cell.value if isinstance(cell.value, (int, float, bool, str)) else str(cell.value)
            formula = formulas[cell.coordinate].value
            cells[cell.coordinate] = {"value": value, "formula": formula} if isinstance(formula, str) and formula.startswith("=") else value
    merges = [[m.min_row - 1, m.min_col - 1, m.max_row - 1, m.max_col - 1] for m in sheet.merged_cells.ranges]
    state = {"visible": "Visible", "hidden": "Hidden", "veryHidden": "VeryHidden"}[sheet.sheet_state]
    out.append({"name": sheet.title, "visibility": state, "cells": cells, "merges": merges})
print(json.dumps(out, ensure_ascii=False))
`;
  return JSON.parse(execFileSync("python3", ["-c", script, join(workspace, "出力", name)], { encoding: "utf8", maxBuffer: 64 << 20 }));
}

/** A page as Excel opens it. `office` is served in place of Office.js; without it the program's own answer counts. */
async function open({ office = null, width = 360 } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, locale: "ja-JP" });
  const page = await context.newPage();
  const watch = { slips: [], policy: [], outside: [], files: [] };
  page.on("pageerror", (error) => watch.slips.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) watch.policy.push(message.text());
    else if (message.type() === "error" && !/Failed to load resource/.test(message.text())) watch.slips.push(message.text());
  });
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== new URL(pane).origin && url.protocol !== "data:") watch.outside.push(request.url());
    if (url.pathname.startsWith("/officejs/")) watch.files.push(url.pathname);
  });
  if (office) await context.route("**/officejs/office.js", (route) => route.fulfill({ contentType: "text/javascript", body: office }));
  page.setDefaultTimeout(60_000);
  await page.goto(`${pane}&_host_Info=Excel$Win32$16.01$ja-JP`);
  return { context, page, watch };
}

/** A script that puts the made-up Excel where Office.js would put the real one. */
function madeUp(sheets, options = {}) {
  const code = readFileSync(join(root, "tests/pane/fake-office.mjs"), "utf8").replace(/^export /gm, "");
  return `${code}
globalThis.book = new FakeWorkbook(${JSON.stringify(sheets)}, ${JSON.stringify(options)});
const made = fakeOffice(globalThis.book, { api: ${JSON.stringify(options.api ?? "1.13")} });
globalThis.Excel = made.Excel;
globalThis.Office = made.Office;`;
}

/** A cell of a row (by 指標ID) and a year of the own block, with its line of \`_meta\`. */
function statistic(sheets, id, year) {
  const meta = sheets.find(({ name }) => name === "_meta").cells;
  const value = (cell) => (typeof cell === "object" ? cell.value : cell);
  for (let row = 1; `A${row}` in meta; row += 1) {
    if (meta[`A${row}`] === "value" && meta[`B${row}`] === id && meta[`C${row}`] === "own" && value(meta[`D${row}`]) === year) return { cell: meta[`F${row}`], row, value: value(meta[`E${row}`]) };
  }
  throw new Error(`${id} ${year} is not in _meta`);
}

test("figures of the open workbook are renewed through the real service", { skip: lacking }, async () => {
  const sheets = workbook();
  const meta = sheets.find(({ name }) => name === "_meta").cells;
  const form = sheets.find(({ name }) => name === meta.B2);
  const year = Math.max(...Object.keys(meta).filter((cell) => cell.startsWith("D") && typeof meta[cell] === "number").map((cell) => meta[cell]));
  const [stale, theirs] = [statistic(sheets, "B4-a", year), statistic(sheets, "B5-a", year)];
  // The sheet was made with an older figure; and a person changed another one.
  form.cells[stale.cell] = meta[`E${stale.row}`] = 1.25;
  form.cells[theirs.cell] = 77.7;
  const { context, page, watch } = await open({ office: madeUp(sheets, { selection: { sheet: form.name, cell: stale.cell } }) });
  await page.getByText("見本県 みほん市").first().waitFor();
  assert.ok(!page.url().includes("k="), "the key is gone from the address");
  await page.getByRole("button", { name: "選んだセルの出どころ" }).click();
  await page.locator(".open-book dl").waitFor();
  assert.match(await page.locator(".open-book dl").innerText(), /B4-a[\s\S]*みほん市[\s\S]*\.xlsx/);

  await page.getByRole("button", { name: "数値だけ更新する" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  const said = await dialog.innerText();
  assert.match(said, new RegExp(`残す：${theirs.cell} B5-a [\\s\\S]*77.7`));
  assert.match(said, new RegExp(`新しくする：${stale.cell} B4-a [\\s\\S]*1.2 → `));
  assert.equal(await page.evaluate(([sheet, cell]) => globalThis.book.value(sheet, cell), [form.name, stale.cell]), 1.25, "nothing is written before the user agrees");
  await page.screenshot({ path: join(target, "excel-update.png") });
  await dialog.getByRole("button", { name: "更新する" }).click();
  await page.getByText("数値を1件、新しくしました。").waitFor();
  const cells = await page.evaluate(([sheet, a, b]) => [globalThis.book.value(sheet, a), globalThis.book.value(sheet, b)], [form.name, stale.cell, theirs.cell]);
  assert.ok(Math.abs(cells[0] - stale.value) < 1e-9, `${cells[0]} is not ${stale.value}`);
  assert.equal(cells[1], 77.7);
  await page.screenshot({ path: join(target, "excel-updated.png"), fullPage: true });
  assert.deepEqual(watch, { slips: [], policy: [], outside: [], files: ["/officejs/office.js"] });
  await context.close();
});

test("a sheet made by the real service is put into the open workbook, which is known from then on", { skip: lacking }, async () => {
  const { context, page, watch } = await open({ office: madeUp([{ name: "Sheet1", cells: { A1: "係のメモ" } }]) });
  await page.getByText("このソフトで作ったものではありません。").waitFor();
  const made = await page.evaluate(async () => {
    const { get, post } = await import(new URL("lib/api.js", document.querySelector("script[type=module]").src).href);
    const answer = await post("/jobs", { kind: "fill", own: "見本県みほん市", compare: ["見本県みなと市"], formats: ["xlsx"] });
    let job = answer.job ?? answer;
    while (["queued", "running"].includes(job.state)) {
      await new Promise((done) => setTimeout(done, 100));
      job = (({ job: inner, ...rest }) => inner ?? rest)(await get(`/jobs/${job.id}`));
    }
    if (job.state !== "done") throw new Error(JSON.stringify(job));
    globalThis.sheet = await get(`/jobs/${job.id}/sheet`);
    return { begins: atob(globalThis.sheet.base64).slice(0, 2), sheets: globalThis.sheet.sheets };
  });
  assert.equal(made.begins, "PK");
  assert.ok(made.sheets.includes("地域分析・検討シート") && !made.sheets.includes("_meta"), made.sheets.join());
  const inserted = await page.evaluate(async (sheets) => {
    globalThis.book.insertable[globalThis.sheet.base64] = sheets;
    const { excelHost } = await import(new URL("excel/adapter.js", document.querySelector("script[type=module]").src).href);
    const host = excelHost({ Excel: globalThis.Excel, supports: () => true });
    return [await host.insertSheet(globalThis.sheet), await host.workbook(), globalThis.book.value("Sheet1", "A1")];
  }, workbook().map((one) => ({ ...one, cells: one.name === "地域分析・検討シート" || one.name === "_meta" ? one.cells : {} })));
  assert.equal(inserted[0].sheet, "地域分析・検討シート");
  assert.deepEqual([inserted[1].ours, inserted[1].name, inserted[2]], [true, "見本県 みほん市", "係のメモ"]);
  assert.deepEqual(watch.slips.concat(watch.policy, watch.outside), []);
  await context.close();
});

test("a workbook of somebody else's is told so, and nothing is offered", { skip: lacking }, async () => {
  const { context, page, watch } = await open({ office: madeUp([{ name: "Sheet1", cells: { A1: 1 } }]) });
  await page.getByText("このソフトで作ったものではありません。").waitFor();
  assert.equal(await page.getByRole("button", { name: "数値だけ更新する" }).count(), 0);
  assert.deepEqual(watch.slips.concat(watch.policy, watch.outside), []);
  await context.close();
});

test("a service that stops midway is told, and the workbook stays as it was", { skip: lacking }, async () => {
  const sheets = workbook();
  const { context, page } = await open({ office: madeUp(sheets) });
  await page.getByRole("button", { name: "数値だけ更新する" }).waitFor();
  const before = await page.evaluate(() => JSON.stringify(globalThis.book.sheets.map(({ cells }) => [...cells])));
  await context.route("**/api/v1/update-plan", (route) => route.abort());
  await page.getByRole("button", { name: "数値だけ更新する" }).click();
  await page.locator(".open-book .trouble").waitFor();
  assert.match(await page.locator(".open-book .trouble").innerText(), /起動/);
  assert.equal(await page.evaluate(() => JSON.stringify(globalThis.book.sheets.map(({ cells }) => [...cells]))), before);
  await context.close();
});

test("without Office.js the page works as in a browser, and says what lacks", { skip: lacking }, async () => {
  rmSync(join(home, "data/chiiki-sheet/officejs"), { recursive: true });
  await stop(service);
  service = await start();
  const { context, page, watch } = await open();
  await page.getByText("Office.js が無いため").waitFor();
  await page.locator("#main h1").first().waitFor();
  assert.equal(await page.locator(".open-book").count(), 0);
  assert.deepEqual(watch, { slips: [], policy: [], outside: [], files: [] });
  await context.close();
});

test("with the real Office.js no request leaves the PC", { skip: lacking || (officeJs ? false : "CHIIKI_OFFICEJS names no copy of the npm package") }, async () => {
  run("addin", "officejs", "--from", officeJs);
  await stop(service);
  service = await start();
  const { context, page, watch } = await open();
  await page.locator("#main h1").first().waitFor({ timeout: 40_000 });
  assert.deepEqual([...new Set(watch.files)], ["/officejs/office.js", "/officejs/excel-win32-16.01.js", "/officejs/ja-jp/office_strings.js"]);
  assert.deepEqual(watch.outside, []);
  console.log(`# policy: ${JSON.stringify(watch.policy)} slips: ${JSON.stringify(watch.slips)}`);
  // Office.js sets an inline style, which the policy refuses; nothing else.
  assert.deepEqual(watch.policy.filter((text) => !/style/.test(text)), []);
  await context.close();
});

test("Chromium refuses another name under an authority with the limits of ours", { skip: lacking }, async () => {
  const at = (name) => join(home, name);
  const openssl = (...args) => execFileSync("openssl", args, { stdio: "ignore" });
  writeFileSync(at("ca.cnf"), "[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\nbasicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\nnameConstraints=critical,permitted;DNS:localhost,permitted;IP:127.0.0.1/255.255.255.255\n");
  openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=limits like ours", "-config", at("ca.cnf"), "-keyout", at("ca.key"), "-out", at("ca.pem"));
  trust("limits", at("ca.pem"));
  for (const [name, host] of [["foreign", "www.example.go.jp"], ["local", "localhost"]]) {
    writeFileSync(at("leaf.cnf"), `subjectAltName=DNS:${host}\nextendedKeyUsage=serverAuth\n`);
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", `/CN=${host}`, "-keyout", at(`${name}.key`), "-out", at(`${name}.csr`));
    openssl("x509", "-req", "-in", at(`${name}.csr`), "-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-days", "30", "-extfile", at("leaf.cnf"), "-out", at(`${name}.pem`));
    const server = createServer({ key: readFileSync(at(`${name}.key`)), cert: readFileSync(at(`${name}.pem`)) }, (_, answer) => answer.end("reached"));
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    const page = await browser.newPage();
    const reached = page.goto(`https://${host}:${server.address().port}/`);
    if (name === "foreign") await assert.rejects(reached, /ERR_CERT_INVALID/);
    else assert.equal((await reached).status(), 200);
    await page.close();
    server.close();
  }
});
