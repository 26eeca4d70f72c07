/**
 * What JSON.parse() does not tell of a text that it takes: how many objects and lists are in each other at most, and
 * which keys an object has more than once, of which it takes the last. Each such key comes after those it is within.
 *
 * A scan, because parsers that report such keys call themselves for each object in another, and fail on many.
 */
export function structureOf(json: string): { depth: number; repeated: string[][] } {
  const open: { seen: Set<string>; key?: string }[] = [];
  const repeated: string[][] = [];
  let depth = 0;
  for (const [token, text, colon] of json.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[[\]{}]/g)) {
    const within = open.at(-1);
    if (token === '{' || token === '[') depth = Math.max(depth, open.push({ seen: new Set() }));
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined && within) {
      const key = JSON.parse(text!) as string;
      within.key = key;
      if (within.seen.has(key)) repeated.push(open.flatMap((level) => level.key ?? []));
      within.seen.add(key);
    }
  }
  return { depth, repeated };
}
