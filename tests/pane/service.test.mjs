// The line to the service: the key, failures in words, and trying again with growing pauses.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

const kept = new Map();
let api;
let asked;
let answers;
let count = 0;

beforeEach(async () => {
  kept.clear();
  asked = [];
  answers = [];
  globalThis.sessionStorage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
  globalThis.location = { hash: "", search: "", pathname: "/" };
  globalThis.history = { replaceState: (_state, _title, url) => ((location.hash = ""), (location.search = url.slice("/".length))) };
  globalThis.fetch = async (url, options) => {
    asked.push({ url, ...options });
    const next = answers.shift();
    if (next === undefined || next === "down") throw new TypeError("Failed to fetch");
    return { ok: next.status < 400, status: next.status, json: async () => next.body };
  };
  // A fresh module a test: it remembers its key.
  api = await import(`../../addin-manifest/pane/lib/api.js?${(count += 1)}`);
});
afterEach(() => {
  for (const name of ["sessionStorage", "location", "history", "fetch"]) delete globalThis[name];
});

test("the launch token is swapped for the key and leaves the address", async () => {
  location.hash = "#t=once";
  answers = [{ status: 200, body: { key: "K" } }, { status: 200, body: { product: "chiiki-sheet" } }];
  await api.takeKey();
  assert.equal(location.hash, "");
  assert.equal(asked[0].method, "POST");
  assert.equal(asked[0].headers["Content-Type"], "application/json");
  assert.equal(kept.get("chiiki.key"), "K");
  await api.get("/hello", { q: "", n: 0, none: null });
  assert.equal(asked[1].headers["X-Chiiki-Key"], "K");
  assert.equal(asked[1].url, "/api/v1/hello?n=0");
  assert.equal(asked[1].credentials, "omit");
});

test("Excel's key comes with the address and leaves it", async () => {
  for (const part of ["hash", "search"]) {
    kept.clear();
    location[part] = part === "hash" ? "#k=ABC" : "?k=ABC";
    await api.takeKey();
    assert.equal(kept.get("chiiki.key"), "ABC");
    assert.equal(location[part], "");
  }
});

test("what Excel says of itself stays in the address", async () => {
  location.search = "?k=ABC&_host_Info=Excel$Win32$16";
  await api.takeKey();
  assert.equal(location.search, "?_host_Info=Excel%24Win32%2416");
});

test("a view's address is no key", async () => {
  location.hash = "#/sheet/t=1";
  await api.takeKey();
  assert.equal(location.hash, "#/sheet/t=1");
  assert.equal(asked.length, 0);
});

test("a stopped service, a wrong key and a failure each have words, and the line is told", async () => {
  const told = [];
  api.onLine((state) => told.push(state));
  answers = ["down"];
  await assert.rejects(api.get("/state"), (error) => error.code === "stopped" && /つながりません/.test(error.message) && /起動/.test(error.hint));
  answers = [{ status: 401, body: { code: "key-wrong", message: "鍵が違います。", hint: "開き直してください。" } }];
  await assert.rejects(api.get("/state"), (error) => error.code === "key-wrong" && error.hint === "開き直してください。");
  answers = [{ status: 503, body: { code: "disk-full", message: "空き容量が足りません。", hint: "消してください。" } }];
  await assert.rejects(api.post("/jobs"), (error) => error.code === "disk-full" && error.status === 503);
  answers = [{ status: 500, body: undefined }];
  await assert.rejects(api.post("/jobs"), (error) => error.message.length > 5 && error.hint.length > 5);
  assert.deepEqual(told, ["stopped", "key", "ok"]);
});

test("trying again waits longer each time, and gives up for what waiting does not mend", async () => {
  const waited = [];
  let left = 7;
  const run = async () => {
    if ((left -= 1) > 0) throw { code: "stopped" };
    return "da";
  };
  assert.equal(await api.untilItWorks(run, { wait: async (ms) => waited.push(ms / 1000) }), "da");
  assert.deepEqual(waited, [1, 2, 4, 8, 16, 30]);
  await assert.rejects(api.untilItWorks(async () => Promise.reject({ code: "disk-full" })), { code: "disk-full" });
});
