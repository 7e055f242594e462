// What the page knows: who the service is, and its state as it changes.

import { get, line, onLine, pause } from "./api.js";

const listeners = new Set();
/** The service's answers, newest first known here. */
export const known = { hello: null, state: null };

/** Calls `listener(state)` at every change; answers the way to stop. */
export function onState(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Asks who the service is. */
export async function greet() {
  known.hello = await get("/hello");
  return known.hello;
}

let wake = () => {};
/** Asks for the state now instead of at the next turn. */
export function stateNow() {
  wake();
}

/** Follows the state for as long as the page lives: every 2 s, every second while something is being done. */
export async function follow() {
  let failures = 0;
  onLine(() => wake());
  for (;;) {
    try {
      const state = await get("/state", { since: known.state?.generation ?? "" });
      failures = 0;
      known.state = state;
      for (const listener of listeners) listener(state);
    } catch {
      failures += 1; // The banner tells it; here it only gets slower.
    }
    const busy = known.state?.jobs?.some((job) => job.state === "running" || job.state === "queued");
    const inbox = known.state?.inbox;
    const waiting = (inbox && (inbox.waiting > 0 || inbox.settling > 0)) || known.state?.work || known.state?.sheets_pending > 0;
    let wait = document.hidden ? 15_000 : busy || waiting ? 1000 : 2500;
    if (failures > 0) wait = Math.min(1000 * 2 ** Math.min(failures - 1, 5), 30_000);
    if (line() === "key") wait = 30_000;
    await Promise.race([pause(wait), new Promise((done) => (wake = done))]);
  }
}
