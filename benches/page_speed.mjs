// How fast the page is, in Chromium against the real service. Nothing is asserted: the figures go to docs/performance.md.
//
//   CHIIKI_BIN=…/release/chiiki-sheet node benches/page_speed.mjs [runs] [folder of tables]
//
// The browser's packages are those of tests/browser (./test.sh fetches them). With a folder of tables of all insurers
// (R5 年報 02h and 04-1-1h) the list is measured on a sheet of every insurer; without, on copies of the demo's one.

import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { go, launch, open } from "../tests/browser/browser.mjs";
import { BIN, service } from "../tests/browser/service.mjs";

const runs = Number(process.argv[2] ?? 7);
const tables = process.argv[3];
const run = promisify(execFile);
const told = (name, list, unit = "ms") => {
  const sorted = [...list].sort((a, b) => a - b);
  console.log(`${name}: ${Math.round(sorted[Math.floor(sorted.length / 2)])} ${unit} (${Math.round(sorted[0])}–${Math.round(sorted.at(-1))}, ${sorted.length} runs)`);
};
const load = () => console.log(`load ${loadavg().map((one) => one.toFixed(1)).join(" ")}`);

/** Paint, list and what was fetched of the page that stands. */
const paint = (page) =>
  page.evaluate(() => {
    const paints = Object.fromEntries(performance.getEntriesByType("paint").map((one) => [one.name, one.startTime]));
    const fetched = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return {
      first: paints["first-contentful-paint"],
      list: performance.getEntriesByName("first-view")[0]?.startTime,
      requests: fetched.length,
      bytes: fetched.reduce((sum, one) => sum + one.transferSize, 0),
    };
  });

async function firstPaint(browser) {
  const given = await service({ demo: true, embedded: true });
  // The service has read the demo's sheet when the first page stands.
  const warm = await open(browser);
  await warm.page.goto(await given.address());
  await warm.page.locator(".sheet-row").first().waitFor();
  await warm.context.close();
  const [fresh, again] = [[], []];
  for (let k = 0; k < runs; k += 1) {
    const { page, context } = await open(browser);
    for (const list of [fresh, again]) {
      await page.goto("about:blank");
      await page.goto(await given.address());
      await page.locator(".sheet-row").first().waitFor();
      list.push(await paint(page));
    }
    await context.close();
  }
  for (const [name, list] of [["a browser that never saw the page", fresh], ["the same browser again", again]]) {
    told(`first paint, ${name}`, list.map((one) => one.first));
    told(`list shown, ${name}`, list.map((one) => one.list));
    told(`requests, ${name}`, list.map((one) => one.requests), "");
    told(`bytes, ${name}`, list.map((one) => one.bytes), "");
  }

  // A preview after a choice: from the press to the figures and charts drawn.
  const { page, context } = await open(browser);
  await page.goto(await given.address());
  await page.locator(".sheet-row").first().waitFor();
  await go(page, "make");
  await page.locator("figure svg").first().waitFor();
  await page.getByText("指標を追加する").click();
  const ticks = page.locator(".tree input:not([disabled])");
  for (let k = 0; k < runs * 2; k += 1) {
    const before = await page.evaluate(() => performance.getEntriesByName("preview").length);
    await ticks.nth(k % 4).evaluate((tick) => tick.click());
    await page.waitForFunction((count) => performance.getEntriesByName("preview").length > count, before);
  }
  told("preview after a choice", (await page.evaluate(() => performance.getEntriesByName("preview").map((one) => one.duration))).slice(1));
  await context.close();
  await given.close();
}

async function manySheets(browser) {
  const given = await service({ demo: true, embedded: true });
  await given.kill();
  const out = join(given.workspace, "出力");
  const [sheet] = (await readdir(out)).filter((name) => name.endsWith(".xlsx"));
  if (tables) {
    const files = ["r5nenpo_02h.xlsx", "r5nenpo_04-1-1h_sheet1-2_openpyxl.xlsx"].map((name) => join(tables, name));
    await run(BIN, ["batch", "--all", "--input", ...files, "--year", "2023", "--out", out, "--formats", "xlsx"], { maxBuffer: 1 << 28 });
  } else {
    const bytes = await readFile(join(out, sheet));
    // Each its own content: a comment behind the archive.
    for (let k = 1; k < 1700; k += 1) {
      const note = Buffer.from(String(k));
      const own = Buffer.concat([bytes, note]);
      own.writeUInt16LE(note.length, bytes.length - 2);
      await writeFile(join(out, `見本県 第${k}町_地域分析・検討シート.xlsx`), own);
    }
  }
  const count = (await readdir(out)).filter((name) => name.endsWith(".xlsx")).length;
  for (const name of ["nobody has opened", "known from before"]) {
    given.begin();
    const { page, context } = await open(browser);
    page.setDefaultTimeout(300_000);
    const address = await given.address();
    const from = performance.now();
    await page.goto(address);
    await page.locator(".sheet-row").first().waitFor();
    console.log(`${count} sheets ${name}: list after ${Math.round(performance.now() - from)} ms`);
    const state = () => page.evaluate(async () => (await (await fetch("/api/v1/sheets?size=1", { headers: { "X-Chiiki-Key": sessionStorage.getItem("chiiki.key") } })).json()).pending);
    while ((await state()) > 0) await page.waitForTimeout(50);
    console.log(`${count} sheets ${name}: all read after ${Math.round(performance.now() - from)} ms`);
    const [turns, searches] = [[], []];
    for (let k = 0; k < runs; k += 1) {
      const next = k % 2 === 0 ? "次へ" : "前へ";
      turns.push(
        await page.evaluate(async (label) => {
          const button = [...document.querySelectorAll(".pager button")].find((one) => one.textContent === label);
          const shown = () => document.querySelector(".pager span").textContent;
          const before = shown();
          const start = performance.now();
          button.click();
          while (shown() === before) await new Promise(requestAnimationFrame);
          await new Promise(requestAnimationFrame);
          return performance.now() - start;
        }, next),
      );
    }
    for (let k = 0; k < runs; k += 1) {
      searches.push(
        await page.evaluate(async (text) => {
          const input = document.querySelector('input[type="search"]');
          const words = () => document.querySelector('p[role="status"].note').textContent;
          const before = words();
          const start = performance.now();
          input.value = text;
          input.dispatchEvent(new Event("input", { bubbles: true }));
          while (words() === before) await new Promise(requestAnimationFrame);
          return performance.now() - start;
        }, k % 2 === 0 ? "第17町" : ""),
      );
    }
    told(`${count} sheets ${name}: turning a page`, turns);
    told(`${count} sheets ${name}: a search after the last key (150 ms of waiting for more keys in it)`, searches);
    const gaps = await page.evaluate(async () => {
      const all = [];
      let last = performance.now();
      for (let k = 0; k < 90; k += 1) {
        scrollBy(0, 60);
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        all.push(now - last);
        last = now;
      }
      return all;
    });
    told(`${count} sheets ${name}: frames while scrolling`, gaps);
    await context.close();
    // Ended in order, so that it writes down what it learned.
    await given.chiiki("stop", "--workspace", given.workspace).catch(() => {});
    await given.kill();
  }
  await given.close();
}

load();
const browser = await launch();
await firstPaint(browser);
load();
await manySheets(browser);
load();
await browser.close();
