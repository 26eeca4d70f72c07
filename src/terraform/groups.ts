/** Adds to what a map has under a key, in place: a copy of the list for each item takes the square of its length. */
export function addTo<K, T>(groups: Map<K, T[]>, key: K, item: T): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}
