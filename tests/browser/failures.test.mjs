// What no healthy service shows: each failure has a sentence and a way on, and no text is lost. Against the stand-in.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clean, go, launch, open, shoot, sound } from "./browser.mjs";
import { mock } from "./mock.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** A page on a stand-in of its own. */
async function start(options = {}, size = {}) {
  const service = await mock(options);
  const opened = await open(browser, size);
  await opened.page.goto(`${service.url}/#t=once`);
  await opened.page.locator("#main h1").waitFor();
  return { service, ...opened, end: async () => (await opened.context.close(), await service.close()) };
}

test("every view is sound at 320, 400 and 1,280 px, in every type size", async () => {
  for (const width of [320, 400, 1280]) {
    const { service, page, watch, end } = await start({ sheets: 3 }, { width });
    for (const type of { 320: ["normal", "larger"], 400: ["larger"] }[width] ?? ["normal"]) {
      await go(page, "sheets");
      await page.evaluate((value) => localStorage.setItem("chiiki.type", value), type);
      await page.reload();
      await page.locator(".sheet-row").first().waitFor();
      for (const view of ["sheets", "make", "missing", "drops", "settings", "help", "about", "sheet/s0", "sheet/s0/texts", "sheet/s0/checks", "sheet/s0/history"]) {
        await go(page, view);
        if (["make", "sheet/s0"].includes(view)) await page.locator("figure svg").first().waitFor();
        if (view !== "about") await page.evaluate(() => document.querySelectorAll("#main details").forEach((one) => (one.open = true)));
        await page.waitForTimeout(50);
        await sound(page, `${view} at ${width}`);
        await shoot(page, `${view.replaceAll("/", "-")}-${width}`, true);
      }
    }
    assert.equal(service.world.sheets.length, 3);
    clean(watch);
    await end();
  }
});

test("the service stops and comes back: told at once, texts stay, the page connects by itself", async () => {
  const { service, page, end } = await start();
  await go(page, "sheet/s0/texts", "textarea");
  const field = page.locator("textarea").nth(1);
  await field.fill("止まっても残る文章");
  const { port } = new URL(service.url);
  await service.close();
  await page.getByRole("button", { name: "シートに保存する" }).click();
  await page.getByText("このパソコンのサービスにつながりません。").first().waitFor();
  assert.equal(await field.inputValue(), "止まっても残る文章");
  await shoot(page, "service-stopped");
  const again = await mock({ port: Number(port) });
  await page.getByRole("button", { name: "いますぐつなぎ直す" }).click();
  await page.locator("#banner .trouble").waitFor({ state: "detached" });
  assert.equal(await field.inputValue(), "止まっても残る文章", "the view was not thrown away");
  await page.getByRole("button", { name: "もう一度保存する" }).click();
  await page.getByText("すべて保存されています。").waitFor();
  assert.equal(again.world.texts.get("認定率|hypothesis").text, "止まっても残る文章");
  await again.close();
  await end();
});

test("a page opened while the service is away connects once it is there", async () => {
  const { page, context } = await open(browser);
  const first = await mock();
  const { port } = new URL(first.url);
  await page.goto(`${first.url}/#k=${first.key}`);
  await page.locator(".sheet-row").waitFor();
  await page.route("**/api/v1/hello", (route) => route.abort("connectionrefused"));
  await page.reload();
  await page.getByText("このパソコンのサービスにつながりません。").first().waitFor();
  await page.unroute("**/api/v1/hello");
  await page.locator(".sheet-row").waitFor();
  await context.close();
  await first.close();
  assert.ok(port);
});

test("a wrong key and a used link say how to open the page again", async () => {
  const service = await mock();
  for (const hash of ["#k=wrong", "#t=used", ""]) {
    const { page, context } = await open(browser);
    await page.goto(`${service.url}/${hash}`);
    await page.getByText("chiiki-sheet open").first().waitFor();
    assert.ok(!page.url().includes("k=") && !page.url().includes("t="), page.url());
    await sound(page, `key ${hash}`);
    await context.close();
  }
  await service.close();
});

