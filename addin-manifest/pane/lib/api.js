// The local service, version 1. Every failure becomes a `ServiceError` with a sentence and what to do next.

import { setAddress } from "./address.js";

const KEY = "chiiki.key";

/** What went wrong, in words for the user; `code` is for the IT section. */
export class ServiceError extends Error {
  constructor(code, message, hint, status = 0, details = null) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.status = status;
    this.details = details;
  }
}

const listeners = new Set();
/** Tells `listener("ok" | "stopped" | "key")` whenever the line to the service changes. */
export function onLine(listener) {
  listeners.add(listener);
}
let lineNow = "ok";
function setLine(state) {
  if (state === lineNow) return;
  lineNow = state;
  for (const listener of listeners) listener(state);
}
/** "ok", "stopped" or "key". */
export const line = () => lineNow;

let key = null;
function storedKey() {
  if (key === null) {
    try {
      key = sessionStorage.getItem(KEY);
    } catch {
      key = null; // No storage here: the key lives as long as the page.
    }
  }
  return key;
}

function keep(given) {
  key = given;
  try {
    sessionStorage.setItem(KEY, given);
  } catch {
    // See above.
  }
  if (lineNow === "key") setLine("ok");
}

/**
 * Takes the key out of the address: `#t=` is swapped once for the key, `#k=` and `?k=` are the key itself (Excel).
 * The address is cleaned before anything else can read it.
 */
export async function takeKey() {
  const fragment = new URLSearchParams(location.hash.replace(/^#\/?/, ""));
  const query = new URLSearchParams(location.search);
  const direct = fragment.get("k") ?? query.get("k");
  const token = fragment.get("t");
  if (direct || token) {
    // The rest of the query is the host's (Excel names itself there).
    query.delete("k");
    const rest = query.toString();
    setAddress(location.pathname + (rest ? `?${rest}` : ""));
  }
  if (direct) keep(direct);
  if (token) {
    const answer = await send("POST", "/launch", { token });
    keep(answer.key);
  }
}

/** GET; `query` values that are null or "" are left out. */
export function get(path, query = {}, options = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return send("GET", text ? `${path}?${text}` : path, null, options);
}

/** POST of JSON. */
export function post(path, body = {}, options = {}) {
  return send("POST", path, body, options);
}

/** The bytes behind a path. */
export async function bytes(path, query) {
  const answer = await request("GET", `${path}?${new URLSearchParams(query)}`, null, {});
  return answer.blob();
}

async function send(method, path, body, options) {
  const answer = await request(method, path, body, options ?? {});
  if (answer.status === 204) return null;
  try {
    return await answer.json();
  } catch {
    throw new ServiceError(
      "answer-unreadable",
      "サービスの答えを読み取れませんでした。",
      "もう一度試してください。くり返すときは、サービスを起動し直してください。",
      answer.status,
    );
  }
}

async function request(method, path, body, { signal } = {}) {
  const headers = {};
  const known = storedKey();
  if (known) headers["X-Chiiki-Key"] = known;
  if (body !== null) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: body === null ? undefined : JSON.stringify(body),
      signal,
      cache: "no-store",
      credentials: "omit",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    setLine("stopped");
    throw new ServiceError(
      "stopped",
      "このパソコンのサービスにつながりません。",
      "「chiiki-sheet」を起動してください。起動すると、この画面は自動でつながります。",
    );
  }
  if (answer.ok) {
    setLine("ok");
    return answer;
  }
  const told = (await answer.json().catch(() => null)) ?? {};
  // Only the key's own failure: other 403 are about the request.
  if (answer.status === 401) setLine("key");
  else setLine("ok");
  const message = told.message ?? "サービスがうまく働きませんでした。";
  const hint = told.hint ?? (answer.status >= 500 ? "少し待ってから、もう一度試してください。" : "");
  throw new ServiceError(told.code ?? `http-${answer.status}`, message, hint, answer.status, told);
}

/** Tries again with growing pauses (1, 2, 4 … 30 s) until `run` works or `stop()` says no. */
export async function untilItWorks(run, { stop = () => false, wait = pause } = {}) {
  for (let seconds = 1; ; seconds = Math.min(seconds * 2, 30)) {
    try {
      return await run();
    } catch (error) {
      if (error.code !== "stopped" || stop()) throw error;
      await wait(seconds * 1000);
    }
  }
}

export function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
