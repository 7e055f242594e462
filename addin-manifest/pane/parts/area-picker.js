// Choosing an area: by name, kana, code, within a prefecture. A combobox as the ARIA guide describes it.

import { get } from "../lib/api.js";
import { debounce, fill, h, newId, say } from "../lib/dom.js";

let prefectures = null;
async function listOfPrefectures() {
  prefectures ??= get("/prefectures").catch((error) => {
    prefectures = null;
    throw error;
  });
  const answer = await prefectures;
  return Array.isArray(answer) ? answer : (answer.prefectures ?? []);
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

/**
 * A search field; `onpick(area)` gets what was chosen. `withData` asks for areas the files hold first.
 */
export function areaPicker({ label, note, onpick, withData = false, clearAfter = false, prefecture = "" }) {
  const ids = { input: newId("area"), list: newId("list"), note: newId("note"), where: newId("where") };
  let found = [];
  let active = -1;
  let asked = null;

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
    oninput: () => search(),
    onfocus: () => input.value.trim() && found.length > 0 && open(true),
    onkeydown: keys,
    onblur: () => setTimeout(() => open(false), 150),
  });
  const where = h("select", { id: ids.where, onchange: () => look() }, h("option", { value: "" }, "すべての都道府県"));
  listOfPrefectures()
    .then((all) => {
      for (const one of all) where.append(h("option", { value: one.name, selected: one.name === prefecture }, one.name));
    })
    .catch(() => {}); // Without the list the search works all the same.

  async function look() {
    const q = input.value.trim();
    asked?.abort();
    if (q === "" && where.value === "") {
      found = [];
      open(false);
      return;
    }
    asked = new AbortController();
    try {
      const answer = await get("/areas", { q, prefecture: where.value, with_data: withData ? 1 : "", limit: 20 }, { signal: asked.signal });
      found = answer.areas;
      active = found.length === 1 ? 0 : -1;
      show();
      open(true);
      say(found.length === 0 ? "候補がありません。" : `候補が${found.length}件あります。`);
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(list, h("li", { class: "note", role: "option", "aria-disabled": "true" }, `${error.message} ${error.hint ?? ""}`));
      open(true);
    }
  }
  const search = debounce(look, 120);

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
          h("span", { class: "note" }, [area.kana, /^\d{6}$/.test(area.code ?? "") ? area.code : "", area.insurer ? `保険者は${area.insurer}` : "", area.has_data ? "数値あり" : ""].filter(Boolean).join("　")),
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
    input.value = clearAfter ? "" : fullName(area);
    if (clearAfter) found = [];
    open(false);
    onpick(area);
    say(`${fullName(area)}を選びました。`);
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
      if (!list.hidden && found.length > 0) {
        event.preventDefault();
        pick(Math.max(active, 0));
      }
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      open(false);
    }
  }

  const box = h(
    "div",
    { class: "area-picker" },
    h("div", { class: "field" }, h("label", { for: ids.input }, label), note ? h("p", { class: "note", id: ids.note }, note) : null, h("div", { class: "combo" }, input, list)),
    h("div", { class: "field where" }, h("label", { for: ids.where }, "都道府県でしぼる"), where),
  );
  box.set = (text) => (input.value = text);
  box.focusInput = () => input.focus();
  return box;
}
