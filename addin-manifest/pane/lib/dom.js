// Elements without a framework. Nothing here takes HTML from a string: whatever a file or a person wrote is text.

/** `h("button", {class: "main", onclick}, "作る")`. `null`, `false` and `undefined` children are left out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  // Nothing here is a form that is sent.
  if (tag === "button") element.type = "button";
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name in element && ["value", "checked", "disabled", "selected", "hidden", "open", "indeterminate"].includes(name)) {
      element[name] = value;
    } else element.setAttribute(name, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

/** A note, as a paragraph and within a line. */
export function small(...children) {
  return h("p", { class: "note" }, children);
}
/** See `small`. */
export function aside(...children) {
  return h("span", { class: "note" }, children);
}

/** Puts children (texts, elements, lists of them) at the end. */
export function add(element, ...children) {
  for (const child of children.flat(4)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
  return element;
}

/** Replaces what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  return add(element, children);
}

const SVG = "http://www.w3.org/2000/svg";

/** A chart's tree (see chart/draw.js) as an element. */
export function draw(tree) {
  const element = document.createElementNS(SVG, tree.name);
  for (const [name, value] of Object.entries(tree.attributes)) element.setAttribute(name, String(value));
  for (const child of tree.children) element.append(typeof child === "string" ? child : draw(child));
  return element;
}

let lastId = 0;
/** An id no other element of the page has. */
export function newId(prefix = "n") {
  lastId += 1;
  return `${prefix}${lastId}`;
}

/** Says a sentence to those who listen to the page. */
export function say(sentence) {
  const live = document.getElementById("said");
  if (!live) return;
  live.textContent = "";
  // A changed text is read out; the same text twice would not be.
  setTimeout(() => (live.textContent = sentence), 30);
}

/** Calls `run` once after the calls have stopped for `wait` ms. */
export function debounce(run, wait) {
  let timer = null;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), wait);
  };
}

/**
 * Asks in a dialog; answers the value of the button pressed, or null when it was closed.
 * `buttons`: [{label, value, main}].
 */
export function ask(title, content, buttons) {
  return new Promise((done) => {
    const id = newId("dialog");
    const dialog = h(
      "dialog",
      { "aria-labelledby": id, class: "dialog" },
      h("h2", { id }, title),
      h("div", { class: "dialog-body" }, content),
      h(
        "div",
        { class: "buttons" },
        buttons.map(({ label, value, main }) =>
          h("button", { class: main ? "main" : "", onclick: () => dialog.close(String(value)) }, label),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(buttons.find((button) => String(button.value) === dialog.returnValue)?.value ?? null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Shows a sentence in a dialog with one way out. */
export function tell(title, content) {
  return ask(title, content, [{ label: "閉じる", value: "close", main: true }]);
}

/** A field with its label. `note` stands under the label. */
export function field(label, control, note = null) {
  if (!control.id) control.id = newId("f");
  const noteId = note ? newId("t") : null;
  if (noteId) control.setAttribute("aria-describedby", noteId);
  return h(
    "div",
    { class: "field" },
    h("label", { for: control.id }, label),
    note ? h("p", { class: "note", id: noteId }, note) : null,
    control,
  );
}

/** A select of [[value, words]]. */
export function select(options, value, onchange) {
  return h(
    "select",
    { onchange: (event) => onchange(event.target.value) },
    options.map(([given, words]) => h("option", { value: given, selected: String(given) === String(value) }, words)),
  );
}

/** 「令和8年11月22日 10:05」 of an ISO time; as it is when it is none. */
export function time(text) {
  const found = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}))?/.exec(text ?? "");
  if (!found) return text ?? "";
  const [, year, month, day, hour, minute] = found;
  const date = `令和${Number(year) - 2018}年${Number(month)}月${Number(day)}日`;
  return hour ? `${date} ${Number(hour)}:${minute}` : date;
}
