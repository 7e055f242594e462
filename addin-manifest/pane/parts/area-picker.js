// Choosing an area: by name, kana, code, within a prefecture. A combobox as the ARIA guide describes it.

import { get } from "../lib/api.js";
import { aside, debounce, fill, h, newId, say } from "../lib/dom.js";

let prefectures = null;
async function listOfPrefectures() {
  prefectures ??= get("/prefectures").catch((error) => {
    prefectures = null;
    throw error;
  });
  return (await prefectures).prefectures;
}

/** 「見本県 みほん市」 */
export function fullName(area) {
  if (!area.prefecture || area.level === "prefecture" || area.name.startsWith(area.prefecture)) return area.name;
  return `${area.prefecture} ${area.name}`;
}

/** Whether two are the same area: by code, else by name whatever its spaces (the settings are written by hand). */
export function sameArea(a, b) {
  if (a.code && b.code) return a.code === b.code;
  const plain = (area) => fullName(area).replace(/\s/g, "");
  return plain(a) === plain(b);
}

/** What requests carry: the code where there is one, else the name. */
export function areaId(area) {
  return area.code ?? fullName(area);
}

/** The one area a name alone means, whatever its spaces; null when it means none, or several. */
export function exactOf(text, areas) {
  const plain = (name) => name.normalize("NFKC").replace(/\s/g, "");
  const names = (area) => [fullName(area), fullName(area).replace(area.prefecture || /^$/, ""), area.code ?? ""].map(plain);
  const fits = areas.filter((area) => names(area).includes(plain(text)));
  return text.trim() !== "" && fits.length === 1 ? fits[0] : null;
}

/**
 * A search field; `onpick(area)` gets what was chosen. With `onclear` it holds a choice: typing takes it back, so that
 * the field never shows another area than the one in use; leaving it takes a name that means one area alone, or brings
 * the choice back.
 */
