// Rules of the page as a whole that a reviewer should not have to watch.

import assert from "node:assert/strict";
import { readFile, readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const pane = fileURLToPath(new URL("../../addin-manifest/pane", import.meta.url));

async function files(folder = pane) {
  const found = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await files(path)));
    else found.push(path);
  }
  return found;
}
const all = await files();
const scripts = all.filter((path) => path.endsWith(".js"));

test("the whole page is lighter than 300 kB", async () => {
  let weight = 0;
  for (const path of all) weight += (await stat(path)).size;
  assert.ok(weight <= 300_000, `${weight} bytes`);
});

test("imports lead to files of the page, with the names they export", async () => {
  for (const path of scripts) {
    const text = await readFile(path, "utf8");
    for (const [, names, from] of text.matchAll(/import\s+(?:\{([^}]*)\}|\*\s+as\s+\w+)\s+from\s+"([^"]+)"/g)) {
      assert.match(from, /^\.{1,2}\//, `${path}: ${from}`);
      const target = await readFile(join(path, "..", from), "utf8");
      for (const name of (names ?? "").split(",").map((one) => one.trim().split(" as ")[0]).filter(Boolean)) {
        assert.match(target, new RegExp(`export (?:async )?(?:function|const|let|class) ${name}\\b|export \\{[^}]*\\b${name}\\b`), `${relative(pane, path)} ← ${from}: ${name}`);
      }
    }
  }
});

test("nothing is fetched from elsewhere, and no text becomes HTML", async () => {
  for (const path of all.filter((one) => /\.(js|css|html)$/.test(one))) {
    const text = await readFile(path, "utf8");
    const name = relative(pane, path);
    // Addresses for people to read (the access guide) are texts, not links.
    for (const [, address] of text.matchAll(/(?:src|href|url\(|import\(|fetch\()\s*[=(]?\s*["'`]?(https?:[^"'`)\s]+)/g)) {
      assert.fail(`${name} fetches ${address}`);
    }
    assert.ok(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(/.test(text), name);
    // The service's content security policy allows no inline style.
    assert.ok(!/\bstyle=|setAttribute\("style"|[{,]\s*style:/.test(text), `${name} has an inline style`);
  }
});

test("messages are sentences for people, not codes", async () => {
  for (const path of scripts) {
    const text = await readFile(path, "utf8");
    for (const [, message] of text.matchAll(/message: "([^"]+)"/g)) {
      assert.match(message, /(ました|ませんでした|ません|です|ます|ください|います|あります)。$/, `${relative(pane, path)}: ${message}`);
    }
  }
});

test("text stands out from its ground (WCAG AA)", async () => {
  const tokens = await readFile(join(pane, "tokens.css"), "utf8");
  const colour = Object.fromEntries([...tokens.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6})/g)].map((found) => [found[1], found[2]]));
  const page = await readFile(join(pane, "page.css"), "utf8");
  const named = Object.fromEntries([...page.matchAll(/(--[\w-]+): var\((--color[\w-]+)\)/g)].map((found) => [found[1], colour[found[2]]]));
  const light = (hex) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  for (const [ink, ground] of [["--ink", "--ground"], ["--soft", "--ground"], ["--soft", "--shade"], ["--soft", "--accent-soft"], ["--soft", "--caution-soft"], ["--soft", "--error-soft"], ["--accent", "--ground"], ["--accent", "--accent-soft"], ["--caution", "--caution-soft"], ["--error", "--error-soft"], ["--done", "--done-soft"], ["--ground", "--accent"]]) {
    assert.ok(named[ink] && named[ground], `${ink} ${ground}`);
    assert.ok(contrast(named[ink], named[ground]) >= 4.5, `${ink} on ${ground}: ${contrast(named[ink], named[ground]).toFixed(2)}`);
  }
  assert.ok(contrast(named["--rule-strong"], named["--ground"]) >= 3);
});
