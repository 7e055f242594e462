// No text may be lost: drafts survive the page, a refused storage, and somebody else's change.

import assert from "node:assert/strict";
import { test } from "node:test";
import { both, drafts, standing } from "../../addin-manifest/pane/lib/drafts.js";

function storage(limit = Infinity) {
  const kept = new Map();
  return {
    kept,
    get length() {
      return kept.size;
    },
    key: (at) => [...kept.keys()][at] ?? null,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => {
      if (value.length > limit) throw new Error("QuotaExceededError");
      kept.set(name, value);
    },
    removeItem: (name) => kept.delete(name),
  };
}

test("a draft outlives the page and goes once it is saved", () => {
  const place = storage();
  const text = "一行目\n二行目「\"|＝SUM(A1)」😀　";
  assert.equal(drafts(place).keep("s1", "認定率", "hypothesis", text, "h1"), true);
  const later = drafts(place);
  assert.equal(later.of("s1", "認定率", "hypothesis").text, text);
  assert.equal(later.of("s1", "認定率", "hypothesis").hash, "h1");
  assert.equal(later.count("s1"), 1);
  assert.equal(later.count("s2"), 0);
  later.drop("s1", "認定率", "hypothesis");
  assert.equal(drafts(place).of("s1", "認定率", "hypothesis"), null);
  assert.equal(place.kept.size, 0);
});

test("fields and sheets do not mix, whatever their names", () => {
  const place = storage();
  const one = drafts(place);
  one.keep("s", "a|b", "c", "1", "h");
  one.keep("s", "a", "c", "2", "h");
  one.keep("s.2", "a", "c", "3", "h");
  assert.deepEqual(one.all("s").map(({ block, field, text }) => [block, field, text]), [["a|b", "c", "1"], ["a", "c", "2"]]);
  assert.equal(one.of("s.2", "a", "c").text, "3");
});

test("where storage is full or refused the draft lives as long as the page, and that is known", () => {
  const full = drafts(storage(10));
  assert.equal(full.keep("s", "認定率", "measures", "長い文章".repeat(50), "h"), false);
  assert.equal(full.of("s", "認定率", "measures").text, "長い文章".repeat(50));
  assert.equal(drafts(null).keep("s", "b", "f", "文", "h"), false);
});

test("what lies broken in storage is no draft and breaks nothing", () => {
  for (const broken of ["", "{", "[]", "7", "null", '{"a|b":5}', '{"a|b":{"text":7}}']) {
    const place = storage();
    place.kept.set("chiiki.draft.s|a|b", broken);
    assert.equal(drafts(place).of("s", "a", "b"), null, broken);
    assert.equal(drafts(place).count("s"), 0, broken);
  }
});

test("a draft is restored over the text it was typed over, and never over another", () => {
  const draft = { text: "私の文", hash: "h1" };
  assert.equal(standing(draft, { text: "前の文", hash: "h1" }), "restore");
  assert.equal(standing(draft, { text: "他の人の文", hash: "h2" }), "conflict");
  assert.equal(standing(draft, { text: "私の文", hash: "h2" }), "same");
});

test("both texts together lose neither", () => {
  assert.equal(both("私", "他"), "他\n私");
  assert.equal(both("私", "  "), "私");
  assert.equal(both("", "他"), "他");
});

test("two windows on one sheet keep each other's drafts", () => {
  const place = storage();
  const [one, two] = [drafts(place), drafts(place)];
  assert.equal(one.count("s"), 0);
  assert.equal(two.count("s"), 0);
  one.keep("s", "認定率", "hypothesis", "窓1の文", "h1");
  two.keep("s", "認定率", "measures", "窓2の文", "h2");
  one.keep("s", "認定率", "hypothesis", "窓1の続き", "h1");
  for (const window of [one, two, drafts(place)]) assert.deepEqual(window.all("s").map(({ field, text }) => [field, text]).sort(), [["hypothesis", "窓1の続き"], ["measures", "窓2の文"]]);
  two.drop("s", "認定率", "measures");
  assert.equal(one.of("s", "認定率", "measures"), null);
});

test("saving one text does not forget another one typed over it elsewhere", () => {
  const place = storage();
  const kept = drafts(place);
  kept.keep("s", "認定率", "measures", "別の窓の文", "h");
  kept.drop("s", "認定率", "measures", "保存した文");
  assert.equal(kept.of("s", "認定率", "measures").text, "別の窓の文");
  kept.drop("s", "認定率", "measures", "別の窓の文");
  assert.equal(place.kept.size, 0);
});

test("drafts of all sheets can be told, with the names of their sheets", () => {
  const place = storage();
  place.kept.set("chiiki.type", "large");
  const kept = drafts(place);
  kept.keep("s", "認定率", "measures", "下書き", "h");
  kept.keep("t", "受給率", "free_text", "文", "h", "みほん市のシート");
  assert.deepEqual(kept.all().map(({ id, sheet }) => [id, sheet]), [["s", undefined], ["t", "みほん市のシート"]]);
  assert.deepEqual([...place.kept.keys()].sort(), ["chiiki.draft.s|認定率|measures", "chiiki.draft.t|受給率|free_text", "chiiki.type"]);
});