test("in Excel by a shared manifest, which carries no key, both ways on are told", async () => {
  const service = await mock();
  const { page, context } = await open(browser, { width: 320 });
  await page.goto(`${service.url}/addin/`);
  await page.getByText("この画面には、このパソコンの鍵がありません。").waitFor();
  await page.getByText("chiiki-sheet addin install").waitFor();
  await page.getByText("chiiki-sheet open").first().waitFor();
  await sound(page, "no key in Excel");
  await context.close();
  await service.close();
});

test("the reading of many files shows how far it is, rests and goes on", async () => {
  const { service, page, watch, end } = await start();
  await go(page, "drops");
  Object.assign(service.world, { work: { step: "読み取り中　表3.csv", done: 2, total: 700 }, left: 698 });
  await page.getByText("読み取り中　表3.csv（3／700）").waitFor();
  await sound(page, "reading");
  await page.getByRole("button", { name: "取り込みを止める" }).click();
  service.world.work = null;
  await page.getByText("まだ読んでいない698件は、「受付」フォルダーにそのまま残っています。").waitFor();
  assert.equal(service.world.paused, true);
  await sound(page, "resting");
  await shoot(page, "resting");
  await page.getByRole("button", { name: "取り込みを続ける" }).click();
  service.world.left = 0;
  await page.getByText("取り込みを止めています。").waitFor({ state: "detached" });
  assert.equal(service.world.paused, false);
  clean(watch);
  await end();
});

test("many questions are folded: each is asked when it is opened", async () => {
  const { service, page, watch, end } = await start();
  for (let k = 0; k < 4; k += 1) {
    service.world.drops.push({ id: `w${k}`, name: `独自${k}.csv`, at: "2026-11-22T10:00:00", outcome: "waiting", code: "table-understood", message: "はじめて見る形の表です。", hint: "", diagnostics: [], question: null });
  }
  const asked = [];
  page.on("request", (request) => /\/drops\/w/.test(request.url()) && asked.push(request.url()));
  service.world.generation += 1;
  await go(page, "drops");
  await page.getByText("読み取った内容を見て、答える").nth(3).waitFor();
  assert.deepEqual(asked, []);
  await page.getByText("読み取った内容を見て、答える").first().click();
  await page.locator(".drop details[open] > div").first().waitFor();
  await page.waitForFunction(() => document.querySelector(".drop details[open] > div")?.firstElementChild?.textContent !== "");
  assert.equal(asked.length, 1);
  await sound(page, "many questions");
  clean(watch);
  await end();
});

test("a full disk, a failed job and a cancelled one each have a way on", async () => {
  const { service, page, watch, end } = await start();
  await go(page, "make");
  const make = page.locator(".side-foot > button.main");
  await page.locator("figure svg").first().waitFor();
  service.world.fail["/jobs"] = { status: 503, body: { code: "disk-full", message: "ディスクの空き容量が足りないため、保存できませんでした。", hint: "要らないファイルを消してから、もう一度作ってください。" } };
  await make.click();
  await page.getByText("ディスクの空き容量が足りないため").waitFor();
  await sound(page, "disk full");
  await shoot(page, "disk-full");
  service.world.fail = {};
  service.world.failJobs = { code: "template", message: "ひな形を読み取れませんでした。", hint: "ひな形を元に戻してください。" };
  await page.getByRole("button", { name: "もう一度試す" }).click();
  await page.getByText("ひな形を読み取れませんでした。").waitFor();
  service.world.failJobs = null;
  service.world.holdJobs = true;
  await page.getByRole("button", { name: "もう一度試す" }).click();
  await page.getByRole("button", { name: "中止する" }).click();
  await page.getByText("中止しました。").first().waitFor();
  service.world.holdJobs = false;
  await page.getByRole("button", { name: "もう一度作る" }).click();
  await page.getByRole("button", { name: "配布資料を開いて印刷する" }).waitFor();
  await page.getByText("ファイルによって数値が違います").click();
  await page.getByRole("button", { name: /場所：.*G33/ }).click();
  await page.getByRole("dialog").getByText("G33").waitFor();
  await sound(page, "place");
  await page.keyboard.press("Escape");
  service.world.disk_ok = false;
  service.world.generation += 1;
  await page.locator("#notices").getByText("作業フォルダーに書き込めません。").waitFor();
  clean(watch);
  await end();
});

