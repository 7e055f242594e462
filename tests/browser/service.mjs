// The real service on a workspace of its own, with a home of its own, so that nothing of this PC is touched.

import { execFile, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./browser.mjs";

const run = promisify(execFile);
export const BIN = process.env.CHIIKI_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/chiiki-sheet");

/**
 * Starts it; without `demo` or `settings` it is the first start. `opened()` tells what it handed to the PC to open. The
 * page is the one the program carries (`embedded`), or, with CHIIKI_PANE set, that of the folder, file by file.
 */
export async function service({ demo = false, settings = null, embedded = process.env.CHIIKI_PANE === undefined } = {}) {
  const home = await mkdtemp(join(tmpdir(), "chiiki-pane-"));
  const workspace = join(home, "見本の作業");
  const bin = join(home, "bin");
  await mkdir(bin);
  await mkdir(join(home, "Documents"));
  // What opens files on this PC writes down what it was asked for.
  await writeFile(join(bin, "xdg-open"), `#!/bin/sh\nprintf '%s\\n' "$1" >> "${home}/opened.txt"\n`);
  await chmod(join(bin, "xdg-open"), 0o755);
  const env = { ...process.env, HOME: home, XDG_DATA_HOME: join(home, "data"), PATH: `${bin}:${process.env.PATH}`, CHIIKI_PANE: join(root, "addin-manifest/pane") };
  if (embedded) delete env.CHIIKI_PANE;
  if (demo) await run(BIN, ["demo", "--dir", workspace], { env });
  else if (settings !== null) {
    await run(BIN, ["init", workspace], { env });
    await writeFile(join(workspace, "設定.toml"), settings);
  }
  const known = demo || settings !== null;
  const args = known ? ["run", "--workspace", workspace, "--no-open"] : ["open"];
  let child;
  const lines = [];
  const begin = () => {
    child = spawn(BIN, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (text) => lines.push(String(text)));
    child.stderr.on("data", (text) => lines.push(String(text)));
  };
  begin();
  /** The address that opens the page once. */
  const address = async () => {
    for (let k = 0; k < 100; k += 1) {
      try {
        const { stdout } = await run(BIN, ["open", "--print", ...(known ? ["--workspace", workspace] : [])], { env });
        return stdout.trim();
      } catch {
        await new Promise((done) => setTimeout(done, 100));
      }
    }
    throw new Error(`the service did not start: ${lines.join("")}`);
  };
  const kill = () =>
    new Promise((done) => {
      if (child.exitCode !== null) return done();
      child.once("exit", done);
      child.kill("SIGKILL");
    });
  return {
    home,
    workspace,
    env,
    address,
    opened: async () => (await readFile(join(home, "opened.txt"), "utf8").catch(() => "")).split("\n").filter(Boolean),
    chiiki: (...given) => run(BIN, given, { env, maxBuffer: 64 << 20 }),
    kill,
    begin,
    async close() {
      await kill();
      await rm(home, { recursive: true, force: true });
    },
  };
}
