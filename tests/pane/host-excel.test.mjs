// The adapter on a made-up Excel: reading, asking, writing in one batch, and everything that can go wrong on the way.

import assert from "node:assert/strict";
import { test } from "node:test";

import { excelHost } from "../../addin-manifest/pane/excel/adapter.js";
import { fingerprint } from "../../addin-manifest/pane/excel/stale.js";
import { connect, openedByExcel } from "../../addin-manifest/pane/host.js";
import { FakeWorkbook, fakeOffice } from "./fake-office.mjs";

const FORM = "地域分析・検討シート";

function sheets() {
  return [
    {
      name: FORM,
      merges: [[1, 4, 1, 5], [1, 6, 1, 7]],
      cells: {
        A1: "地域分析・検討シート", E2: "自地域", G2: "全国平均／合計", E3: "みほん市", G3: "全国",
        A4: "指標名", B4: "指標ID", C4: "単位", D4: "備考", E4: 2024, F4: 2025, G4: 2024, H4: 2025,
        A5: "認定率", B5: "B4-a", C5: "％", E5: 18.2, F5: 18.3, G5: 19.2, H5: 19.3,
        A6: "受給率（施設サービス）", B6: "D2", C6: "％", E6: 2.6, F6: 9.9, G6: 2.8, H6: "",
        A9: "考えたこと：認定率は18.3％",
      },
    },
    {
      name: "出典",
      cells: {
        A1: "番号", B1: "指標ID", C1: "指標名", D1: "地域", E1: "年度", F1: "値", G1: "単位", H1: "ファイル", I1: "シート", J1: "セル", K1: "出力日", L1: "備考", M1: "SHA-256",
        A2: 1, B2: "B4-a", C2: "認定率", D2: "見本県 みほん市", E2: "令和7年度（2025）", F2: 18.3, G2: "％", H2: "古い.xlsx", I2: "表1", J2: "C5", K2: "2026-04-01", L2: "", M2: "00",
      },
    },
    {
      name: "_meta",
      visibility: "VeryHidden",
      cells: {
        A1: "chiiki-sheet", B1: "meta", C1: 1, A2: "sheet", B2: FORM, C2: "901008", A3: "run", B3: "x", C3: "2026-04-01",
        A4: "area", B4: "own", C4: "901008", D4: "見本県 みほん市", A5: "area", B5: "nation", C5: "000000", D5: "全国",
        A6: "value", B6: "B4-a", C6: "own", D6: 2024, E6: 18.2, F6: "E5",
        A7: "value", B7: "B4-a", C7: "own", D7: 2025, E7: 18.3, F7: "F5",
        A8: "value", B8: "B4-a", C8: "nation", D8: 2024, E8: 19.2, F8: "G5",
        A9: "value", B9: "B4-a", C9: "nation", D9: 2025, E9: 19.3, F9: "H5",
        A10: "value", B10: "D2", C10: "own", D10: 2024, E10: 2.6, F10: "E6",
        A11: "value", B11: "D2", C11: "own", D11: 2025, E11: 2.7, F11: "F6",
        A12: "value", B12: "D2", C12: "nation", D12: 2024, E12: 2.8, F12: "G6",
      },
    },
  ];
}

const figure = (indicator, area, year, number) => ({ indicator, area, year, number, mark: null, record: ["％", "新しい.xlsx", "1-2", "C6", "2026-10-01", "=メモ", "1e9"] });
const ANSWER = {
  areas: [{ role: "own", key: "901008", name: "見本県 みほん市" }, { role: "nation", key: "000000", name: "全国" }],
  indicators: [{ id: "B4-a", name: "認定率", unit: "％" }, { id: "D2", name: "受給率（施設サービス）", unit: "％" }],
  figures: [
    figure("B4-a", "901008", 2024, 18.2), figure("B4-a", "901008", 2025, 18.9), figure("B4-a", "000000", 2024, 19.2), figure("B4-a", "000000", 2025, 19.3),
    figure("D2", "901008", 2024, 2.6), figure("D2", "901008", 2025, 2.75), figure("D2", "000000", 2024, 2.8), figure("D2", "000000", 2025, 2.85),
  ],
  diagnostics: [],
};

