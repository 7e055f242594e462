// What someone typed and has not saved yet, kept in the browser's storage by sheet and field until the service says it
// is in the workbook. No text may be lost: by a closed window, a stopped service, or a book open in Excel.

const PREFIX = "chiiki.draft.";

/** Drafts in `storage` (localStorage); where storage is refused they live as long as the page. */
export function drafts(storage) {
  const memory = new Map();
  const read = (id) => {
    if (memory.has(id)) return memory.get(id);
    let kept = {};
    try {
      const found = JSON.parse(storage?.getItem(PREFIX + id) ?? "{}");
      if (found && typeof found === "object" && !Array.isArray(found)) kept = found;
    } catch {
      kept = {};
    }
    memory.set(id, kept);
    return kept;
  };
  const write = (id, all) => {
    memory.set(id, all);
    try {
      if (Object.keys(all).length === 0) storage?.removeItem(PREFIX + id);
      else storage?.setItem(PREFIX + id, JSON.stringify(all));
      return storage !== null && storage !== undefined;
    } catch {
      return false;
    }
  };
  const key = (block, field) => `${block}|${field}`;
  return {
    /** Keeps a text; `hash` is that of the text it was typed over. False when it lives only as long as the page. */
    keep(id, block, field, text, hash, at = new Date().toISOString()) {
      return write(id, { ...read(id), [key(block, field)]: { text, hash, at } });
    },
    /** `{text, hash, at}` or null. */
    of(id, block, field) {
      const found = read(id)[key(block, field)];
      return found && typeof found.text === "string" ? found : null;
    },
    /** Forgets a text: it is in the workbook now, or its writer does not want it. */
    drop(id, block, field) {
      const all = { ...read(id) };
      delete all[key(block, field)];
      return write(id, all);
    },
    /** `[{block, field, text, hash, at}]` of a sheet. */
    all(id) {
      return Object.entries(read(id))
        .filter(([, draft]) => draft && typeof draft.text === "string")
        .map(([name, draft]) => {
          const cut = name.lastIndexOf("|");
          return { block: name.slice(0, cut), field: name.slice(cut + 1), ...draft };
        });
    },
    /** How many fields of a sheet are not saved. */
    count(id) {
      return this.all(id).length;
    },
  };
}

/**
 * What to do with a draft now that the sheet says `now` ({text, hash}):
 * "same" nothing is left to save, "restore" the sheet is as it was when the draft was typed, "conflict" somebody
 * changed the sheet meanwhile.
 */
export function standing(draft, now) {
  if (draft.text === now.text) return "same";
  return draft.hash === now.hash ? "restore" : "conflict";
}

/** Both texts, one after the other, for those who want to keep both. */
export function both(mine, theirs) {
  if (theirs.trim() === "") return mine;
  if (mine.trim() === "") return theirs;
  return `${theirs}\n${mine}`;
}
