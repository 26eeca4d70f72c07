import { isList, isMap, Json, MadeOf, Many, show, Text, type Value } from '../../terraform/value.js';

/**
 * All that is known of a value in one text, its references written as such: what is passed on in base64 or to a template
 * is there as it was given.
 */
export function writtenOut(value: Value | undefined, seen = new Set<MadeOf>()): string {
  if (value instanceof MadeOf) {
    // Values that are made of each other twice over are many when written out.
    if (seen.has(value)) return '';
    seen.add(value);
    return allOf(value.sources);
  }
  if (value instanceof Json) return writtenOut(value.value, seen);
  if (value instanceof Many) return writtenOut(value.each, seen);
  if (isList(value)) return allOf(value);
  if (isMap(value)) return allOf([...value.values()]);
  if (value instanceof Text) return value.parts.map((part) => writtenOut(part, seen)).join('');
  return value === undefined ? '' : show(value);

  function allOf(items: readonly Value[]): string {
    return items.map((item) => writtenOut(item, seen)).join('\n');
  }
}
