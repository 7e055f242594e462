// The page's frame: the key, who the service is, which view stands in the middle, and what is always in sight (the
// line to the service, the last drop).

import { setAddress } from "./lib/address.js";
import { line, onLine, takeKey, untilItWorks } from "./lib/api.js";
import { aside, fill, h } from "./lib/dom.js";
import { follow, greet, known, onState, stateNow } from "./lib/store.js";
import { host, settle } from "./lib/place.js";
import { openBook } from "./parts/open-book.js";
import { printWhole } from "./parts/print.js";
import { typeSize } from "./parts/type-size.js";
import { trouble } from "./parts/trouble.js";
import { dropAnywhere } from "./parts/upload.js";
import * as about from "./views/about.js";
import * as drops from "./views/drops.js";
import * as help from "./views/help.js";
import * as make from "./views/make.js";
import * as missing from "./views/missing.js";
import * as settings from "./views/settings.js";
import * as sheet from "./views/sheet.js";
import * as sheets from "./views/sheets.js";
import * as start from "./views/start.js";

const views = { start, sheets, sheet, make, missing, drops, settings, help, about };
const root = document.getElementById("main");
const banner = document.getElementById("banner");
const last = document.getElementById("last-drop");

/** What a view may ask of the frame. */
const app = {
  /** Files dropped on another view, on their way to the view of drops. */
  pending: null,
  go(path, anew = false) {
    if (location.hash === `#/${path}`) {
      if (anew) render();
    } else location.hash = `#/${path}`;
  },
  refresh: showFrame,
  setTitle(name) {
    document.title = `${name} - 地域分析・検討シート`;
  },
};

let view = null;
let shownHash = null;
let turn = 0;
let leaving = false;