test("texts: drafts outlive a reload, a conflict shows both, Excel's hold is told, leaving asks", async () => {
  const { service, page, watch, end } = await start();
  await go(page, "sheet/s0/texts", "textarea");
  const field = page.locator("textarea").nth(1);
  await field.fill("仮説：訪問が多い");
  await page.reload();
  await page.getByText("保存していない下書き").waitFor();
  assert.equal(await field.inputValue(), "仮説：訪問が多い");
  // Somebody else writes into the same field.
  service.world.texts.get("認定率|hypothesis").text = "係長の文章";
  await page.getByRole("button", { name: "シートに保存する" }).click();
  await page.getByText("シートの文章が、ほかで書き換えられています。").waitFor();
  await page.getByText("係長の文章").waitFor();
  await sound(page, "conflict");
  await shoot(page, "conflict");
  await page.getByRole("button", { name: "両方をつなげる" }).click();
  assert.equal(await field.inputValue(), "係長の文章\n仮説：訪問が多い");
  service.world.fail["/texts"] = { status: 409, body: { code: "open-in-excel", message: "『…xlsx』はExcelで開かれているため、保存できません。", hint: "Excelで閉じてから、もう一度保存してください。" } };
  await page.getByRole("button", { name: "シートに保存する" }).click();
  await page.getByText("Excelで開かれているため").waitFor();
  await shoot(page, "open-in-excel");
  await page.getByRole("link", { name: "使い方" }).click();
  await page.getByRole("dialog").getByText("保存していない書き込みがあります").waitFor();
  await sound(page, "guard");
  await page.getByRole("button", { name: "とどまる" }).click();
  assert.equal(await field.inputValue(), "係長の文章\n仮説：訪問が多い");
  await page.getByRole("link", { name: "シート一覧", exact: true }).click();
  await page.getByRole("button", { name: "下書きのまま移る" }).click();
  await page.getByText("未保存の下書き 1欄").waitFor();
  service.world.fail = {};
  await go(page, "sheet/s0/texts", "textarea");
  assert.equal(await field.inputValue(), "係長の文章\n仮説：訪問が多い");
  await page.getByRole("button", { name: "シートに保存する" }).click();
  await page.getByText("すべて保存されています。").waitFor();
  assert.equal(service.world.texts.get("認定率|hypothesis").text, "係長の文章\n仮説：訪問が多い");
  assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("chiiki.draft")).length), 0);
  // A field with formatted letters is not flattened by accident.
  assert.equal(await page.locator("textarea[readonly]").count(), 1);
  clean(watch);
  await end();
});

test("1,700 sheets: a page at a time, searching and turning pages stay quick", async () => {
  const { service, page, watch, end } = await start({ sheets: 1700 });
  await page.getByText("1700件").waitFor();
  assert.equal(await page.locator(".sheet-row").count(), 50);
  const started = Date.now();
  await page.getByRole("button", { name: "次へ" }).click();
  await page.getByText("2／34ページ").waitFor();
  console.log(`note: turning a page of 1,700 sheets took ${Date.now() - started} ms`);
  await page.getByLabel("名前でさがす").fill("第1234町");
  await page.getByText("1件", { exact: true }).waitFor();
  assert.equal(await page.locator(".sheet-row").count(), 1);
  await page.locator("summary", { hasText: "しぼり込み" }).click();
  await page.getByLabel("名前でさがす").fill("");
  await page.getByLabel("状態", { exact: true }).selectOption("shared");
  await page.getByText("567件").waitFor();
  await page.getByLabel("保険者", { exact: true }).fill("第100");
  await page.getByText(/^\d件$|^\d\d件$/).first().waitFor();
  assert.ok(service.world.sheets.length === 1700);
  clean(watch);
  await end();
});

