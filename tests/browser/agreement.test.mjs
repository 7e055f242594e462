// What the page shows and what is used, printed and kept are the same: choices, figures, papers, drafts, settings.
// Against the real service on the made-up insurer.

import assert from "node:assert/strict";
import { cp, mkdir, readFile, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clean, go, launch, open, sound } from "./browser.mjs";
import { service } from "./service.mjs";

let browser;
let given;
before(async () => {
  browser = await launch();
  given = await service({ demo: true });
});
after(async () => {
  await browser?.close();
  await given?.close();
});

async function enter(where = given, size = {}) {
  const opened = await open(browser, size);
  opened.page.setDefaultTimeout(45_000);
  await opened.page.goto(await where.address());
  await opened.page.locator("#main h1").waitFor();
  return opened;
}

async function sheetOf(page, name = "みほん市_地域分析") {
  await go(page, "sheets");
  const row = page.locator(".sheet-row", { hasText: name }).first();
  await row.waitFor();
  return row.getAttribute("data-sheet");
}

/** Fields of the texts that can be written in. */
async function fields(page) {
  const free = await page.locator("textarea").evaluateAll((all) => all.map((one, at) => (one.readOnly ? null : at)).filter((at) => at !== null));
  return free.map((at) => page.locator("textarea").nth(at));
}

test("own area: what stands in the field is what is used", async () => {
  const { page, watch, context } = await enter();
  await go(page, "make");
  await page.locator("figure svg").first().waitFor();
  const own = page.getByRole("combobox", { name: "自地域（保険者）" });
  const make = page.locator(".side-foot > button.main");
  assert.match(await own.inputValue(), /みほん市/);
  // Typing takes the choice back at once; there is nothing to press for another area.
  await own.fill("みなと");
  assert.equal(await make.isDisabled(), true);
  await page.getByText("内容を選ぶ").waitFor();
  // A part of a name means nothing: leaving the field brings the choice back, and says so.
  await page.getByRole("heading", { name: "シートを作る" }).click();
  await page.getByText(/「みなと」では1つに決まらないため、見本県 ?みほん市に戻しました。/).waitFor();
  assert.match(await own.inputValue(), /みほん市/);
  // There are two of that name: nothing is chosen. A whole name is a choice, without a look at the list.
  await own.fill("みなと市");
  await own.press("Enter");
  await page.getByText("1つに決まりません。").waitFor();
  await page.getByText("内容を選ぶ").waitFor();
  await own.fill("見本県みなと市");
  await own.press("Enter");
  await page.getByText("選んだ内容：見本県 みなと市").waitFor();
  await page.waitForFunction(() => !document.querySelector(".side-foot > button.main").disabled);
  await make.click();
  await page.locator(".side-foot .box.done").waitFor({ timeout: 90_000 });
  assert.match(await page.locator(".side-foot .box.done").innerText(), /みなと市/);
  // What was made of one area does not stand beside the preview of another.
  await own.fill("見本県みほん市");
  await page.getByRole("heading", { name: "シートを作る" }).click();
  await page.getByText("選んだ内容：見本県みほん市").or(page.getByText("選んだ内容：見本県 みほん市")).waitFor();
  assert.equal(await page.locator(".side-foot .box.done").count(), 0);
  // Enter in a hurry picks nothing from a list of another text.
  const unsure = page.getByRole("combobox", { name: "比較地域を足す" });
  await unsure.pressSequentially("福岡", { delay: 0 });
  await unsure.press("Enter");
  await page.getByText("1つに決まりません。").waitFor();
  assert.equal(await page.locator(".chips li", { hasText: "福岡" }).count(), 0);
  clean(watch);
  await context.close();
});

test("a paper holds what was written before it was opened", async () => {
  const { page, watch, context } = await enter();
  const id = await sheetOf(page);
  await go(page, `sheet/${id}/texts`, "textarea");
  const words = "配布資料に入る文章です";
  const [field] = await fields(page);
  await field.fill(words);
  const pdf = join(given.workspace, "出力", "見本県 みほん市_配布資料.pdf");
  const old = await readFile(pdf);
  await page.getByRole("button", { name: "配布資料を開いて印刷する" }).click();
  await page.getByText("いまのシートの内容で作って開きました").waitFor({ timeout: 90_000 });
  assert.notDeepEqual(await readFile(pdf), old);
  await page.getByText("すべて保存されています。").waitFor();
  // Opened again it is not made again; from the list neither.
  await page.getByRole("button", { name: "配布資料を開いて印刷する" }).click();
  await page.getByText("配布資料を開きました。").waitFor();
  await go(page, "sheets");
  const row = page.locator(`[data-sheet="${id}"]`);
  await row.getByRole("button", { name: "配布資料を開く" }).click();
  await row.getByText("配布資料を開きました。").waitFor();
  // After a change from elsewhere it is.
  const later = new Date(Date.now() + 1000);
  await utimes(join(given.workspace, "出力", "見本県 みほん市_地域分析・検討シート.xlsx"), later, later);
  await row.getByRole("button", { name: "配布資料を開く" }).click();
  await row.getByText("いまのシートの内容で作って開きました").waitFor({ timeout: 90_000 });
  clean(watch);
  await context.close();
});

