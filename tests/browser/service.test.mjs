// Every path of the page against the real service, on the made-up insurer of the examples and, where they lie beside the
// project, on real official files.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clean, go, launch, open, root, shoot, sound } from "./browser.mjs";
import { service } from "./service.mjs";

const shared = process.env.CHIIKI_SHARED ?? join(root, "../shared");
const example = join(root, "examples/mihon/受付");
const SIZES = [320, 400, 1280];

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

async function enter(given, size = {}) {
  const opened = await open(browser, size);
  opened.page.setDefaultTimeout(45_000);
  await opened.page.goto(await given.address());
  await opened.page.locator("#main h1").waitFor();
  return opened;
}

/** Whether the folder is watched; where it is not (and nobody insists), what depends on it cannot be tried. */
async function watched(page, t) {
  const state = await page.evaluate(async () => (await fetch("/api/v1/state", { headers: { "X-Chiiki-Key": sessionStorage.getItem("chiiki.key") } })).json());
  if (state.watching !== "stopped" || process.env.CI === "true") return true;
  t.skip("this build does not watch the folder");
  return false;
}

const made = (page) => page.getByRole("button", { name: "配布資料を開いて印刷する" });

test("from the first start to a printed handout in at most twelve actions", async (t) => {
  const given = await service();
  const { page, watch, context } = await enter(given);
  let actions = 0;
  const act = async (what) => {
    actions += 1;
    await what();
  };
  await page.getByRole("heading", { name: "作業する場所を選ぶ" }).waitFor();
  await sound(page, "first start");
  await shoot(page, "start-1");
  await act(() => page.getByRole("button", { name: "この場所で始める" }).click());
  const own = page.getByRole("combobox", { name: "自地域（保険者）" });
  await own.waitFor();
  // The example's area is fictitious; a real name is chosen to begin with.
  await act(() => own.fill("大雪"));
  await page.getByRole("option", { name: /大雪地区広域連合/ }).waitFor();
  await sound(page, "own area");
  await shoot(page, "start-2");
  await act(() => page.getByRole("option", { name: /大雪地区広域連合/ }).first().click());
  await act(() => page.getByRole("button", { name: "次へ" }).click());
  await page.getByRole("button", { name: "始める", exact: true }).waitFor();
  await sound(page, "comparison");
  await act(() => page.getByRole("button", { name: "始める", exact: true }).click());
  await page.getByRole("heading", { name: "ファイルの取り込み" }).waitFor();
  // Nothing is wrong yet: nobody could have dropped a file.
  await page.waitForResponse(/\/api\/v1\/state/);
  await page.waitForResponse(/\/api\/v1\/state/);
  assert.deepEqual(await page.locator("#notices .notice").allTextContents(), []);
  const real = await realFiles();
  if (real.length === 0 || !(await watched(page, t))) {
    console.log("note: the way ends at the drop of files, real files or the watching are absent");
    clean(watch);
    await context.close();
    await given.close();
    return;
  }
  await act(() => page.locator("#file-input").setInputFiles(real));
  await page.locator(".drop .mark-done").nth(real.length - 1).waitFor({ timeout: 90_000 });
  await shoot(page, "start-3");
  await act(() => page.getByRole("link", { name: "シートを作る", exact: true }).first().click());
  await page.locator("figure svg").first().waitFor();
  await act(() => page.locator(".side-foot > button.main").click());
  await made(page).waitFor({ timeout: 90_000 });
  await shoot(page, "start-4");
  await act(() => made(page).click());
  await page.waitForFunction(() => true);
  for (let k = 0; k < 50 && !(await given.opened()).some((path) => path.endsWith(".pdf")); k += 1) await page.waitForTimeout(100);
  const opened = await given.opened();
  assert.ok(opened.some((path) => path.endsWith(".pdf")), opened.join());
  // One more: pressing print in the PDF's window.
  actions += 1;
  console.log(`note: ${actions} actions from the first start to the printed handout`);
  assert.ok(actions <= 12, `${actions}`);
  clean(watch);
  await context.close();
  await given.close();
});

/** Two tables of the annual report over all insurers, under names that say their year. */
async function realFiles() {
  const wanted = [["r5nenpo_02h.xlsx", "令和5年度_02h.xlsx"], ["r5nenpo_04-1-1h_sheet1-2_openpyxl.xlsx", "令和5年度_04-1-1h.xlsx"]];
  const mimeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  return Promise.all(
    wanted
      .filter(([name]) => existsSync(join(shared, "data", name)))
      .map(async ([name, shown]) => ({ name: shown, mimeType, buffer: await readFile(join(shared, "data", name)) })),
  );
}

