// A piece of work of the service: progress, a way to stop it, and what came of it.

import { get, pause, post, untilItWorks } from "../lib/api.js";
import { fill, h, say } from "../lib/dom.js";
import { stateNow } from "../lib/store.js";
import { cautions } from "./cautions.js";
import { trouble } from "./trouble.js";

/**
 * Starts a job by `start()` (answers {job}) and shows it in `box`; `done(job)` follows when it is finished, at the
 * first try or a later one. When it fails or is stopped the box says why, with a way on.
 */
export async function run(box, start, { doing = "作成しています", done }) {
  const again = () => run(box, start, { doing, done });
  let job;
  try {
    fill(box, progress({ step: "始めています", done: 0, total: 0 }, doing, null));
    ({ job } = await start());
    stateNow();
    const id = encodeURIComponent(job.id);
    const stop = () => post(`/jobs/${id}/cancel`).catch(() => {});
    let wait = 150;
    const bar = progress(job, doing, stop);
    fill(box, bar);
    while (job.state === "queued" || job.state === "running") {
      bar.update(job);
      await pause(wait);
      wait = Math.min(wait * 1.3, 600);
      // A service that went away for a moment has not lost its work.
      job = await untilItWorks(() => get(`/jobs/${id}`));
    }
  } catch (error) {
    fill(box, trouble(error, again));
    return;
  }
  if (job.state === "cancelled") {
    fill(box, h("div", { class: "box" }, h("p", {}, "中止しました。前のシートはそのままです。"), h("button", { onclick: again }, "もう一度作る")));
    say("中止しました。");
    return;
  }
  if (job.state === "failed") {
    fill(box, trouble(job.error ?? { message: "作成できませんでした。" }, again));
    return;
  }
  fill(box);
  await done(job);
}

function progress(job, doing, stop) {
  const bar = h("progress", { max: 1, "aria-label": doing });
  const words = h("span", {});
  const box = h(
    "div",
    { class: "box job", role: "status" },
    h("p", {}, `${doing}… `, words),
    bar,
    stop ? h("button", { onclick: stop }, "中止する") : null,
  );
  box.update = (now) => {
    const known = now.total > 0;
    if (known) bar.value = now.done / now.total;
    else bar.removeAttribute("value");
    const text = `${now.step ?? ""}${known ? `（${now.done}／${now.total}）` : ""}`;
    if (words.textContent !== text) words.textContent = text;
  };
  box.update(job);
  return box;
}

/** What a finished job tells: figures filled, remarks. */
export function report(job) {
  const ledger = job.report?.ledger;
  return h(
    "div",
    {},
    ledger
      ? h(
          "p",
          {},
          `数値 ${ledger.filled ?? 0}件を記入しました。`,
          countOf(ledger.missing) > 0 ? `元の表に数値のないところは${countOf(ledger.missing)}か所です。` : "",
          countOf(ledger.unfilled_places) > 0 ? `数値がなく空けた欄は${countOf(ledger.unfilled_places)}件です。` : "",
        )
      : null,
    cautions(job.report?.diagnostics ?? []),
  );
}

function countOf(value) {
  return Array.isArray(value) ? value.length : (value ?? 0);
}
