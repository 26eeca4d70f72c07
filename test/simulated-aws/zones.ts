/**
 * What an account may see of a region's zones on another day: the first is gone, with or without a new one, so that every
 * other has another place in the list.
 */
export function zonesOfAnotherDay(zones: readonly string[]): string[][] {
  const others = zones.slice(1);
  const last = zones.at(-1)!;
  const next = last.slice(0, -1) + String.fromCharCode(last.charCodeAt(last.length - 1) + 1);
  return [[...others, next], others];
}