test("the sample shows a sheet at once, and is told to be fictitious", async (t) => {
  const given = await service();
  const { page, watch, context } = await enter(given);
  await page.getByRole("button", { name: "見本で試す" }).click();
  await page.getByText("数値は架空です").waitFor();
  if (await watched(page, t)) await page.locator(".sheet-row").first().waitFor({ timeout: 90_000 });
  clean(watch);
  await context.close();
  await given.close();
});

test("the demo's world: list, preview, making, texts, sources, history, papers", async () => {
  const given = await service({ demo: true });
  const { page, watch, context } = await enter(given);
  await page.locator(".sheet-row").first().waitFor();
  const id = await page.locator(".sheet-row").first().getAttribute("data-sheet");
  await sound(page, "list");
  await shoot(page, "real-list");

  // Choosing: the preview follows, and says what the paper says.
  await go(page, "make");
  await page.locator("figure svg").first().waitFor();
  const point = "認定率は21.3％で、全国の19.0％と同程度です";
  await page.getByText(point).waitFor();
  const add = page.getByRole("combobox", { name: "比較地域を足す" });
  await add.fill("とうぶ");
  await page.getByRole("option", { name: /見本東部広域連合/ }).click();
  await page.getByRole("columnheader", { name: "見本東部広域連合" }).or(page.getByText(/見本東部広域連合 \d/)).first().waitFor();
  const times = await page.evaluate(() => performance.getEntriesByName("preview").map((one) => Math.round(one.duration)));
  console.log(`note: previews took ${times.join(", ")} ms (debug build)`);
  await page.getByText("指標を追加する").click();
  await page.getByLabel("指標をさがす").fill("高齢化率");
  await page.locator(".tree input:not([disabled])").first().check();
  await page.getByRole("heading", { name: /\d\s指標追加/ }).waitFor();
  await sound(page, "make");
  await shoot(page, "real-make", true);
  await page.locator(".side-foot > button.main").click();
  await made(page).waitFor({ timeout: 90_000 });
  await made(page).click();
  for (let k = 0; k < 50 && !(await given.opened()).some((path) => path.endsWith(".pdf")); k += 1) await page.waitForTimeout(100);
  assert.ok((await given.opened()).some((path) => path.endsWith(".pdf")));

  // A figure's source is the cell of the file it came from.
  await go(page, `sheet/${id}`, "button.figure");
  await page.getByRole("button", { name: /^21\.3％\sみほん市/ }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("H6").waitFor();
  await dialog.getByText("見本県 みほん市_地域分析・検討シート.xlsx").first().waitFor();
  await page.keyboard.press("Escape");
  await shoot(page, "real-sheet");

  // What is written on the page is in the workbook, as other readers find it.
  await go(page, `sheet/${id}/texts`, "textarea");
  const words = "仮説：同じ建物への訪問が多い。\n「＝SUM(1)」ではなく文章です。😀";
  // The first field nobody has written in yet.
  const free = await page.locator("textarea").evaluateAll((all) => all.findIndex((one) => one.value === "" && !one.readOnly));
  await page.locator("textarea").nth(free).fill(words);
  await page.getByRole("button", { name: "シートに保存する" }).click();
  await page.getByText("すべて保存されています。").waitFor();
  await sound(page, "texts");
  await shoot(page, "real-texts");
  const name = await page.locator("h1").textContent();
  const { stdout } = await given.chiiki("inspect", join(given.workspace, "出力", `${name}.xlsx`), "--format", "json", "--areas", join(given.workspace, "areas.csv"));
  const texts = JSON.parse(stdout).texts.map((text) => text.text);
  assert.ok(texts.includes(words), texts.join(" / "));

  // Refilling keeps it.
  await page.getByRole("button", { name: "数値を新しくする" }).click();
  await page.getByText("数値を新しくしました。").first().waitFor({ timeout: 90_000 });
  await go(page, `sheet/${id}/texts`, "textarea");
  assert.equal(await page.locator("textarea").nth(free).inputValue(), words);
  for (const tab of ["checks", "history"]) {
    await go(page, `sheet/${id}/${tab}`, "#tab-body section");
    await sound(page, tab);
    await shoot(page, `real-${tab}`);
  }

  // Status, copy, filters.
  await go(page, "sheets", ".sheet-row");
  await page.locator(`[data-sheet="${id}"] select`).selectOption("shared");
  await page.locator("summary", { hasText: "しぼり込み" }).click();
  await page.getByLabel("状態", { exact: true }).selectOption("shared");
  await page.getByText("1件", { exact: true }).waitFor();
  await page.locator(`[data-sheet="${id}"]`).getByRole("button", { name: /写す/ }).click();
  await page.getByLabel("新しい名前").fill("会議用の写し");
  await page.getByRole("button", { name: "写す", exact: true }).last().click();
  await page.getByLabel("状態", { exact: true }).selectOption("all");
  await page.getByText("会議用の写し").first().waitFor();
  await page.getByLabel("名前でさがす").fill("会議用");
  await page.getByText("1件", { exact: true }).waitFor();
  clean(watch);
  await context.close();
  await given.close();
});

test("files dropped on the page are read, refused or questioned, each with its sentence", async (t) => {
  const given = await service({ demo: true });
  const { page, watch, context } = await enter(given);
  await go(page, "drops");
  await page.locator("#file-input").setInputFiles([join(example, "A2_高齢化率_時系列.xlsx"), join(example, "メモ.txt"), join(example, "庁舎写真.jpg")]);
  await page.getByText("3件のファイルを受け取りました。").first().waitFor();
  if (!(await watched(page, t))) {
    await context.close();
    await given.close();
    return;
  }
  const drop = (name) => page.locator(".drop", { hasText: name }).first();
  // The sample has read this file already.
  await drop("A2_高齢化率_時系列").getByText("同じ内容を取り込み済み").waitFor({ timeout: 120_000 });
  await drop("メモ").locator(".mark-error").first().waitFor();
  await drop("庁舎写真").getByText("画像ファイルなので").first().waitFor();
  await page.locator("#last-drop").locator(".drop-name").waitFor();
  await sound(page, "drops");
  await shoot(page, "real-drops", true);
  clean(watch);
  await context.close();
  await given.close();
});

test("a table without its year, and one of no known form, are asked about; a yes and a no are heeded", async (t) => {
  const given = await service({ settings: '"自地域" = "福岡県福岡市"\n' });
  const { page, watch, context } = await enter(given);
  if (!(await watched(page, t))) {
    await context.close();
    await given.close();
    return;
  }
  await go(page, "drops");
  const file = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer });
  const table = (title) => Buffer.from(`${title}\n市町村,参加者数(人)\n福岡県福岡市,1200\n福岡県久留米市,800\n`);
  await page.locator("#file-input").setInputFiles([file("02h.xlsx", await readFile(join(example, "令和6年度_02h.xlsx"))), file("通いの場.csv", table("令和6年度 通いの場")), file("別の表.csv", table("令和6年度 別の表"))]);
  const drop = (name) => page.locator(".drop", { hasText: name });

  // The year: chosen as people say it, and the table is read at once.
  await drop("02h.xlsx").getByLabel("何年度の数値ですか").waitFor({ timeout: 120_000 });
  assert.equal(await drop("02h.xlsx").getByText("--year").count(), 0, "no words of the command line");
  await sound(page, "year question");
  await shoot(page, "real-year", true);
  await drop("02h.xlsx").getByRole("button", { name: "この内容で取り込む" }).click();
  await drop("02h.xlsx").getByLabel("何年度の数値ですか").selectOption({ label: "令和6年度（2024）" });
  await drop("02h.xlsx").getByRole("button", { name: "この内容で取り込む" }).click();
  await drop("02h_令和6年度.xlsx").locator(".mark-done").waitFor({ timeout: 60_000 });
  assert.equal(await page.locator(".drop-name", { hasText: /^02h\.xlsx$/ }).count(), 0, "the question is gone");

  // A no: nothing is taken, and nothing is asked again.
  const other = drop("別の表.csv");
  await other.getByRole("button", { name: "いいえ、取り込まない" }).click();
  await other.getByText("取り込まないことにしました。").waitFor();
  assert.equal(await other.getByRole("button").count(), 0);

  // A correction becomes a reading with a name, by which the table is read.
  const asked = drop("通いの場.csv");
  // Something lacks: the correction stands open.
  await asked.getByLabel(/この読み取り方の名前/).fill("通いの場の参加者");
  await asked.getByLabel(/の指標ID$/).first().fill("X-参加者数");
  // Whatever lacks is said in the words of the fields.
  await asked.getByText("「地域の列」か「地域」を書いてください").first().waitFor();
  await asked.getByLabel(/^地域の列/).fill("市町村");
  await sound(page, "table question");
  await asked.getByRole("button", { name: "はい、この読み方で取り込む" }).click();
  await drop("通いの場.csv").locator(".mark-done").waitFor({ timeout: 60_000 });
  const reading = await readFile(join(given.workspace, "読み方/通いの場の参加者.toml"), "utf8");
  assert.match(reading, /X-参加者数/);
  clean(watch);
  await context.close();
  await given.close();
});

