/**
 * What a table holds under a name that someone else wrote. What every object inherits (`constructor`, `toString`,
 * `__proto__`) is in no table, so such names must not be looked up in any other way.
 */
export function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A word that someone else wrote in JSON. An object is none, and one with a `toString` of its own cannot be a text. */
export function wordOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? '' : String(value);
}
