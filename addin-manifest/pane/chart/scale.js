// Axes with round numbers: steps of 1, 2, 2.5 or 5 that hold all values (src/handout/chart/scale.rs).

import { number } from "../lib/numbers.js";

/** A scale around finite values in about `wanted` steps. */
export function around(values, wanted) {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return scale(0, 1, 0.5);
  const lo = Math.min(...finite);
  const hi = Math.max(...finite);
  // Equal values (or a span lost in rounding) would give a step of nothing.
  const span = Math.max(hi - lo, Math.max(Math.abs(hi), Math.abs(lo)) * 0.02, 1e-6);
  const rough = span / Math.max(wanted, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((s) => s * power).find((s) => s >= rough * 0.999) ?? power * 10;
  const from = Math.floor(lo / step) * step;
  const to = Math.ceil(hi / step) * step;
  return scale(from, to <= from ? from + step : to, step);
}

/** Like `around`, starting at nought as bars must. */
export function fromNought(values, wanted) {
  return around([...values, 0], wanted);
}

function scale(lo, hi, step) {
  const at = (value, length) => ((value - lo) / (hi - lo)) * length;
  return {
    lo,
    hi,
    at,
    ticks(length) {
      const decimals = [0, 1, 2, 3].find((d) => Math.abs(step * 10 ** d - Math.round(step * 10 ** d)) < 1e-6) ?? 4;
      const count = Math.min(Math.max(Math.round((hi - lo) / step), 1), 40);
      return Array.from({ length: count + 1 }, (_, k) => {
        const value = lo + step * k;
        return { at: at(value, length), label: number(value, decimals) };
      });
    },
  };
}
