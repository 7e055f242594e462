// Changing the address without another turn. Excel's library takes `history` away, so its function is kept first.

const replace = globalThis.history?.replaceState?.bind(globalThis.history);

/** Shows another address. */
export function setAddress(address) {
  if (replace) replace(null, "", address);
  else globalThis.history?.replaceState?.(null, "", address);
}