test("an open sheet follows its figures, and what a list's work says stays", async () => {
  const { page, watch, context } = await enter();
  const id = await sheetOf(page);
  await go(page, `sheet/${id}`, "button.figure");
  await page.getByText("いちばん新しい、1年分そろった年度").waitFor();
  const newest = page.locator(".note", { hasText: "比べた年度" }).first();
  const before = await newest.innerText();
  // Figures that the page did not ask for: the sheet is made anew behind it.
  const settings = join(given.workspace, "設定.toml");
  const toml = await readFile(settings, "utf8");
  assert.match(before, /令和7年度/);
  await writeFile(settings, toml.replace(/^#? *"表示期間の終わり".*$/m, "") + '\n"表示期間の終わり" = 2023\n');
  await page.getByRole("button", { name: "数値を新しくする" }).click();
  await page.getByText("数値を新しくしました。").waitFor({ timeout: 90_000 });
  await page.waitForFunction((was) => document.querySelector(".preview").innerText.includes("令和5年度") && !document.querySelector(".preview").innerText.includes(was), before);
  await writeFile(settings, toml);
  await go(page, "sheets");
  const row = page.locator(`[data-sheet="${id}"]`);
  await row.getByRole("button", { name: "数値を新しくする" }).click();
  await row.getByText("数値を新しくしました。").waitFor({ timeout: 90_000 });
  // A book copied in from outside comes into the list by itself; the result stays.
  await cp(join(given.workspace, "出力", "見本県 みほん市_地域分析・検討シート.xlsx"), join(given.workspace, "出力", "外から写した.xlsx"));
  await page.locator(".sheet-row", { hasText: "外から写した" }).waitFor();
  await row.getByText("数値を新しくしました。").waitFor({ timeout: 1000 });
  clean(watch);
  await context.close();
});

test("two windows on one sheet: no draft is lost, and a conflict outlives the window", async () => {
  const { page: one, watch, context } = await enter();
  const id = await sheetOf(one);
  await go(one, `sheet/${id}/texts`, "textarea");
  const two = await context.newPage();
  await two.goto(await given.address());
  await two.locator("#main h1").waitFor();
  await go(two, `sheet/${id}/texts`, "textarea");
  const [first, second] = await Promise.all([fields(one), fields(two)]);
  const [[mine], [theirs, other]] = [first, second];
  await mine.fill("窓1の文章");
  await other.fill("窓2の文章");
  await mine.fill("窓1の文章の続き");
  assert.equal(await one.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("chiiki.draft.")).length), 2);
  // Both write in the same field; one saves first.
  await theirs.fill("窓2も同じ欄に");
  await one.getByText("この欄は、別の画面でも書かれています。").waitFor();
  await one.getByRole("button", { name: "シートに保存する" }).click();
  await one.getByText("すべて保存されています。").waitFor();
  await two.getByRole("button", { name: "シートに保存する" }).click();
  await two.getByText("シートの文章が、ほかで書き換えられています。").waitFor();
  await two.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await again.goto(await given.address());
  await again.locator("#main h1").waitFor();
  await go(again, `sheet/${id}/texts`, "textarea");
  await again.getByText("シートの文章が、ほかで書き換えられています。").waitFor();
  await again.locator(".conflict pre", { hasText: "窓2も同じ欄に" }).waitFor();
  await sound(again, "conflict");
  await again.getByRole("button", { name: "両方をつなげる" }).click();
  await again.getByRole("button", { name: "シートに保存する" }).click();
  await again.getByText("すべて保存されています。").waitFor();
  assert.equal(await (await fields(again))[0].inputValue(), "窓1の文章の続き\n窓2も同じ欄に");
  clean(watch);
  await context.close();
});

test("a text too long for a cell is neither cut nor saved", async () => {
  const { page, watch, context } = await enter();
  const id = await sheetOf(page);
  await go(page, `sheet/${id}/texts`, "textarea");
  const [field] = await fields(page);
  const long = "あ".repeat(32_770);
  await field.fill(long);
  await page.getByText("いま3文字多いため、この欄はまだ保存できません。").waitFor();
  await page.getByRole("button", { name: "シートに保存する" }).click();
  assert.equal(await field.inputValue(), long);
  await page.getByText("うち1欄は長すぎるため").waitFor();
  await field.fill("短い文章");
  await page.getByRole("button", { name: "シートに保存する" }).click();
  await page.getByText("すべて保存されています。").waitFor();
  clean(watch);
  await context.close();
});