async function render() {
  // Going back twice asks once.
  if (leaving) return;
  if (view?.leave) {
    leaving = true;
    const goes = await Promise.resolve(view.leave()).finally(() => (leaving = false));
    if (!goes) {
      // The user stays: the address goes back without another turn.
      setAddress(shownHash);
      return;
    }
  }
  const hash = location.hash;
  const mine = (turn += 1);
  view = null;
  shownHash = hash;
  let [name, ...params] = hash.replace(/^#\/?/, "").split("/").map(decode);
  if (!views[name]) [name, params] = ["sheets", []];
  if (known.hello && (known.hello.setup || !known.hello.workspace) && !["start", "help", "about"].includes(name)) name = "start";
  // A first start that was broken off goes on where it was; whoever goes elsewhere on purpose gets there.
  if (known.hello?.own === false && !known.hello.demo && !hash.replace(/^#\/?/, "")) name = "start";
  app.setTitle(views[name].title);
  for (const link of document.querySelectorAll("#nav a")) {
    const here = link.getAttribute("href") === `#/${name}` || (name === "sheet" && link.getAttribute("href") === "#/sheets");
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  // A view of its own: one that answers late writes into a room nobody looks at.
  const room = h("div", { class: `view view-${name}` });
  root.replaceChildren(room);
  try {
    const shown = await views[name].show(room, params, app);
    if (mine === turn) view = shown ?? null;
    else shown?.leave?.();
  } catch (error) {
    fill(room, trouble(error, render));
  }
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function showFrame() {
  const hello = known.hello;
  document.getElementById("workspace").textContent = hello?.workspace ? `作業フォルダー：${hello.workspace.name}${hello.demo ? "（見本。数値は架空です）" : ""}` : "";
  fill(document.getElementById("leave-sample"), hello?.demo ? h("a", { href: "#/start/own" }, "見本を終えて、自分の資料で始める") : null);
  document.getElementById("nav").hidden = Boolean(hello && (hello.setup || !hello.workspace));
}

/** The line to the service, in a sentence with a way on. Texts being written stay where they are. */
function showLine(state) {
  if (state === "ok") {
    fill(banner);
    return;
  }
  if (banner.dataset.state === state && banner.firstChild) return;
  banner.dataset.state = state;
  fill(
    banner,
    state === "key"
      ? location.pathname.startsWith("/addin")
        ? h("div", { class: "box trouble" }, h("p", {}, h("strong", {}, "この画面には、このパソコンの鍵がありません。"), "アドインを共有フォルダーや管理センターで配ったときは、鍵が入っていません。コマンドで chiiki-sheet addin install --workspace 作業フォルダー を実行し、Excelを開き直してください。すぐに使うときは、chiiki-sheet open でブラウザーの画面を開いてください。できることはほとんど同じです。"))
        : h("div", { class: "box trouble" }, h("p", {}, h("strong", {}, "この画面の鍵が使えなくなりました。"), "この画面を閉じて、「chiiki-sheet」をもう一度起動すると（コマンドでは chiiki-sheet open）、新しい画面が開きます。書きかけの文章は、下書きとして残っています。"))
      : h(
          "div",
          { class: "box trouble" },
          h("p", {}, h("strong", {}, "このパソコンのサービスにつながりません。"), "「chiiki-sheet」を起動してください。起動すると自動でつながります。つながらないときは、起動して開いた新しい画面をお使いください。書きかけの文章は、この画面に残っています。"),
          h("button", { onclick: () => stateNow() }, "いますぐつなぎ直す"),
        ),
  );
}

/** The result of the last drop, and notices of the service. */
function showState(state) {
  const notices = [...(state.notices ?? [])];
  if (state.disk_ok === false && state.folder_ok !== false) notices.push({ code: "disk-full", message: "作業フォルダーに書き込めません。", hint: "要らないファイルを消して空きを作るか、フォルダーに書き込めるか確かめてください。いまあるシートはそのままです。" });
  if (state.folder_ok === false && known.hello?.workspace && notices.length === 0) notices.push({ code: "folder-gone", message: "作業フォルダーが見つかりません。", hint: "外付けのディスクや共有フォルダーの場合は、つながっているか確かめてください。" });
  if (state.watching === "stopped" && state.folder_ok !== false) notices.push({ code: "watch-stopped", message: "「受付」フォルダーの見張りが止まっています。", hint: "「chiiki-sheet」を起動し直してください。画面から入れたファイルは受け取れます。" });
  const text = JSON.stringify(notices);
  const box = document.getElementById("notices");
  if (box.dataset.shown !== text) {
    box.dataset.shown = text;
    fill(box, notices.map((notice) => h("div", { class: "box notice" }, h("p", {}, h("strong", {}, notice.message), notice.hint ?? ""), notice.code ? aside(`（${notice.code}）`) : null)));
  }
  const [drop] = state.last_drops ?? [];
  const waiting = state.inbox?.waiting ?? 0;
  const questions = (state.last_drops ?? []).filter((one) => one.outcome === "waiting").length;
  const key = JSON.stringify([drop?.id, drop?.outcome, waiting, questions]);
  if (last.dataset.shown === key) return;
  last.dataset.shown = key;
  fill(
    last,
    drop
      ? [h("span", { class: "last-label" }, "最後に入れたファイル"), drops.outcomeMark(drop.outcome), h("span", { class: "drop-name" }, drop.name), questions > 0 && drop.outcome !== "waiting" ? h("span", { class: "mark mark-warning" }, `確認待ち ${questions}件`) : null, h("a", { href: "#/drops" }, "くわしく")]
      : null,
    waiting > 0 ? aside(`　処理待ち ${waiting}件`) : null,
  );
  last.hidden = !last.firstChild;
}

async function begin() {
  typeSize();
  printWhole(root);
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    root.focus();
  });
  onLine(showLine);
  onState(showState);
  try {
    await untilItWorks(async () => {
      await takeKey();
      if (["", "#/", "#/sheets"].includes(location.hash)) sheets.ahead();
      await greet();
    });
    const lacking = await settle(known.hello?.features?.officejs);
    if (host.kind === "excel") fill(document.getElementById("open-book"), openBook());
    else if (lacking) fill(document.getElementById("open-book"), h("p", { class: "box screen" }, "Office.js が無いため、開いているブックにはさわれません。シートを作ることと、ファイルを開くことはできます。入れかたは、手引きの「Office.js を取り込む」をご覧ください。"));
  } catch (error) {
    showLine(line());
    if (line() === "ok") fill(root, h("h1", {}, "地域分析・検討シート"), trouble(error, () => location.reload()));
    else root.replaceChildren(h("h1", {}, "地域分析・検討シート"), h("p", {}, "つながると、ここにシートの一覧が出ます。"));
  }
  showFrame();
  addEventListener("hashchange", render);
  dropAnywhere(async (files) => {
    if (view?.take) await view.take(files);
    else if (known.hello && !known.hello.setup) {
      app.pending = files;
      app.go("drops", true);
    }
  });
  if (known.hello) {
    await render();
    performance.mark("first-view");
  }
  follow();
  onLine(async (state) => {
    if (state !== "ok" || known.hello) return;
    await greet().catch(() => {});
    showFrame();
    if (known.hello) render();
  });
}

begin();