export function areaPicker({ label, note, onpick, onclear = null, clearAfter = false, prefecture = "" }) {
  const ids = { input: newId("area"), list: newId("list"), note: newId("note"), where: newId("where") };
  let found = [];
  let foundFor = null;
  let active = -1;
  let asked = null;
  let chosen = null;
  let before = null;
  const told = h("p", { class: "note", role: "status" });

  const list = h("ul", { role: "listbox", id: ids.list, class: "options", hidden: true, "aria-label": `${label}の候補` });
  const input = h("input", {
    type: "text",
    id: ids.input,
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "名前・ふりがな・団体コード",
    "aria-expanded": "false",
    "aria-controls": ids.list,
    "aria-autocomplete": "list",
    "aria-describedby": note ? ids.note : null,
    oninput: () => {
      if (chosen) {
        before = chosen;
        chosen = null;
        onclear?.();
      }
      fill(told);
      active = -1;
      search();
    },
    onfocus: () => input.value.trim() && found.length > 0 && !chosen && open(true),
    onkeydown: keys,
    onblur: (event) => {
      setTimeout(() => open(false), 150);
      // Whoever goes to the prefectures is still choosing.
      if (event.relatedTarget !== where) settle();
    },
  });
  const where = h("select", { id: ids.where, onchange: () => look(), onblur: (event) => event.relatedTarget !== input && settle() }, h("option", { value: "" }, "すべての都道府県"));
  listOfPrefectures()
    .then((all) => {
      for (const one of all) where.append(h("option", { value: one.name, selected: one.name === prefecture }, one.name));
    })
    .catch(() => {}); // Without the list the search works all the same.

  const wanted = () => JSON.stringify([input.value.trim(), where.value]);

  let looking = null;
  function look() {
    const now = wanted();
    if (looking?.now !== now) looking = { now, answer: find(now).finally(() => looking?.now === now && (looking = null)) };
    return looking.answer;
  }

  async function find(now) {
    const q = input.value.trim();
    asked?.abort();
    if (q === "" && where.value === "") {
      found = [];
      foundFor = now;
      open(false);
      return;
    }
    asked = new AbortController();
    try {
      const answer = await get("/areas", { q, prefecture: where.value, limit: 20 }, { signal: asked.signal });
      found = answer.areas;
      foundFor = now;
      active = found.length === 1 ? 0 : -1;
      show();
      open(document.activeElement === input || document.activeElement === where);
      say(found.length === 0 ? "候補がありません。" : `候補が${found.length}件あります。`);
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(list, h("li", { class: "note", role: "option", "aria-disabled": "true" }, `${error.message} ${error.hint ?? ""}`));
      open(true);
    }
  }
  const search = debounce(() => chosen || look(), 120);

  function show() {
    fill(
      list,
      found.map((area, index) =>
        h(
          "li",
          {
            role: "option",
            id: `${ids.list}-${index}`,
            "aria-selected": String(index === active),
            class: index === active ? "active" : "",
            onmousedown: (event) => event.preventDefault(),
            onclick: () => pick(index),
          },
          h("span", { class: "option-name" }, fullName(area)),
          aside([area.kana, /^\d{6}$/.test(area.code ?? "") ? area.code : "", area.insurer ? `保険者は${area.insurer}` : "", area.has_data ? "数値あり" : ""].filter(Boolean).join("　")),
        ),
      ),
      found.length === 0
        ? h("li", { class: "note", role: "option", "aria-disabled": "true" }, "見つかりません。市・町・村や「広域連合」まで入れるか、都道府県を選んでください。")
        : null,
    );
    input.setAttribute("aria-activedescendant", active >= 0 ? `${ids.list}-${active}` : "");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  function open(yes) {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
  }

  function pick(index) {
    const area = found[index];
    if (!area) return;
    take(area);
  }

  function take(area) {
    input.value = clearAfter ? "" : fullName(area);
    if (clearAfter) found = [];
    if (onclear) chosen = before = area;
    fill(told);
    open(false);
    onpick(area);
    say(`${fullName(area)}を選びました。`);
  }

  async function meaning() {
    if (foundFor !== wanted()) await look();
    return foundFor === wanted() ? exactOf(input.value, found) : null;
  }

  /** The field is left: its text is a choice, or the choice before it comes back. */
  async function settle() {
    if (!onclear || chosen) return;
    const text = input.value.trim();
    const area = text === "" ? null : await meaning();
    if (chosen || input.value.trim() !== text || document.activeElement === input) return;
    if (area) take(area);
    else if (before && (list.hidden || !list.matches(":hover"))) {
      take(before);
      if (text !== "") fill(told, `「${text}」では1つに決まらないため、${fullName(before)}に戻しました。`);
    } else if (text !== "") fill(told, "候補から1つ選んでください。");
  }

  function keys(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden && found.length === 0) look();
      if (found.length === 0) return;
      active = (active + (event.key === "ArrowDown" ? 1 : found.length - 1) + (active < 0 && event.key === "ArrowUp" ? 1 : 0)) % found.length;
      show();
      open(true);
    } else if (event.key === "Enter") {
      if (chosen || input.value.trim() === "") return;
      event.preventDefault();
      if (foundFor === wanted() && found[active]) pick(active);
      else enter();
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      open(false);
    }
  }

  async function enter() {
    const area = await meaning();
    if (area) take(area);
    else if (document.activeElement === input) {
      fill(told, "1つに決まりません。候補から選んでください。");
      open(true);
    }
  }

  const box = h(
    "div",
    { class: "area-picker" },
    h("div", { class: "field" }, h("label", { for: ids.input }, label), note ? h("p", { class: "note", id: ids.note }, note) : null, h("div", { class: "combo" }, input, list), told),
    h("div", { class: "field where" }, h("label", { for: ids.where }, "都道府県でしぼる"), where),
  );
  box.set = (area) => {
    chosen = before = area;
    input.value = fullName(area);
  };
  return box;
}