test("the page is the HTML and one script, and keeps to its policy", async () => {
  const given = await service({ demo: true, embedded: true });
  const { page, watch, context } = await enter(given);
  await page.locator(".sheet-row").first().waitFor();
  const fetched = await page.evaluate(() => performance.getEntriesByType("resource").filter((one) => ["script", "link", "css"].includes(one.initiatorType)).map((one) => new URL(one.name).pathname));
  assert.equal(fetched.length, 1, fetched.join());
  assert.match(fetched[0], /^\/v\/[0-9a-f]{16}\/page\.js$/);
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".top")).borderBottomStyle), "solid", "the style counts");
  clean(watch);
  await context.close();
  await given.close();
});

test("what is missing, settings, help and about, at every width", async () => {
  const given = await service({ demo: true });
  for (const width of SIZES) {
    const { page, watch, context } = await enter(given, { width });
    for (const view of ["missing", "settings", "help", "about"]) {
      await go(page, view);
      await page.waitForTimeout(200);
      if (view === "about") {
        for (const summary of await page.locator("#main summary").all()) await summary.click();
        await page.getByText("MIT License").first().waitFor();
        await page.getByText("どのフォルダーにも書き込めます").waitFor();
      }
      await sound(page, `${view} at ${width}`);
      await shoot(page, `real-${view}-${width}`, true);
    }
    clean(watch);
    await context.close();
  }
  const { page, context } = await enter(given);
  await go(page, "settings");
  await page.getByLabel("「上回る」とする倍率（以上）").fill("1.3");
  await page.getByRole("button", { name: "設定を保存する" }).click();
  await page.getByText("保存しました。", { exact: true }).waitFor();
  await go(page, "make");
  await page.getByText("1.30倍以上を「上回る」").waitFor();
  await context.close();
  await given.close();
});

