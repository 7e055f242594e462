// What a reader of a chart depends on: true lengths, no label over another, gaps drawn as gaps, patterns without colour.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { groupedBars } from "../../addin-manifest/pane/chart/bars.js";
import { deviations } from "../../addin-manifest/pane/chart/deviations.js";
import { EDGES, STROKES, fill, patterns, tiles } from "../../addin-manifest/pane/chart/draw.js";
import { beside, meets, spread } from "../../addin-manifest/pane/chart/labels.js";
import { rowNames } from "../../addin-manifest/pane/chart/names.js";
import { around, fromNought } from "../../addin-manifest/pane/chart/scale.js";
import { scatter } from "../../addin-manifest/pane/chart/scatter.js";
import { gaps, trend, yearTicks } from "../../addin-manifest/pane/chart/trend.js";

const { preview } = JSON.parse(await readFile(new URL("../browser/mihon.json", import.meta.url), "utf8"));
const ROOMS = [{ width: 270, size: 14 }, { width: 700, size: 14 }, { width: 330, size: 20 }];

const all = (tree, name) => [...(tree.name === name ? [tree] : []), ...tree.children.filter((one) => typeof one !== "string").flatMap((one) => all(one, name))];
const bars = (tree) => all(tree, "rect").filter((one) => one.attributes.class === "bar");
const texts = (tree) => all(tree, "text").map((one) => one.children[0]);

/** Every number of a tree is finite: a NaN would draw nothing and say nothing. */
function sound(tree) {
  for (const [name, value] of Object.entries(tree.attributes)) {
    assert.ok(!/NaN|Infinity|undefined/.test(String(value)) || name === "aria-label", `${tree.name} ${name}=${value}`);
  }
  for (const child of tree.children) if (typeof child !== "string") sound(child);
}

/** Small random numbers that are the same in every run. */
function dice(seed) {
  let state = seed;
  return () => ((state = (state * 48271) % 2147483647) / 2147483647);
}

const YEARS = [2023, 2024, 2025].map((form_year) => ({ form_year, wareki: `令和${form_year - 2018}年度`, part_year: false, months: null }));
const AREAS = [
  { role: "own", name: "みほん市" },
  { role: "prefecture", name: "見本県" },
  { role: "nation", name: "全国" },
  { role: "other", name: "みなと市" },
];

test("axes have round steps that hold all values", () => {
  assert.deepEqual(around([17.1, 19.2], 4).ticks(100).map((tick) => tick.label), ["17", "18", "19", "20"]);
  for (const values of [[], [0], [18.4, 18.4], [1e15], [-3, 1e-9], [1e-300, 2e-300], [NaN, 4]]) {
    const scale = around(values, 4);
    assert.ok(scale.hi > scale.lo && Number.isFinite(scale.at(scale.hi, 90)), JSON.stringify(values));
    assert.ok(scale.ticks(90).length < 42);
  }
  assert.equal(fromNought([5, 9], 5).lo, 0);
});

test("spread labels keep their distance and stay inside", () => {
  const roll = dice(5);
  for (let run = 0; run < 300; run += 1) {
    const wanted = Array.from({ length: 1 + Math.floor(roll() * 8) }, () => roll() * 100);
    const placed = spread(wanted, 11, 100);
    const sorted = [...placed].sort((a, b) => a - b);
    for (let k = 1; k < sorted.length; k += 1) assert.ok(sorted[k] - sorted[k - 1] >= 11 - 1e-6, `${placed}`);
    assert.ok(placed.every((y) => y >= -1e-6 && y <= 100 + 1e-6));
  }
  assert.deepEqual(spread([50, 10], 11, 100), [50, 10]);
});

