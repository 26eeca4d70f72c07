import type { Expression } from './syntax.js';
import { evaluate, type Scope } from './evaluate.js';
import { toSet } from './functions.js';
import { numberFrom } from './numbers.js';
import { isList, isMap, unknown, type Value } from './value.js';

/**
 * A value brought to a variable's type, with the defaults of `optional()` filled in; what does not fit stays as it is.
 * https://developer.hashicorp.com/terraform/language/expressions/type-constraints
 */
export function convert(value: Value, type: Expression | undefined, scope: Scope): Value {
  if (!type || value === null) return value;
  if (type.kind === 'name') return convertPrimitive(value, type.name);
  if (type.kind !== 'call') return value;
  const [inner] = type.arguments;
  switch (type.name) {
    case 'list':
      return isList(value) ? value.map((item) => convert(item, inner, scope)) : value;
    case 'set':
      return isList(value) ? toSet(value.map((item) => convert(item, inner, scope))) : value;
    case 'map':
      return isMap(value) ? new Map([...value].map(([key, item]) => [key, convert(item, inner, scope)])) : value;
    case 'optional':
      return convert(value, inner, scope);
    case 'object':
      return isMap(value) && inner?.kind === 'object' ? convertObject(value, inner, scope) : value;
    default:
      return value;
  }
}

function convertPrimitive(value: Value, type: string): Value {
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
  if (type === 'number' && typeof value === 'string') {
    const number = numberFrom(value);
    return Number.isNaN(number) ? value : (number ?? unknown);
  }
  if (type === 'bool' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

function convertObject(value: ReadonlyMap<string, Value>, type: Expression & { kind: 'object' }, scope: Scope): Value {
  const converted = new Map<string, Value>();
  for (const { key, value: attributeType } of type.entries) {
    if (key.kind !== 'literal') continue;
    const name = String(key.value);
    const optional = attributeType.kind === 'call' && attributeType.name === 'optional' ? attributeType : undefined;
    const given = value.get(name) ?? null;
    const fallback = optional?.arguments[1];
    const present = given === null && fallback ? evaluate(fallback, scope) : given;
    converted.set(name, convert(present, attributeType, scope));
  }
  return converted;
}
