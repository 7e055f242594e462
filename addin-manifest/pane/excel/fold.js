// The key under which headings are compared: the same as `notation::fold` in Rust, held together by shared vectors.

const DROPPED = /[\p{White_Space}\p{Cc}+\u200B-\u200F\u2060\uFEFF\u00AD]/u;
const SAME = { ヶ: "ケ", ヵ: "カ", 檮: "梼", "〜": "~", "∼": "~" };
const DASH = /[-ー\u2010-\u2015\u2212\u2500]/u;

/** NFKC, no white space, one spelling of dashes, long vowels and a few letters. */
export function fold(text) {
  let folded = once(text);
  for (;;) {
    const again = once(folded);
    if (again === folded) return folded;
    folded = again;
  }
}

function once(text) {
  const letters = [...text.normalize("NFKC")].filter((c) => !DROPPED.test(c)).map((c) => SAME[c] ?? c);
  let folded = "";
  let before = null;
  letters.forEach((letter, at) => {
    const c = DASH.test(letter) ? dash(letter, before, letters[at + 1] ?? null) : letter;
    folded += c;
    before = c;
  });
  return folded.replaceAll("当たり", "あたり").replaceAll("当り", "あたり");
}

/** A dash after a katakana is the long vowel, unless an ASCII letter or digit follows. */
function dash(letter, before, after) {
  const katakana = before !== null && /[ァ-ヺー]/u.test(before);
  const hiragana = before !== null && /[ぁ-ゖ]/u.test(before);
  const joined = after !== null && /[0-9A-Za-z]/.test(after);
  if (letter === "ー") return katakana || hiragana ? "ー" : "-";
  return katakana && !joined ? "ー" : "-";
}

/** Without white space at both ends, as Rust sees white space. */
export function trim(text) {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}
