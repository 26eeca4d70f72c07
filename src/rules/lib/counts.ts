import { elements, isList, isMap, Many, Unknown, type Value } from '../../terraform/value.js';

/**
 * The elements of a list whose number counts; undefined where it is not known, as of a list with a list in it, which
 * Terraform 0.11 made one list of: `["${aws_subnet.a.*.id}"]`.
 */
export function countable(value: Value | undefined): readonly Value[] | undefined {
  const found = elements(value);
  return found?.some(mayBeList) ? undefined : found;
}

/** A call of which nothing is known, such as split(), may give a list too. */
function mayBeList(item: Value): boolean {
  const isAnything = item instanceof Unknown && item.symbol === undefined;
  return isAnything || isList(item) || isMap(item) || item instanceof Many;
}
