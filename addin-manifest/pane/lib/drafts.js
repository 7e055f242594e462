// What someone typed and has not saved yet, kept in the browser's storage by sheet and field until the service says it
// is in the workbook. No text may be lost: by a closed window, a stopped service, a book open in Excel, or a second
// window on the same sheet. So every field has an entry of its own, and storage is asked each time.

const PREFIX = "chiiki.draft.";

/** Drafts in `storage` (localStorage); where storage is refused they live as long as the page. */
export function drafts(storage) {
  // Only what storage did not take.
  const memory = new Map();
  const name = (id, block, field) => `${PREFIX}${id}|${block}|${field}`;
  const get = (key) => {
    if (memory.has(key)) return memory.get(key);
    try {
      const found = JSON.parse(storage?.getItem(key) ?? "null");
      return typeof found?.text === "string" ? found : null;
    } catch {
      return null;
    }
  };
  const put = (key, draft) => {
    try {
      if (storage) {
        storage.setItem(key, JSON.stringify(draft));
        memory.delete(key);
        return true;
      }
    } catch {
      // Full, or refused: see below.
    }
    memory.set(key, draft);
    return false;
  };
  const remove = (key) => {
    memory.delete(key);
    try {
      storage?.removeItem(key);
    } catch {
      // Nothing stands there, then.
    }
  };
  const keys = () => {
    const found = new Set(memory.keys());
    try {
      for (let k = 0; k < (storage?.length ?? 0); k += 1) found.add(storage.key(k));
    } catch {
      // Those of the page alone.
    }
    return [...found].filter((key) => key?.startsWith(PREFIX));
  };
  const every = () =>
    keys().flatMap((key) => {
      const draft = get(key);
      const rest = key.slice(PREFIX.length);
      const [from, to] = [rest.indexOf("|"), rest.lastIndexOf("|")];
      if (!draft || from < 0 || to <= from) return [];
      return [{ id: rest.slice(0, from), block: rest.slice(from + 1, to), field: rest.slice(to + 1), ...draft }];
    });
  return {
    /**
     * Keeps a text; `hash` is that of the text it was typed over, `sheet` the name of the sheet for the day its book is
     * no longer found. False when it lives only as long as the page.
     */
    keep(id, block, field, text, hash, sheet = "", at = new Date().toISOString()) {
      return put(name(id, block, field), { text, hash, at, ...(sheet ? { sheet } : {}) });
    },
    /** `{text, hash, at, sheet}` or null. */
    of(id, block, field) {
      return get(name(id, block, field));
    },
    /** Forgets a text: it is in the workbook now, or its writer does not want it. With `text` only if that is what is kept. */
    drop(id, block, field, text = null) {
      const key = name(id, block, field);
      if (text === null || get(key)?.text === text) remove(key);
    },
    /** `[{id, block, field, text, hash, at, sheet}]` of a sheet, or of all. */
    all(id = null) {
      return every().filter((draft) => id === null || draft.id === id);
    },
    /** How many fields of a sheet are not saved. */
    count(id) {
      return this.all(id).length;
    },
    /** Whether an entry of the storage, as a `storage` event names it, is the draft of this field. */
    isOf(key, id, block, field) {
      return key === name(id, block, field);
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
