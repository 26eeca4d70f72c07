import type { Expression } from '../../terraform/syntax.js';

/** Types that are a word; `list` and `map` are from before Terraform 0.12, and still taken. */
const words = new Set(['string', 'number', 'bool', 'any', 'list', 'map']);
const collections = new Set(['list', 'set', 'map']);

/** Why an expression is no type; undefined for one that is. */
export function notAType(type: Expression, isNested = false): string | undefined {
  if (type.kind === 'name') {
    if (words.has(type.name) && !(isNested && (type.name === 'list' || type.name === 'map'))) return undefined;
    return collections.has(type.name) ? `${type.name} is without the type of its elements` : `${type.name} is no type`;
  }
  if (type.kind === 'literal' && typeof type.value === 'string') return `"${type.value}" is a text, not a type`;
  if (type.kind !== 'call') return 'what it is set to is no type';
  const [inner] = type.arguments;
  if (type.name === 'object') {
    if (inner?.kind !== 'object' || type.arguments.length !== 1) return 'object() is without its attributes in {}';
    return firstOf(inner.entries, ({ value }) => notAnAttribute(value));
  }
  if (type.name === 'tuple') {
    if (inner?.kind !== 'list' || type.arguments.length !== 1) return 'tuple() is without its types in []';
    return firstOf(inner.items, (item) => notAType(item, true));
  }
  if (!collections.has(type.name)) return `${type.name}() is no type`;
  if (!inner || type.arguments.length !== 1) return `${type.name}() has not one type`;
  return notAType(inner, true);
}

function notAnAttribute(type: Expression): string | undefined {
  if (type.kind !== 'call' || type.name !== 'optional') return notAType(type, true);
  const [inner] = type.arguments;
  if (!inner || type.arguments.length > 2) return 'optional() has not one type and at most one default';
  return notAType(inner, true);
}

/** Why a value that is written out cannot be converted to a type; undefined where it can, or where that is not known. */
export function misfit(value: Expression, type: Expression): string | undefined {
  if (value.kind === 'literal') return value.value === null ? undefined : literalMisfit(value.value, type);
  if (value.kind !== 'list' && value.kind !== 'object') return undefined;
  const what = value.kind === 'list' ? 'a list' : 'a map or object';
  if (type.kind === 'name') {
    const fits = type.name === 'any' || type.name === (value.kind === 'list' ? 'list' : 'map');
    return fits || !words.has(type.name) ? undefined : `${what} is no ${type.name}`;
  }
  if (type.kind !== 'call') return undefined;
  const [inner] = type.arguments;
  if (!inner) return undefined;
  switch (type.name) {
    case 'optional':
      return misfit(value, inner);
    case 'list':
    case 'set':
      return value.kind === 'list' ? firstOf(value.items, (item) => misfit(item, inner)) : `${what} is no ${type.name}`;
    case 'map':
      return value.kind === 'object'
        ? firstOf(value.entries, (entry) => misfit(entry.value, inner))
        : `${what} is no map`;
    case 'tuple':
      return value.kind === 'list' ? tupleMisfit(value.items, inner) : `${what} is no tuple`;
    case 'object':
      return value.kind === 'object' ? objectMisfit(value, inner) : `${what} is no object`;
    default:
      return undefined;
  }
}

/** https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion */
function literalMisfit(value: string | number | boolean, type: Expression): string | undefined {
  const shown = JSON.stringify(value);
  if (type.kind === 'call') {
    const [inner] = type.arguments;
    if (type.name === 'optional') return inner && literalMisfit(value, inner);
    return ['list', 'set', 'map', 'tuple', 'object'].includes(type.name) ? `${shown} is no ${type.name}` : undefined;
  }
  if (type.kind !== 'name') return undefined;
  if (type.name === 'number') {
    const isNumber = typeof value === 'number' || (typeof value === 'string' && mayBeNumber.test(value));
    return isNumber ? undefined : `${shown} is no number`;
  }
  if (type.name === 'bool') {
    const isTruth = typeof value === 'boolean' || ['true', 'false', '1', '0'].some((one) => one === value);
    return isTruth ? undefined : `${shown} is neither true nor false`;
  }
  return collections.has(type.name) ? `${shown} is no ${type.name}` : undefined;
}

/** What has a digit may be a number in one of the ways in which one can be written. */
const mayBeNumber = /^[-+]?(?!0[xXbBoO])[\d.]/;

function tupleMisfit(items: readonly Expression[], types: Expression): string | undefined {
  if (types.kind !== 'list') return undefined;
  if (types.items.length !== items.length)
    return `${items.length} elements are not the ${types.items.length} of the tuple`;
  return firstOf(items, (item, at) => misfit(item, types.items[at]!));
}

function objectMisfit(value: Expression & { kind: 'object' }, types: Expression): string | undefined {
  if (types.kind !== 'object') return undefined;
  const given = new Map<string, Expression>();
  for (const entry of value.entries) {
    // A key that is not known may be any of them.
    if (entry.key.kind !== 'literal') return undefined;
    given.set(String(entry.key.value), entry.value);
  }
  return firstOf(types.entries, ({ key, value: type }) => {
    if (key.kind !== 'literal') return undefined;
    const name = String(key.value);
    const one = given.get(name);
    if (one) return misfit(one, type);
    return type.kind === 'call' && type.name === 'optional' ? undefined : `${name} is missing`;
  });
}

function firstOf<T>(list: readonly T[], why: (item: T, at: number) => string | undefined): string | undefined {
  for (const [at, item] of list.entries()) {
    const found = why(item, at);
    if (found !== undefined) return found;
  }
  return undefined;
}
