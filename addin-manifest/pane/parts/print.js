// What is printed is whole: what is folded is opened (but for what says `as-is`), lists cut short are shown to their end, and texts that scroll in
// their fields stand in full beside them. On the screen everything is as before afterwards.

import { h } from "../lib/dom.js";

/** Gets a part of the page ready whenever it is printed. */
export function printWhole(root) {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...root.querySelectorAll("details:not([open]):not(.more):not(.as-is)")].filter((one) => !one.closest(".screen"));
    for (const one of opened) one.open = true;
    // Each press of such a button shows more, until there is none left.
    const cut = () => [...root.querySelectorAll("button.rest")].filter((one) => !one.closest("details:not([open])"));
    for (let k = 0; k < 100 && cut().length > 0; k += 1) for (const one of cut()) one.click();
    for (const field of root.querySelectorAll("textarea")) {
      if (!field.nextElementSibling?.matches(".print-text")) field.after(h("div", { class: "print-text", "aria-hidden": "true" }));
      field.nextElementSibling.textContent = field.value;
    }
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
    for (const one of root.querySelectorAll(".print-text")) one.remove();
  });
}