test("an unknown table: what was understood, a correction and a yes", async () => {
  const { service, page, watch, end } = await start();
  await go(page, "drops");
  await page.locator("#file-input").setInputFiles({ name: "独自の集計.csv", mimeType: "text/csv", buffer: Buffer.from("市町村,高齢者数\nみほん市,100\n") });
  await page.getByText("次のように読み取ってよいですか").waitFor();
  await page.getByText("読み取り方を直す").click();
  await page.getByLabel("「高齢者数」の指標ID").fill("X-高齢者");
  await sound(page, "question");
  await shoot(page, "question", true);
  await page.getByRole("button", { name: "はい、この読み方で取り込む" }).click();
  await page.locator(".drop .mark-done").waitFor();
  const { answered } = service.world.drops[0];
  assert.equal(answered.accept, true);
  assert.equal(answered.corrections["列"][0]["指標ID"], "X-高齢者");
  assert.equal(answered.corrections["地域の列"], undefined, "what was not changed is not sent");
  clean(watch);
  await end();
});

test("everything of the way from list to figures works by keyboard alone", async () => {
  const { page, watch, end } = await start({ sheets: 1 });
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const reach = async (name) => {
    for (let k = 0; k < 40; k += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((words) => document.activeElement.textContent.includes(words) && ["A", "BUTTON", "SUMMARY"].includes(document.activeElement.tagName), name)) return;
    }
    assert.fail(`${name} cannot be reached`);
  };
  await reach("見本県 みほん市_地域分析");
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "数値と図" }).waitFor();
  await reach("数値と図");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.locator("textarea").first().waitFor();
  await go(page, "sheet/s0", "button.figure");
  await page.locator("button.figure").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /見本県/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.match(await page.evaluate(() => document.activeElement.className), /figure/, "focus comes back");
  clean(watch);
  await end();
});

test("files dropped on any view are taken", async () => {
  const { service, page, watch, end } = await start();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["a,b"], "引きずった.csv"));
    for (const type of ["dragenter", "dragover", "drop"]) window.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await page.getByText("引きずった.csv").first().waitFor();
  await page.locator("#last-drop").getByText("取り込みました").waitFor();
  assert.equal(service.world.drops[0].name, "引きずった.csv");
  clean(watch);
  await end();
});

test("what a file calls itself is text, never a part of the page", async () => {
  const { service, page, watch, end } = await start();
  const evil = '<img src=x onerror="document.title=1"><script>1</script>.csv';
  service.world.drops.push({ id: "d9", name: evil, at: "2026-11-22T10:00:00", outcome: "refused", message: evil, hint: null, diagnostics: [], question: null });
  service.world.generation += 1;
  await go(page, "drops");
  await page.locator(".drop-name", { hasText: "<img" }).first().waitFor();
  assert.equal(await page.locator("#main img").count(), 0);
  clean(watch);
  await end();
});

test("printing shows the check-list and leaves the buttons out", async () => {
  const { page, end } = await start();
  await go(page, "missing");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#nav").isVisible(), false);
  assert.equal(await page.getByRole("button", { name: "この一覧を印刷する" }).isVisible(), false);
  assert.equal(await page.locator(".downloads li").first().isVisible(), true);
  await shoot(page, "print-missing", true);
  // Nothing is folded, cut short or scrolled away on paper.
  const before = await page.locator("#main details[open]").count();
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator("#main details:not([open]):not(.as-is)").count(), 0);
  // The single figures are printed when somebody opened them.
  const single = page.locator("#main details.as-is");
  assert.equal(await single.isVisible(), false);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await single.evaluate((one) => (one.open = true));
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await single.isVisible(), true);
  assert.equal(await page.locator("#main button.rest").count(), 0);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await single.evaluate((one) => (one.open = false));
  assert.equal(await page.locator("#main details[open]").count(), before);
  await page.emulateMedia({ media: "screen" });
  await go(page, "sheet/s0/texts", "textarea");
  await page.emulateMedia({ media: "print" });
  const long = "長い文章です。\n".repeat(60);
  const put = (text) => page.locator("textarea").nth(1).evaluate((field, given) => (field.value = given), text);
  const short = await page.locator("textarea").nth(1).evaluate((field) => field.value);
  await put(long);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator("textarea").nth(1).isVisible(), false);
  const printed = page.locator(".print-text").nth(1);
  assert.equal(await printed.textContent(), long);
  assert.ok((await printed.boundingBox()).height > 60 * 12, "all lines");
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.equal(await page.locator(".print-text").count(), 0);
  await put(short);
  await go(page, "sheet/s0");
  await page.locator("figure svg").first().waitFor();
  await shoot(page, "print-sheet", true);
  await end();
});