test("labels beside points meet neither one another nor the edge", () => {
  const roll = dice(11);
  const plot = { x: 0, y: 0, w: 300, h: 200 };
  for (let run = 0; run < 100; run += 1) {
    const points = Array.from({ length: Math.floor(roll() * 60) }, () => ({ x: roll() * 300, y: roll() * 200, w: 10 + roll() * 70, h: 12 }));
    const boxes = beside(points, 3, plot, []).filter(Boolean);
    boxes.forEach((one, k) => {
      assert.ok(one.x >= 0 && one.y >= 0 && one.x + one.w <= 300 && one.y + one.h <= 200);
      for (const other of boxes.slice(k + 1)) assert.ok(!meets(one, other));
    });
  }
});

test("bars start at nought and their lengths are to one another as the figures", () => {
  const indicators = [{ name: "認定率", unit: "％", decimals: 1, values: [[10], [20], [5], [{ missing: "suppressed" }]] }];
  for (const room of ROOMS) {
    const tree = groupedBars({ title: "認定率", indicators, areas: AREAS, year: 0, room, id: "c" });
    sound(tree);
    const widths = bars(tree).map((bar) => bar.attributes.width);
    assert.equal(widths.length, 3, "no bar stands for a missing figure");
    assert.ok(Math.abs(widths[1] / widths[0] - 2) < 0.02 && Math.abs(widths[0] / widths[2] - 2) < 0.02, `${widths}`);
    assert.ok(texts(tree).includes("－（秘匿）"));
    assert.match(tree.attributes["aria-label"], /みほん市 10\.0/);
    for (const bar of bars(tree)) assert.ok(bar.attributes.x + bar.attributes.width <= room.width);
  }
});