test("drafts of a book that was renamed are shown, to be copied or thrown away", async () => {
  const { page, watch, context } = await enter();
  const folder = join(given.workspace, "出力");
  await cp(join(folder, "見本県 みほん市_地域分析・検討シート.xlsx"), join(folder, "下書き用.xlsx"));
  await page.reload();
  const id = await sheetOf(page, "下書き用");
  await go(page, `sheet/${id}/texts`, "textarea");
  await (await fields(page))[0].fill("名前を変えても残る文章");
  await go(page, "sheets").catch(() => {});
  await page.getByRole("button", { name: "下書きのまま移る" }).click();
  await page.locator(".sheet-row").first().waitFor();
  assert.equal(await page.getByText("持ち主の見つからない下書き").count(), 0);
  await rename(join(folder, "下書き用.xlsx"), join(folder, "新しい名前.xlsx"));
  await page.getByText("持ち主の見つからない下書き").waitFor();
  await page.locator(".lost-drafts summary", { hasText: "下書き用" }).click();
  assert.equal(await page.locator(".lost-drafts textarea").inputValue(), "名前を変えても残る文章");
  await sound(page, "lost drafts");
  await page.locator(".lost-drafts").getByRole("button", { name: "下書きを捨てる" }).click();
  await page.getByRole("button", { name: "捨てる", exact: true }).click();
  await page.getByText("持ち主の見つからない下書き").waitFor({ state: "detached" });
  clean(watch);
  await context.close();
});

test("saving one setting leaves the others, also those changed by hand meanwhile", async () => {
  const where = await service({ settings: '"自地域" = ["福岡県 福岡市", "福岡県 久留米市"]\n' });
  const { page, watch, context } = await enter(where);
  await go(page, "settings");
  // What is made when nothing is set, as it is.
  for (const name of ["シート（Excel）", "印刷用の資料（PDF）", "配布資料"]) assert.equal(await page.getByRole("checkbox", { name, exact: true }).isChecked(), true, name);
  const path = join(where.workspace, "設定.toml");
  await writeFile(path, '"自地域" = ["福岡県 福岡市", "福岡県 久留米市"]\n"表示期間の終わり" = 2023\n');
  await page.getByLabel("「上回る」とする倍率（以上）").fill("1.2");
  await page.getByRole("button", { name: "設定を保存する" }).click();
  await page.getByText("保存しました。", { exact: true }).waitFor();
  const toml = await readFile(path, "utf8");
  assert.match(toml, /"表示期間の終わり" = 2023/);
  assert.match(toml, /"上回る" = 1\.2/);
  assert.doesNotMatch(toml, /作るもの|配布資料の種類/);
  assert.equal(await page.getByLabel("表示期間の終わり").inputValue(), "2023");
  // The same setting, changed here and by hand: nothing is written.
  await writeFile(path, toml.replace("2023", "2022"));
  await page.getByLabel("表示期間の終わり").selectOption("2024");
  await page.getByRole("button", { name: "設定を保存する" }).click();
  await page.getByText("ほかで変えられました。まだ保存していません。").waitFor();
  assert.match(await readFile(path, "utf8"), /"表示期間の終わり" = 2022/);
  await page.getByRole("button", { name: "いまの設定を表示する" }).click();
  await page.waitForFunction(() => [...document.querySelectorAll("select")].some((one) => one.value === "2022"));
  // Two own areas: the missing figures of each can be looked at.
  await go(page, "missing");
  await page.getByLabel("自地域", { exact: true }).selectOption({ label: "福岡県 久留米市" });
  await page.locator("p", { hasText: /^福岡県 久留米市/ }).waitFor();
  // A folder in 受付 is not passed over without a word.
  await mkdir(join(where.workspace, "受付", "まとめ"));
  await page.getByText("「受付」の中にフォルダーが1個あります。").waitFor();
  clean(watch);
  await context.close();
  await where.close();
});

test("out of the sample, and on with a first start that was broken off", async () => {
  const where = await service();
  const { page, watch, context } = await enter(where);
  await page.getByRole("button", { name: "見本で試す" }).click();
  await page.getByText("数値は架空です").waitFor();
  await page.getByRole("link", { name: "見本を終えて、自分の資料で始める" }).click();
  await page.getByRole("heading", { name: "作業する場所を選ぶ" }).waitFor();
  await sound(page, "leaving the sample");
  await page.getByRole("button", { name: "この場所で始める" }).click();
  await page.getByRole("heading", { name: "自地域を選ぶ" }).waitFor();
  assert.equal(await page.getByText("数値は架空です").count(), 0);
  // Opened anew between the place and the own area.
  await page.goto("about:blank");
  await page.goto(await where.address());
  await page.getByRole("heading", { name: "自地域を選ぶ" }).waitFor();
  const own = page.getByRole("combobox", { name: "自地域（保険者）" });
  const next = page.getByRole("button", { name: "次へ" });
  await own.fill("福岡市");
  await page.getByRole("option", { name: /福岡市/ }).first().click();
  assert.equal(await next.isDisabled(), false);
  await own.fill("久留米市");
  assert.equal(await next.isDisabled(), true);
  await own.press("Enter");
  await page.waitForFunction(() => document.querySelector("input[role=combobox]").value === "福岡県 久留米市");
  await next.click();
  await page.getByText("自地域：福岡県 久留米市").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
  await page.getByRole("button", { name: "始める", exact: true }).click();
  await page.getByRole("heading", { name: "ファイルの取り込み" }).waitFor();
  const toml = await readFile(join(where.home, "Documents", "地域分析シート", "設定.toml"), "utf8");
  assert.match(toml, /^"自地域" = .*福岡県 久留米市/m);
  clean(watch);
  await context.close();
  await where.close();
});