/** An adapter over a workbook, with what it asked and showed; `update` is the page's way with the two steps. */
function hosted(book, { api = "1.13", answer = ANSWER, agree = () => true } = {}) {
  const asked = [];
  const seen = [];
  const { Excel, supports } = fakeOffice(book, { api });
  const host = excelHost({ Excel, supports });
  const post = async (path, body) => {
    asked.push([path, body]);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const update = async () => {
    const plan = await host.planUpdate({ post });
    seen.push(plan);
    return agree() ? host.applyUpdate(plan) : null;
  };
  return { host, update, asked, seen };
}

/** Everything the workbook holds, to see that nothing changed. */
const all = (book) => JSON.stringify(book.sheets.map(({ name, cells }) => [name, [...cells].sort()]));

test("the open workbook is recognised by its record", async () => {
  const { host } = hosted(new FakeWorkbook(sheets()));
  assert.deepEqual(await host.workbook(), { ours: true, name: "見本県 みほん市", sheetId: "901008", form: FORM, stale: [] });
  const other = hosted(new FakeWorkbook([{ name: "Sheet1", cells: { A1: 1 } }]));
  assert.deepEqual(await other.host.workbook(), { ours: false });
  await assert.rejects(other.update(), { code: "not-ours" });
  const later = sheets();
  later[2].cells.C1 = 2;
  assert.deepEqual(await hosted(new FakeWorkbook(later)).host.workbook(), { ours: false });
});

test("a form under another name is found by what it holds", async () => {
  const renamed = sheets();
  renamed[0].name = "令和8年度版";
  const { host } = hosted(new FakeWorkbook(renamed));
  assert.equal((await host.workbook()).form, "令和8年度版");
});

for (const api of ["1.4", "1.7", "1.13"]) {
  test(`figures are renewed, a person's stay, with ExcelApi ${api}`, async () => {
    const book = new FakeWorkbook(sheets());
    const { update, asked, seen } = hosted(book, { api });
    const answer = await update();
    assert.deepEqual(asked, [["/update-plan", { own: "901008", compare: [], years: [2024, 2025], add: ["B4-a", "D2"] }]]);
    // What the user saw before anything was written.
    assert.deepEqual(seen[0].kept.map(({ id, area, year, before, value }) => [id, area, year, before, value]), [["D2", "見本県 みほん市", 2025, 9.9, 2.75]]);
    assert.deepEqual(seen[0].writes.map(({ id, year, before, value, kind }) => [id, year, before, value, kind]), [["B4-a", 2025, 18.3, 18.9, "revised"], ["D2", 2025, null, 2.85, "new"]]);
    assert.deepEqual(seen[0].lines, [
      "手で書き換えられた数値が1件あります。次のまま残します。",
      "残す：F6 D2 受給率（施設サービス） 見本県 みほん市 2025年度「9.9」（新しい数値は2.8）",
      "新しくする数値は2件です。",
      "新しくする：F5 B4-a 認定率 見本県 みほん市 2025年度 18.3 → 18.9",
      "新しくする：H6 D2 受給率（施設サービス） 全国 2025年度 空白 → 2.9",
      "書いた文章に、前の数値と同じ数字が1か所あります。文章は変えません。更新のあとで見直してください。",
      "文章：A9「18.3」（B4-a 見本県 みほん市 2025年度は 18.9 になります）",
    ]);
    assert.deepEqual([answer.written, answer.kept], [2, 1]);
    assert.equal(book.value(FORM, "F5"), 18.9);
    assert.equal(book.value(FORM, "H6"), 2.85);
    assert.equal(book.value(FORM, "F6"), 9.9, "a person's figure");
    assert.equal(book.value(FORM, "A9"), "考えたこと：認定率は18.3％");
    // The record says what was written, under the same rows; the new one behind them.
    assert.equal(book.value("_meta", "E7"), 18.9);
    assert.deepEqual(["A13", "B13", "C13", "D13", "E13", "F13"].map((cell) => book.value("_meta", cell)), ["value", "D2", "nation", 2025, 2.85, "H6"]);
    assert.equal(book.value("_meta", "E11"), 2.7, "what was written last where a person wrote");
    // The source of the renewed figure, with texts as texts.
    assert.deepEqual(["F2", "G2", "H2", "I2", "J2", "K2", "L2", "M2"].map((cell) => book.value("出典", cell)), [18.9, "％", "新しい.xlsx", "1-2", "C6", "2026-10-01", "=メモ", "1e9"]);
    assert.match(answer.lines.join(), /「出典」に行の無い数値が1件/);
    const writes = book.log.filter((line) => line.startsWith("write"));
    const lastSync = book.log.findLastIndex((line) => line.startsWith("sync"));
    assert.ok(book.log.slice(0, lastSync).every((line) => !line.startsWith("write")), "one batch");
    assert.equal(writes.length > 0 && book.log.includes("suspend"), api !== "1.4");

    // A second time there is nothing to do, and the file's refill would see the same.
    const before = all(book);
    const again = await update();
    assert.deepEqual([again.written, again.kept], [0, 1]);
    assert.equal(all(book), before);
  });
}

test("nothing is written when the user says no", async () => {
  const book = new FakeWorkbook(sheets());
  const before = all(book);
  await hosted(book, { agree: () => false }).update();
  assert.equal(all(book), before);
});

test("a cell changed while the user read stops everything", async () => {
  const book = new FakeWorkbook(sheets());
  let before;
  const { update } = hosted(book, {
    agree: () => {
      book.set(FORM, "F5", 77);
      before = all(book);
      return true;
    },
  });
  await assert.rejects(update(), { code: "changed-meanwhile" });
  assert.equal(all(book), before);
});

test("a service that stops midway loses nothing", async () => {
  const book = new FakeWorkbook(sheets());
  const before = all(book);
  const stopped = Object.assign(new Error("つながりません"), { code: "stopped", hint: "起動してください。" });
  const { update } = hosted(book, { answer: stopped });
  await assert.rejects(update(), { code: "stopped", hint: "起動してください。" });
  assert.equal(all(book), before);
});

test("a batch that breaks off is mended by the next one", async () => {
  const book = new FakeWorkbook(sheets());
  const { update } = hosted(book);
  // Excel refuses in the middle of the batch that writes: the first figure is in, its record is not.
  book.fail = ({ index, count }) => count > 4 && index === 3;
  await assert.rejects(update(), (error) => error.code.startsWith("excel-") && error.hint.length > 0);
  book.fail = null;
  assert.equal(book.value(FORM, "F5"), 18.9);
  assert.equal(book.value("_meta", "E7"), 18.3);
  const answer = await update();
  assert.equal(answer.written, 1);
  assert.equal(book.value("_meta", "E7"), 18.9);
  assert.equal(book.value(FORM, "H6"), 2.85);
});

test("a protected sheet and a cell being edited are told with the way out", async () => {
  const guarded = sheets();
  guarded[0].protected = true;
  const book = new FakeWorkbook(guarded);
  const before = all(book);
  await assert.rejects(hosted(book).update(), (error) => error.code === "protected" && error.hint.includes("保護の解除"));
  assert.equal(all(book), before);
  const editing = new FakeWorkbook(sheets());
  editing.fail = Object.assign(() => true, { code: "InvalidOperationInCellEditMode" });
  await assert.rejects(hosted(editing).update(), (error) => error.message.includes("編集中") && error.hint.includes("Enter"));
});

test("a sheet whose headings are gone is told", async () => {
  const spoiled = sheets();
  for (const cell of ["E4", "F4", "G4", "H4"]) delete spoiled[0].cells[cell];
  await assert.rejects(hosted(new FakeWorkbook(spoiled)).update(), { code: "no-form" });
});

test("columns of areas the service knows nothing of stay, and that is said", async () => {
  const book = new FakeWorkbook(sheets());
  const answer = { ...ANSWER, areas: ANSWER.areas.slice(0, 1) };
  const one = hosted(book, { answer });
  await one.update();
  assert.match(one.seen[0].lines.join(), /全国の列は前のまま/);
  assert.equal(book.value(FORM, "H6"), "");
});

/** The same book with what is computed from its figures. */
async function whole() {
  const all = sheets();
  const draft = "【下書き】計算で作った文章です。確かめて直し、この行を消してください。\n認定率は18.3％です。";
  Object.assign(all[0].cells, { A10: draft, A11: "【下書き】計算で作った文章です。確かめて直し、この行を消してください。\n認定率は18.3％で、係が直した文です。", A12: "施設は2.6％、訪問は118.3回" });
  Object.assign(all[2].cells, { A13: "draft", B13: "認定率", C13: await fingerprint(draft) });
  all.push(
    { name: "比較と判定", cells: { A1: "比較と判定", A2: "見本県 みほん市　令和7年度（2025）の数値で比べています（…）。", B8: 18.3 } },
    { name: "グラフ", cells: { A1: "グラフ", A2: "見本県 みほん市　主な年度：令和7年度（2025）" } },
    { name: "検討メモ", cells: { A1: "検討メモ", A2: "見本県 みほん市　令和7年度　手がかり" } },
  );
  return all;
}

const MARK = "【更新前の数値】";

test("what is computed from the figures is marked as of before, in the workbook and in words", async () => {
  const book = new FakeWorkbook(await whole());
  const { host, update, seen } = hosted(book);
  const answer = await update();
  for (const sheet of ["比較と判定", "グラフ", "検討メモ"]) assert.match(book.value(sheet, "A2"), new RegExp(`^${MARK}\\d{4}-\\d\\d-\\d\\dに.*見本県 みほん市`), sheet);
  assert.equal(book.value("比較と判定", "B8"), 18.3, "nothing else of it");
  // The draft nobody touched bears the mark, and the record knows it as a draft still.
  const draft = book.value(FORM, "A10");
  assert.match(draft, new RegExp(`^【下書き】[^\n]*\n${MARK}[^\n]*\n認定率は18\\.3％です。$`));
  assert.equal(book.value("_meta", "C13"), await fingerprint(draft));
  // A text somebody changed is theirs; where it says a figure of before, that is told before anything is written.
  assert.match(book.value(FORM, "A11"), /\n認定率は18\.3％で、係が直した文です。$/);
  const told = seen[0].lines.join("\n");
  assert.match(told, /書いた文章に、前の数値と同じ数字が2か所あります/);
  assert.match(told, /文章：A9「18\.3」（B4-a .* 18\.9 になります）/);
  assert.match(told, /文章：A11「18\.3」/);
  assert.doesNotMatch(told, /文章：A1[02]/);
  assert.match(answer.lines[0], /「比較と判定」、「グラフ」、「検討メモ」、下書き1件は、更新前の数値のままです。.*「数値を新しくする」を押すと、そろいます/);
  assert.deepEqual((await host.workbook()).stale, ["比較と判定", "グラフ", "検討メモ"]);

  // With nothing new a second time, nothing is written; with news, the marks are not heaped up.
  const before = all(book);
  await update();
  assert.equal(all(book), before);
  book.set(FORM, "F5", 18.9);
  const later = hosted(book, { answer: { ...ANSWER, figures: ANSWER.figures.map((one) => (one.indicator === "B4-a" && one.year === 2025 && one.area === "901008" ? { ...one, number: 19.1 } : one)) } });
  await later.update();
  assert.equal(book.value(FORM, "F5"), 19.1);
  for (const text of [book.value("グラフ", "A2"), book.value(FORM, "A10")]) assert.equal(text.split(MARK).length, 2, text);
  assert.equal(book.value("_meta", "C13"), await fingerprint(book.value(FORM, "A10")));
});

test("a batch that breaks off anywhere leaves no figure of before without its mark", async () => {
  let at = 0;
  for (; ; at += 1) {
    const book = new FakeWorkbook(await whole());
    const { update } = hosted(book);
    book.fail = ({ index, count }) => count > 6 && index === at;
    const broken = await update().then(() => null, (error) => error);
    if (!broken) break;
    assert.match(broken.code, /^excel-/);
    book.fail = null;
    const changed = book.value(FORM, "F5") === 18.9;
    const marked = ["比較と判定", "グラフ", "検討メモ"].every((sheet) => book.value(sheet, "A2").startsWith(MARK)) && book.value(FORM, "A10").includes(MARK);
    assert.ok(!changed || marked, `broken at ${at}`);
    await update();
    assert.ok(["比較と判定", "グラフ", "検討メモ"].every((sheet) => book.value(sheet, "A2").startsWith(MARK)), `mended after ${at}`);
    assert.equal(book.value(FORM, "F5"), 18.9);
    assert.equal(book.value("_meta", "C13"), await fingerprint(book.value(FORM, "A10")), `record after ${at}`);
  }
  assert.ok(at >= 10, `${at} places tried`);
});

test("a line somebody wrote below the title stays, and that the sheet bears no mark is told", async () => {
  const own = await whole();
  own[3].cells.A2 = "課長へ：会議で使う表です";
  own[4].cells.A2 = { formula: "=TODAY()", value: 46000 };
  const book = new FakeWorkbook(own);
  const answer = await hosted(book).update();
  assert.equal(book.value("比較と判定", "A2"), "課長へ：会議で使う表です");
  assert.equal(book.value("グラフ", "A2"), 46000);
  assert.match(answer.lines.join("\n"), /「比較と判定」、「グラフ」は、見出しの下の行が書き換えられているため、印を付けられませんでした/);
});

test("a protected sheet beside the form stops the update before anything is written", async () => {
  const guarded = await whole();
  guarded[3].protected = true;
  const book = new FakeWorkbook(guarded);
  const before = all(book);
  await assert.rejects(hosted(book).update(), { code: "protected" });
  assert.equal(all(book), before);
});

const FILLED = { b64: [{ name: FORM, cells: { A1: "x" } }, { name: "出典" }, { name: "_meta", visibility: "VeryHidden", cells: { A1: "chiiki-sheet" } }] };

test("a filled sheet is put behind the others, never over one of the same name", async () => {
  const book = new FakeWorkbook([{ name: FORM, cells: { A1: "係の書いたもの" } }], { insertable: FILLED });
  const made = await hosted(book).host.insertSheet({ name: "x", base64: "b64", sheets: [FORM, "出典"] });
  assert.deepEqual(made, { sheet: `${FORM} (2)`, sheets: [`${FORM} (2)`, "出典", "_meta"] });
  assert.equal(book.value(FORM, "A1"), "係の書いたもの");
  assert.equal(book.active, `${FORM} (2)`);
});

test("a workbook that has a sheet of ours gets no second record", async () => {
  const book = new FakeWorkbook(sheets(), { insertable: FILLED });
  const before = all(book);
  await assert.rejects(hosted(book).host.insertSheet({ base64: "b64" }), { code: "already-ours" });
  assert.equal(all(book), before);
});

test("before ExcelApi 1.13 the file is opened instead", async () => {
  for (const api of ["1.4", "1.7"]) {
    const book = new FakeWorkbook([{ name: "Sheet1" }], { insertable: FILLED });
    await assert.rejects(hosted(book, { api }).host.insertSheet({ base64: "b64" }), (error) => error.code === "excel-old" && error.hint.includes("Excelで開く"));
    assert.equal(book.sheets.length, 1);
  }
});

test("a caution leads to its cell; a place that is not there, or hidden, leads nowhere", async () => {
  const book = new FakeWorkbook(sheets());
  const { host } = hosted(book);
  assert.equal(await host.goTo({ sheet: FORM, cell: "F6" }), true);
  assert.deepEqual(book.selected, { sheet: FORM, row: 5, col: 5 });
  assert.equal(await host.goTo({ sheet: "無い", cell: "A1" }), false);
  assert.equal(await host.goTo({ sheet: "_meta", cell: "A1" }), false);
});

test("the selected figure tells its source", async () => {
  const book = new FakeWorkbook(sheets(), { selection: { sheet: FORM, cell: "F5" } });
  const { host } = hosted(book);
  assert.deepEqual(await host.selectedCell(), { sheet: FORM, cell: "F5", row: 4, col: 5 });
  const { id, area, year, file, sheet, cell } = await host.selectedSource();
  assert.deepEqual([id, area, year, file, sheet, cell], ["B4-a", "見本県 みほん市", 2025, "古い.xlsx", "表1", "C5"]);
  book.selection = { sheet: FORM, cell: "A9" };
  assert.equal(await host.selectedSource(), null);
  book.selection = null;
  assert.equal(await host.selectedCell(), null);
});

test("the page goes into Excel only when Excel opened it and Office.js answers", async () => {
  const none = { getItem: () => null };
  assert.equal(openedByExcel({ pathname: "/addin/", search: "?k=x&_host_Info=Excel$Win32$16.01$ja-JP" }, none), true);
  assert.equal(openedByExcel({ pathname: "/addin/", search: "" }, { getItem: () => "Excel$Win32" }), true);
  assert.equal(openedByExcel({ pathname: "/addin/", search: "" }, none), false);
  assert.equal(openedByExcel({ pathname: "/", search: "?_host_Info=x" }, none), false);
  const { Office, Excel } = fakeOffice(new FakeWorkbook(sheets()), { api: "1.7" });
  globalThis.Excel = Excel;
  const opened = () => true;
  const entered = await connect({ load: async () => Office, opened });
  assert.deepEqual([entered.kind, entered.api], ["excel", "1.7"]);
  assert.equal((await entered.workbook()).ours, true);
  const { Office: browser } = fakeOffice(new FakeWorkbook([]), { host: null });
  assert.equal(await connect({ load: async () => browser, opened }), null);
  assert.equal(await connect({ load: async () => null, opened }), null);
  const mute = { onReady: () => new Promise(() => {}) };
  assert.equal(await connect({ load: () => assert.fail("Office.js is fetched"), opened: () => false }), null);
  assert.equal(await connect({ load: async () => mute, patience: 1, opened }), null);
});

test("the made-up Excel is as strict as the real one", async () => {
  const { Excel } = fakeOffice(new FakeWorkbook(sheets()), { api: "1.4" });
  await assert.rejects(Excel.run(async (context) => context.workbook.worksheets.getItem(FORM).name), /PropertyNotLoaded/);
  await assert.rejects(
    Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getItem(FORM);
      sheet.load("name");
      return sheet.name;
    }),
    /before sync/,
  );
  await assert.rejects(Excel.run(async (context) => context.workbook.insertWorksheetsFromBase64("b64")), /ApiNotAvailable/);
});