test("no two series look alike without colour", () => {
  const used = patterns(["own", "prefecture", "nation", "other", "other", "other", "other", "other"]);
  assert.deepEqual(used, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(new Set(used.map((pattern) => fill("c", pattern))).size, 8);
  assert.equal(new Set(STROKES.map((stroke) => JSON.stringify([stroke["stroke-dasharray"], stroke["stroke-width"], stroke.stroke]))).size, 8);
  assert.equal(EDGES.length, 8);
  const drawn = tiles("c", used).children.map((pattern) => JSON.stringify(pattern.children));
  assert.equal(new Set(drawn).size, drawn.length);
});

test("deviations are sorted, wild ones cut, unstable ones marked and never a finding", () => {
  const entries = [
    { label: "低い", ratio: 0.4, ratio_decimals: 2, verdict: "below", unstable: false },
    { label: "並", ratio: 1, ratio_decimals: 2, verdict: "similar", unstable: false },
    { label: "とても高い", ratio: 9.8, ratio_decimals: 2, verdict: "above", unstable: false },
    { label: "少ない", ratio: 1.62, ratio_decimals: 2, verdict: "above", unstable: true },
  ];
  for (const room of ROOMS) {
    const tree = deviations({ title: "違い", entries, thresholds: { above: 1.15, below: 0.85 }, room, id: "c" });
    sound(tree);
    assert.deepEqual(bars(tree).map((bar) => bar.attributes["data-mark"]), ["above", "unstable", "similar", "below"]);
    assert.equal(all(tree, "line").filter((one) => one.attributes.class === "cut").length, 2);
    assert.ok(texts(tree).includes("9.80倍") && texts(tree).includes("少数"));
    for (const bar of bars(tree)) assert.ok(bar.attributes.x >= 0 && bar.attributes.x + bar.attributes.width <= room.width);
    const ys = bars(tree).map((bar) => bar.attributes.y);
    assert.ok(ys.every((y, k) => k === 0 || y > ys[k - 1]));
  }
});

test("a missing year is a gap, a part-year hollow and thin, and both are said", () => {
  const years = [...YEARS, { form_year: 2026, wareki: "令和8年度", part_year: true, months: 1 }];
  const series = [
    { role: "own", name: "みほん市", values: [1, { missing: "blank" }, 3, 4] },
    { role: "nation", name: "全国", values: [2, { missing: "blank" }, 2, 2] },
  ];
  const data = { title: "認定率", unit: "％", decimals: 1, years, series };
  const tree = trend({ data, room: ROOMS[1] });
  sound(tree);
  const segments = all(tree, "line").filter((one) => /segment/.test(one.attributes.class ?? ""));
  assert.equal(segments.length, 2, "one a series: nothing bridges the gap");
  assert.ok(segments.every((one) => one.attributes.class === "segment part"));
  assert.ok(texts(tree).some((text) => text === "みほん市 4.0※"));
  assert.deepEqual(gaps(data), ["令和6年度はどの地域も空白"]);
  assert.match(tree.attributes["aria-label"], /令和8年度（1か月分） 4\.0/);
  // A hollow mark: the own area's part-year is not filled blue.
  assert.ok(all(tree, "circle").some((one) => one.attributes.fill === "#ffffff" && one.attributes.stroke === EDGES[0]));
});

test("years are shortened when there is little room", () => {
  assert.deepEqual(yearTicks(YEARS, 200, 14), ["令和5年度", "令和6年度", "令和7年度"]);
  assert.deepEqual(yearTicks(YEARS, 50, 14), ["令和5", "6", "7"]);
});

test("every insurer of a scatter plot is named somewhere, the own one in the plot", () => {
  const axis = (name) => ({ name, unit: "％", decimals: 1, nation: 12 });
  const points = Array.from({ length: 150 }, (_, k) => ({ role: k === 7 ? "own" : null, name: `第${k}番広域連合`, x: 10 + (k % 13) * 0.3, y: 5 + (k % 11) * 0.2 }));
  points.push({ role: null, name: "値のない町", x: 12, y: { missing: "suppressed" } });
  for (const room of ROOMS) {
    const { tree, unnamed, missing } = scatter({ data: { title: "重度と軽度", block: "認定率", year: "令和7年度", x: axis("軽度"), y: axis("重度"), points }, room });
    sound(tree);
    const named = texts(tree).filter((text) => /^第\d+番/.test(text));
    assert.equal(named.length + unnamed.length, 150);
    assert.ok(named.includes("第7番広域連合"));
    assert.deepEqual(missing, ["値のない町（12.0、－（秘匿））"]);
    assert.equal(all(tree, "line").filter((one) => one.attributes.class === "nation").length, 2);
  }
});

test("a nation without a figure has no line, and that is said", () => {
  const axis = { name: "軽度", unit: "％", decimals: 1, nation: { missing: "unknown" } };
  const data = { title: "図", block: "認定率", year: "令和7年度", x: axis, y: { ...axis, name: "重度" }, points: [{ role: "own", name: "みほん市", x: 1, y: 2 }] };
  const { tree, missing } = scatter({ data, room: ROOMS[0] });
  sound(tree);
  assert.equal(all(tree, "line").filter((one) => one.attributes.class === "nation").length, 0);
  assert.deepEqual(missing, ["全国の軽度 －（データなし）", "全国の重度 －（データなし）"]);
});

test("rows that share a name become a group, as on paper", () => {
  const names = rowNames(preview.blocks[2].indicators);
  const group = names.find((name) => name.label === "訪問介護");
  assert.equal(group.group, "受給者1人あたり給付月額");
  assert.equal(group.inChart, "訪問介護　給付月額");
  assert.equal(rowNames(preview.blocks[1].indicators)[0].inChart, "施設サ－ビス");
  assert.equal(rowNames(preview.blocks[0].indicators)[2].group, null);
});

test("the demo's charts are sound at every width", () => {
  for (const room of ROOMS) {
    for (const block of preview.blocks) {
      sound(groupedBars({ title: block.name, indicators: block.indicators, areas: preview.areas, year: 2, room, id: "c" }));
      for (const indicator of block.indicators) {
        sound(trend({ data: { title: indicator.name, unit: indicator.unit, decimals: indicator.decimals, years: preview.years, series: preview.areas.map((area, k) => ({ ...area, values: indicator.values[k] })) }, room }));
      }
    }
    for (const data of preview.scatters) sound(scatter({ data, room }).tree);
  }
});
