// Numbers as they are shown: rounded once, half away from zero on the fifteen digits Excel works with, thousands
// separated, ▲ for minus. The same rule as the handout's (src/handout/shown.rs), so page and paper never differ.

/** `▲1,234.5`; null for what is no finite number. */
export function number(value, decimals) {
  const digits = rounded(value, decimals);
  if (digits === null) return null;
  const [whole, fraction] = digits.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  // ▲0.0 would claim a direction that the shown figure does not have.
  const minus = value < 0 && /[1-9]/.test(digits) ? "▲" : "";
  return minus + grouped + (fraction === undefined ? "" : `.${fraction}`);
}

/** A difference with its sign: `＋0.8`, `▲0.8`, `0.0`. */
export function signed(value, decimals) {
  const shown = number(value, decimals);
  if (shown === null) return null;
  return value > 0 && /[1-9]/.test(shown) ? `＋${shown}` : shown;
}

function rounded(value, decimals) {
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  const [mantissa, exponent] = Math.abs(value).toExponential(14).split("e");
  const digits = mantissa.replace(".", "");
  // How many of the digits are kept; the digit after them decides.
  const keep = Number(exponent) + 1 + decimals;
  let kept = keep < 0 ? "" : digits.slice(0, keep).padEnd(keep, "0");
  const next = keep < 0 ? "0" : (digits[keep] ?? "0");
  let whole = BigInt(kept === "" ? "0" : kept);
  if (next >= "5") whole += 1n;
  kept = whole.toString().padStart(decimals + 1, "0");
  if (decimals === 0) return kept;
  return `${kept.slice(0, -decimals)}.${kept.slice(-decimals)}`;
}

/** 2025 → 令和7年度 */
export function wareki(year) {
  if (year >= 2019) return `令和${year === 2019 ? "元" : year - 2018}年度`;
  return `平成${year === 1989 ? "元" : year - 1988}年度`;
}

/** 「令和7年度（2025）」 */
export function yearInFull(year) {
  return `${year.wareki}（${year.form_year}）${year.part_year ? "※" : ""}`;
}

const REASONS = {
  not_applicable: ["―", "該当なし"],
  unknown: ["－", "データなし"],
  suppressed: ["－", "秘匿"],
  blank: ["－", "空白"],
};

/** The number of a figure as the service writes it (`19.37` or `{missing: "blank"}`); null when there is none. */
export function valueOf(figure) {
  return typeof figure === "number" && Number.isFinite(figure) ? figure : null;
}

/** `{mark: "－", reason: "空白"}` of a figure without a number. */
export function missingOf(figure) {
  const [mark, reason] = REASONS[figure?.missing] ?? REASONS.unknown;
  return { mark, reason };
}

/** 「－（空白）」 */
export function missingWords(figure) {
  const { mark, reason } = missingOf(figure);
  return `${mark}（${reason}）`;
}

/** The number, or the mark and reason why there is none. */
export function shown(figure, decimals) {
  const value = valueOf(figure);
  return value === null ? missingWords(figure) : number(value, decimals);
}