test("a service that was killed: the page tells it, keeps the text and connects to the next one", async () => {
  const given = await service({ demo: true });
  const { page, watch, context } = await enter(given);
  const id = await page.locator(".sheet-row").first().getAttribute("data-sheet");
  await go(page, `sheet/${id}/texts`, "textarea");
  await page.locator("textarea").nth(2).fill("止まっても残る");
  await given.kill();
  await page.getByRole("button", { name: "シートに保存する" }).click();
  await page.getByText("このパソコンのサービスにつながりません。").first().waitFor();
  given.begin();
  await page.getByRole("button", { name: "いますぐつなぎ直す" }).click();
  await page.locator("#banner .trouble").waitFor({ state: "detached", timeout: 60_000 });
  await page.getByRole("button", { name: "もう一度保存する" }).click();
  await page.getByText("すべて保存されています。").waitFor();
  clean(watch);
  await context.close();
  await given.close();
});

test("real official files: a sheet of an insurer, its preview and its missing figures", async (t) => {
  const files = await realFiles();
  if (files.length === 0) {
    t.skip("no real files beside the project");
    return;
  }
  const given = await service({ settings: '"自地域" = "福岡県福岡市"\n' });
  const { page, watch, context } = await enter(given);
  await go(page, "drops");
  if (!(await watched(page, t))) {
    await context.close();
    await given.close();
    return;
  }
  await page.locator("#file-input").setInputFiles(files);
  await page.locator(".drop .mark-done").first().waitFor({ timeout: 120_000 });
  await go(page, "make");
  await page.locator("figure svg").first().waitFor();
  await sound(page, "real preview");
  await shoot(page, "real-fukuoka", true);
  await go(page, "missing");
  await page.locator(".tiles").waitFor();
  await shoot(page, "real-fukuoka-missing", true);
  clean(watch);
  await context.close();
  await given.close();
});
