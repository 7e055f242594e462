// Numbers on the page must be those of paper and sheet: the cases are those of src/handout/shown.rs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { number, shown, signed, wareki } from "../../addin-manifest/pane/lib/numbers.js";

test("halves go away from zero, as in Excel", () => {
  assert.equal(number(0.25, 1), "0.3");
  assert.equal(number(1.005, 2), "1.01");
  assert.equal(number(2.5, 0), "3");
  assert.equal(number(-2.5, 0), "▲3");
  // 14.499999999999998 in binary; Excel shows 14.5 and rounds it to 15.
  assert.equal(number(0.145 * 100, 0), "15");
});

test("thousands, carries and small numbers", () => {
  assert.equal(number(1_234_567.89, 1), "1,234,567.9");
  assert.equal(number(999.96, 1), "1,000.0");
  assert.equal(number(0.04, 1), "0.0");
  assert.equal(number(0.05, 1), "0.1");
  assert.equal(number(0.6, 0), "1");
  assert.equal(number(0.4, 0), "0");
  assert.equal(number(0, 2), "0.00");
  assert.equal(number(100, 0), "100");
  assert.equal(number(123_456, 0), "123,456");
  assert.equal(number(1e15, 0), "1,000,000,000,000,000");
});

test("signs claim no direction that is not shown", () => {
  assert.equal(signed(0.84, 1), "＋0.8");
  assert.equal(signed(-0.84, 1), "▲0.8");
  assert.equal(signed(-0.04, 1), "0.0");
  assert.equal(signed(0.04, 1), "0.0");
  for (const nothing of [NaN, Infinity, null, undefined, "7"]) assert.equal(number(nothing, 1), null);
});

test("every rounding agrees with decimal arithmetic", () => {
  for (let k = -20_000; k <= 20_000; k += 37) {
    const value = k / 1000;
    const cents = Math.floor(Math.abs(k) / 10) + (Math.abs(k) % 10 >= 5 ? 1 : 0);
    const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
    assert.equal(number(value, 2), (k < 0 && cents > 0 ? "▲" : "") + text, String(value));
  }
});

test("no figure is a mark with its reason, and an era has a first year", () => {
  assert.equal(shown({ missing: "not_applicable" }, 1), "―（該当なし）");
  assert.equal(shown({ missing: "suppressed" }, 1), "－（秘匿）");
  assert.equal(shown(undefined, 1), "－（データなし）");
  assert.equal(shown(0, 1), "0.0");
  assert.equal(wareki(2025), "令和7年度");
  assert.equal(wareki(2019), "令和元年度");
  assert.equal(wareki(2018), "平成30年度");
});
