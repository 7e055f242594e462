// 指標追加: the indicators by purpose, to be ticked. What stands on the form anyway is shown as such.

import { aside, fill, h, newId } from "../lib/dom.js";

/** The tree of {purposes}; `chosen` is a Set of ids, `onchange()` follows each tick. */
export function indicatorTree(purposes, chosen, onchange) {
  const count = h("p", { class: "note", role: "status" });
  const body = h("div", { class: "tree" });
  const filter = h("input", { type: "search", id: newId("f"), placeholder: "指標の名前か番号", oninput: () => show() });
  const tell = () => (count.textContent = chosen.size === 0 ? "追加する指標は選ばれていません。" : `追加する指標：${chosen.size}件`);

  function show() {
    const wanted = filter.value.trim().normalize("NFKC").toLowerCase();
    const match = (one) => wanted === "" || `${one.id} ${one.name}`.normalize("NFKC").toLowerCase().includes(wanted);
    const seen = new Set();
    fill(
      body,
      purposes.map((purpose) => {
        const groups = purpose.children
          .map((group) => ({ ...group, indicators: group.indicators.filter(match) }))
          .filter((group) => group.indicators.length > 0);
        if (groups.length === 0) return null;
        const ticked = groups.some((group) => group.indicators.some((one) => chosen.has(one.id)));
        return h(
          "details",
          { open: wanted !== "" || ticked },
          h("summary", {}, purpose.name),
          groups.map((group) =>
            h(
              "fieldset",
              {},
              h("legend", {}, group.name),
              group.indicators.map((one) => {
                const first = !seen.has(one.id);
                seen.add(one.id);
                return item(one, first);
              }),
            ),
          ),
        );
      }),
    );
    if (!body.firstChild) body.append(h("p", {}, "当てはまる指標がありません。"));
  }

  function item(one) {
    const tick = h("input", {
      type: "checkbox",
      checked: one.on_form || chosen.has(one.id),
      disabled: one.on_form,
      onchange: (event) => {
        if (event.target.checked) chosen.add(one.id);
        else chosen.delete(one.id);
        tell();
        onchange();
      },
    });
    const unit = one.unit ? `（${one.unit}）` : "";
    return h("label", { class: "tick" }, tick, h("span", {}, `${one.id} ${one.name}${unit}`, one.on_form ? aside(" 様式にあります") : null));
  }

  tell();
  show();
  return h("div", {}, h("div", { class: "field" }, h("label", { for: filter.id }, "指標をさがす"), filter), count, body);
}
