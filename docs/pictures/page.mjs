// Makes the pictures of docs/guide-page.md again: the page on the made-up 見本県, each as a small PNG.
//
//   node docs/pictures/page.mjs        needs Chromium and the packages of tests/browser (./test.sh fetches them)

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { go, launch, open } from "../../tests/browser/browser.mjs";
import { mock } from "../../tests/browser/mock.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const browser = await launch();

/** One window of 880 × 560: wide enough for the page as on a laptop, small enough for a document. */
const size = { width: 880, height: 560 };
const shot = (page, name) => page.screenshot({ path: join(here, `${name}.png`), animations: "disabled" });

const first = await mock({ setup: true, sheets: 0 });
const { page, context } = await open(browser, size);
await page.goto(`${first.url}/#k=${first.key}`);
await page.getByRole("heading", { name: "作業する場所を選ぶ" }).waitFor();
await shot(page, "page-1-place");
await page.getByRole("button", { name: "この場所で始める" }).click();
await page.getByRole("combobox", { name: "自地域（保険者）" }).fill("みほん");
await page.getByRole("option").first().waitFor();
await shot(page, "page-2-own");
await page.getByRole("option", { name: /みほん市/ }).first().click();
await page.getByRole("button", { name: "次へ" }).click();
await page.getByText("似た保険者を候補としてお見せします").waitFor();
await shot(page, "page-3-compare");
await page.getByRole("button", { name: "始める", exact: true }).click();
await page.locator("#file-input").setInputFiles(["D17-a_受給者1人あたり給付月額（訪問介護）_時系列.xlsx", "見本県 みほん市_地域分析・検討シート.xlsx", "独自の集計.csv"].map((name) => ({ name, mimeType: "text/csv", buffer: Buffer.from("a") })));
await page.getByText("次のように読み取ってよいですか").waitFor();
// A longer window: the question, and below it what became of the others.
await page.getByRole("button", { name: "はい、この読み方で取り込む" }).scrollIntoViewIfNeeded();
await page.setViewportSize({ ...size, height: 760 });
await page.evaluate(() => document.querySelector("#main section h2").scrollIntoView());
await shot(page, "page-4-files");
await page.setViewportSize(size);
await go(page, "make");
await page.locator("figure svg").first().waitFor();
await shot(page, "page-5-make");
await page.locator(".side-foot > button.main, button.main:has-text('シートを作る')").last().click();
await page.getByRole("button", { name: "配布資料を開いて印刷する" }).waitFor();
await page.getByRole("button", { name: "配布資料を開いて印刷する" }).scrollIntoViewIfNeeded();
await shot(page, "page-6-made");
// Wide enough for figures and texts side by side.
await page.setViewportSize({ width: 1120, height: 720 });
await go(page, "sheet/s0/texts", "textarea");
await page.locator(".beside-figures table").first().waitFor();
await page.evaluate(() => document.querySelector(".tabs").scrollIntoView());
await shot(page, "page-7-texts");
await context.close();
await first.close();
await browser.close();
