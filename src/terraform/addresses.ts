const moduleSteps = /^(?:module\.[^.[]+(?:\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\])?\.)*/s;

/** The modules that an address stands in, with their keys: `module.network["a"].`; `''` for the root module. */
export function modulePathOf(address: string): string {
  return moduleSteps.exec(address)?.[0] ?? '';
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
