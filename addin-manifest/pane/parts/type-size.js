// The reader's choice of type size, kept by the browser.

const NAME = "chiiki.type";
export const sizes = [["normal", "標準"], ["large", "大きめ"], ["larger", "さらに大きく"]];

/** The size in use; with `value`, chosen and kept. */
export function typeSize(value) {
  let kept = null;
  try {
    if (value) localStorage.setItem(NAME, value);
    kept = localStorage.getItem(NAME);
  } catch {
    kept = value ?? null;
  }
  const known = sizes.some(([name]) => name === (value ?? kept)) ? (value ?? kept) : "normal";
  document.documentElement.dataset.type = known;
  return known;
}
