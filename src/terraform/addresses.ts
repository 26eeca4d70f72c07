/** Deeper than any project is; keeps calls that double at each level, or go round, from filling the memory. */
export const deepestModules = 12;

/** The modules that an address stands in, with their keys: `module.network["a"].`; `''` for the root module. */
export function modulePathOf(address: string): string {
  let end = 0;
  while (address.startsWith('module.', end)) {
    const name = /[.[]/g;
    name.lastIndex = end + 'module.'.length;
    const at = name.exec(address)?.index ?? address.length;
    const behind = address[at] === '[' ? endOfKey(address, at) : at;
    if (at === end + 'module.'.length || address[behind] !== '.') break;
    end = behind + 1;
  }
  return address.slice(0, end);
}

/** An address without the keys of `count` and `for_each`, whatever is in them: `module.network.aws_subnet.public`. */
export function withoutKeys(address: string): string {
  let open = address.indexOf('[');
  if (open === -1) return address;
  const kept: string[] = [];
  let from = 0;
  while (open !== -1) {
    const end = endOfKey(address, open);
    // A bracket that is not closed opens no key, and none behind it is closed either.
    if (end === -1) break;
    kept.push(address.slice(from, open));
    from = end;
    open = address.indexOf('[', from);
  }
  kept.push(address.slice(from));
  return kept.join('');
}

/** Where what follows a key begins; -1 where its bracket is not closed. */
function endOfKey(address: string, open: number): number {
  if (address[open + 1] === '"') {
    let at = open + 2;
    while (at < address.length && address[at] !== '"') at += address[at] === '\\' ? 2 : 1;
    if (address[at + 1] === ']') return at + 2;
  }
  const close = address.indexOf(']', open);
  return close === -1 ? -1 : close + 1;
}
