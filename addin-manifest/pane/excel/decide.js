// The rule for one statistic cell: what stands there, what was written last, what the files say now. The same as
// `refill::cells` in Rust; tests/data/refill-vectors holds the two together.

import { fold, trim } from "./fold.js";

/** What a cell shows; null when empty. Numbers are numbers, everything else is a text. */
export function shown(value) {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  return trim(value) === "" ? null : value;
}

/** Equal as a book keeps it: Excel writes 15 digits. */
export function same(a, b) {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= 1e-14 * Math.max(Math.abs(a), Math.abs(b));
  return typeof a === "string" && typeof b === "string" && trim(a) === trim(b);
}

/**
 * "empty" nothing there and nothing to say · "same" · "new" the place was empty · "revised" what was written last gives
 * way · "gone" no file says it any more · "kept" a person's: left · "theirs" a person's where no file says anything.
 * All three values are as `shown` gives them, null where there is none.
 */
export function decide(current, last, fresh, unit) {
  if (fresh === null) {
    if (current === null) return "empty";
    return last !== null && same(current, last) ? "gone" : "theirs";
  }
  if (current === null) return last === null ? "new" : "kept";
  if (same(current, fresh)) return "same";
  if (last !== null) return same(current, last) ? "revised" : "kept";
  // A mark such as 「―」 that we did not write says that there is no figure yet.
  if (typeof current === "string" && isMark(current)) return "new";
  const finer = rounding(current, fresh, unit);
  if (finer === null) return "kept";
  return finer ? "revised" : "same";
}

function isMark(text) {
  return /^[―\-－ー—–‐….*]+$/u.test(fold(text));
}

/** Equal when shown: whether the new number is the more precise one. null when they differ. */
function rounding(current, fresh, unit) {
  if (typeof current !== "number" || typeof fresh !== "number") return null;
  const places = decimals(unit);
  return fixed(current, places) === fixed(fresh, places) ? digits(fresh) > digits(current) : null;
}

/** Decimals the form shows for a unit. */
export function decimals(unit) {
  return ["円", "人", "世帯", "か所"].includes(unit) ? 0 : 1;
}

/** With so many decimals, halves to the even digit as Rust writes them (`toFixed` rounds halves up). */
export function fixed(value, places) {
  const half = Math.abs(value) * 2 ** (places + 1);
  if (!Number.isInteger(half) || half % 2 === 0) return value.toFixed(places);
  // Exactly between two: `below` and `below + 1` units of the last place.
  const below = Math.floor(Math.abs(value) * 10 ** places);
  if ((Math.abs(value) * 10 ** places) % 1 !== 0.5) return value.toFixed(places);
  const even = below % 2 === 0 ? below : below + 1;
  const text = (even / 10 ** places).toFixed(places);
  return value < 0 ? `-${text}` : text;
}

/** Digits behind the point of the shortest way to write a number. */
function digits(value) {
  const [mantissa, exponent] = String(value).split("e");
  const fraction = mantissa.split(".")[1]?.length ?? 0;
  return exponent === undefined ? fraction : Math.max(0, fraction - Number(exponent));
}

/** A figure as the form shows it: `19.4` `28,150` `▲3`. */
export function display(value, unit) {
  if (value === null) return "空白";
  if (typeof value === "string") return value;
  const text = fixed(value, decimals(unit));
  const [whole, fraction] = text.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${text.startsWith("-") ? "▲" : ""}${grouped}${fraction ? `.${fraction}` : ""}`;
}
