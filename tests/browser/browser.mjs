// What the browser tests share: Debian's Chromium, a page that tells of every slip, axe, and the look for overflow.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const require = createRequire(join(process.env.CHIIKI_NODE ?? join(target, "test-node"), "/"));
const { chromium } = require("playwright-core");
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

/** Where pictures go, to be looked at. */
export const shots = join(target, "test-shots");
await mkdir(shots, { recursive: true });

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

export async function launch() {
  return chromium.launch({
    executablePath: CHROMIUM,
    // No name leads anywhere: a page that asked for one would fail, and the request is counted besides.
    args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-background-networking"],
  });
}

/** A page of its own storage. `watch.slips` holds errors of the page, `watch.outside` requests that left the PC. */
export async function open(browser, { width = 1280, height = 800 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale: "ja-JP", acceptDownloads: true });
  const page = await context.newPage();
  const watch = { slips: [], outside: [] };
  page.on("pageerror", (error) => watch.slips.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    // Failed requests are part of the tests; everything else a console says is a slip.
    if (["error", "warning"].includes(message.type()) && !/Failed to load resource|ERR_CONNECTION_REFUSED/.test(message.text())) watch.slips.push(message.text());
  });
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.hostname !== "127.0.0.1") watch.outside.push(request.url());
  });
  page.setDefaultTimeout(60_000);
  return { context, page, watch };
}

/** Nothing of the page went wrong, nothing left the PC. */
export function clean(watch) {
  assert.deepEqual(watch.slips, []);
  assert.deepEqual(watch.outside, []);
}

/** No violation of axe's rules, and nothing sticks out sideways. */
export async function sound(page, where) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${where}: ${wide} px stick out`);
  // As a program and not as a script of the page, whose policy allows none.
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const told = found.violations.map((one) => `${one.id}: ${one.help} ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  assert.deepEqual(told, [], where);
}

export async function shoot(page, name, fullPage = false) {
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage });
}

/** Goes to a view and waits until it stands. */
export async function go(page, view, ready = "#main h1") {
  await page.evaluate((path) => (location.hash = `#/${path}`), view);
  await page.waitForFunction((path) => location.hash === `#/${path}` || location.hash === `#/${encodeURI(path)}`, view);
  await page.locator(ready).first().waitFor();
  await page.locator("#main .view > .waiting, #main .preview-box[aria-busy]").waitFor({ state: "detached" }).catch(() => {});
}
