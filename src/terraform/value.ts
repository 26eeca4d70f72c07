import { isTold } from './numbers.js';

/**
 * What an expression can be known to be. Plain JavaScript values are known; the classes below stand for what is known
 * in part or not at all. `null` is Terraform's null, which for an argument means that it is not set.
 */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | Unknown
  | Text
  | Json
  | Many
  | Lazy;

/** A value that only an apply, or nobody, can tell. */
export class Unknown {
  /**
   * @param symbol what it is the value of, such as `aws_vpc.this.id`: two unknown values of the same symbol are the
   *   same value, whatever it is.
   */
  constructor(readonly symbol?: string) {}
}

/** A number that is known but for its last digits. */
export class Nearly extends Unknown {
  constructor(readonly near: number) {
    super();
  }
}

/** A value that is not known, and is made of these: what `base64encode` or `templatefile` makes of what is not known. */
export class MadeOf extends Unknown {
  constructor(readonly sources: readonly Value[]) {
    super();
  }
}

/** A text of which some parts are not known: `["arn:aws:s3:::", Unknown, "/*"]`. */
export class Text {
  constructor(readonly parts: readonly (string | Unknown)[]) {}
}

/** A text that is the JSON encoding of `value`; policies and container definitions are such texts. */
export class Json {
  constructor(readonly value: Value) {}
}

/** A list or set whose number of elements is not known, each of which is like `each`. */
export class Many {
  constructor(readonly each: Value) {}
}

/**
 * A map or object whose keys are not known; the value of each of them is like `each`. `named` has those keys that the
 * project itself asks for, so that what it calls by two names is not taken for one.
 */
export class OpenMap extends Many {
  constructor(
    each: Value,
    readonly named: ReadonlyMap<string, Value> = new Map(),
  ) {
    super(each);
  }
}

/** An object whose attributes are looked up one at a time: a resource, a module, a namespace such as `var`. */
export abstract class Lazy {
  abstract readonly symbol: string;
  abstract attribute(name: string): Value;
}

export const unknown = new Unknown();

/** Whether nothing of `value`, nor of what it holds, is unknown. */
export function isKnown(value: Value): boolean {
  if (Array.isArray(value)) return value.every(isKnown);
  if (value instanceof Map) return [...value].every(([key, item]) => !isOpenKey(key) && isKnown(item));
  if (value instanceof Json) return isKnown(value.value);
  return !(value instanceof Unknown || value instanceof Text || value instanceof Many || value instanceof Lazy);
}

/** Whether a map's key is not known: such a key is kept as identity() writes it, `${var.name}`. */
function isOpenKey(key: string): boolean {
  return key.includes('${');
}

/** Whether a map may have other keys than those that are known. */
export function hasOpenKey(map: ReadonlyMap<string, Value>): boolean {
  return [...map.keys()].some(isOpenKey);
}

/** A map's key as a value. */
export function keyValue(key: string): Value {
  if (!isOpenKey(key)) return key;
  const pieces = key.split(/\$\{([^{}]*)\}/);
  if (pieces.some((piece) => piece.includes('${'))) return unknown;
  return joinText(pieces.map((piece, at) => (at % 2 === 0 ? piece : new Unknown(piece))));
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

const sets = new WeakSet<readonly Value[]>();

/** A list as a set: each of its elements is its own key in `for`, `for_each` and `dynamic`. */
export function asSet(items: readonly Value[]): readonly Value[] {
  const set = [...items];
  sets.add(set);
  return set;
}

/** Whether a list is known to be a set. */
export function isSetValue(list: readonly Value[]): boolean {
  return sets.has(list);
}

export function isMap(value: Value | undefined): value is ReadonlyMap<string, Value> {
  return value instanceof Map;
}

/** The elements of a list or of a single value; undefined where their number is not known. */
export function elements(value: Value | undefined): readonly Value[] | undefined {
  if (value === undefined || value === null) return [];
  if (isList(value)) return value;
  if (value instanceof Many || value instanceof Unknown) return undefined;
  return [value];
}

/** Like elements(), but a list of unknown length gives the element that stands for all. */
export function someElements(value: Value | undefined): readonly Value[] {
  if (value instanceof OpenMap) return [];
  if (value instanceof Many) return [value.each];
  return elements(value) ?? [];
}

/**
 * A text that is the same for two values exactly if they are known to be the same value; undefined where that cannot
 * be told.
 */
export function identity(value: Value | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return value;
  if (value instanceof Unknown) return value.symbol === undefined ? undefined : `\${${value.symbol}}`;
  if (value instanceof Lazy) return `\${${value.symbol}}`;
  if (value instanceof Text) return allOf(value.parts.map(identity))?.join('');
  if (value instanceof Json) return identity(value.value);
  if (value instanceof Many) return undefined;
  if (isList(value)) {
    const parts = allOf(value.map(partIdentity));
    return parts && `[${parts.join(', ')}]`;
  }
  const entries = allOf(
    [...(value as ReadonlyMap<string, Value>)].map(([key, item]) => mapEntry(key, partIdentity(item))),
  );
  return entries && `{${entries.sort().join(', ')}}`;
}

/** Of an element: a text is quoted where it could be taken for more than one. */
function partIdentity(value: Value): string | undefined {
  const text = identity(value);
  const isText = typeof value === 'string' || value instanceof Text;
  return isText && text !== undefined && /[,"=[\]{}]/.test(text) ? JSON.stringify(text) : text;
}

function mapEntry(key: string, item: string | undefined): string | undefined {
  return item === undefined ? undefined : `${key} = ${item}`;
}

function allOf<T>(list: readonly (T | undefined)[]): T[] | undefined {
  return list.every((item) => item !== undefined) ? (list as T[]) : undefined;
}

/** Whether two values are the same: true, false, or undefined where it cannot be told. */
export function same(a: Value | undefined, b: Value | undefined): boolean | undefined {
  const [left, right] = [identity(a), identity(b)];
  if (left !== undefined && left === right) return true;
  if (a === undefined || b === undefined || !isKnown(a) || !isKnown(b)) {
    const texts = [a, b].map((value) => (typeof value === 'string' || value instanceof Text ? value : undefined));
    return texts.every((text) => text !== undefined) && cannotMatch(texts[0]!, texts[1]!) ? false : undefined;
  }
  return false;
}

/** Whether two partly known texts differ in what is known of their beginnings or ends. */
function cannotMatch(a: string | Text, b: string | Text): boolean {
  const known = (text: string | Text, at: 0 | -1) => {
    const part = typeof text === 'string' ? text : text.parts.at(at);
    return typeof part === 'string' ? part : '';
  };
  const [startA, startB] = [known(a, 0), known(b, 0)];
  const [endA, endB] = [known(a, -1), known(b, -1)];
  const start = Math.min(startA.length, startB.length);
  const end = Math.min(endA.length, endB.length);
  return (
    startA.slice(0, start) !== startB.slice(0, start) || endA.slice(-end || Infinity) !== endB.slice(-end || Infinity)
  );
}

/** How a value is shown in a message: known parts as they are, others as the references they are. */
export function show(value: Value | undefined): string {
  if (value === undefined || value === null) return 'null';
  if (value instanceof Unknown) return value.symbol === undefined ? '…' : `\${${value.symbol}}`;
  if (value instanceof Lazy) return `\${${value.symbol}}`;
  if (value instanceof Text) return value.parts.map(show).join('');
  if (value instanceof Json) return show(value.value);
  if (value instanceof OpenMap) return `{ … = ${show(value.each)}, … }`;
  if (value instanceof Many) return `[${show(value.each)}, …]`;
  if (isList(value)) return `[${value.map(show).join(', ')}]`;
  if (value instanceof Map) return `{ ${[...value].map(([key, item]) => `${key} = ${show(item)}`).join(', ')} }`;
  return String(value);
}

/** Joins texts and values to a text: known, if all are. */
export function joinText(pieces: readonly Value[]): Value {
  const parts: (string | Unknown)[] = [];
  const add = (part: string | Unknown) => {
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else if (part !== '') parts.push(part);
  };
  for (const piece of pieces) {
    if (piece instanceof Text) piece.parts.forEach(add);
    else if (piece instanceof Unknown) add(piece);
    else if (piece instanceof Json) {
      const text = encodeJson(piece.value);
      add(typeof text === 'string' ? text : new Unknown());
    } else if (piece === null || typeof piece === 'object') add(new Unknown());
    else add(String(piece));
  }
  if (parts.length === 0) return '';
  if (parts.length === 1) return parts[0]!;
  return new Text(parts);
}

/** The JSON text of a value as jsonencode() writes it, if all of it is known. */
export function encodeJson(value: Value): string | undefined {
  if (!isKnown(value)) return undefined;
  return jsonText(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function jsonText(value: Value): string {
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`;
  if (isMap(value)) {
    // An object of JavaScript's would put keys that are numbers first.
    const entries = [...value].sort(([a], [b]) => compareTexts(a, b));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`).join(',')}}`;
  }
  return JSON.stringify(value instanceof Json ? encodeJson(value.value) : value);
}

/**
 * Sorts texts as Terraform does, by their bytes in UTF-8, which is by code points; JavaScript goes by UTF-16, where
 * what is beyond U+FFFF comes before U+E000.
 */
export function compareTexts(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  const [left, right] = [a, b].map((text) => orderOf(text.charCodeAt(at)));
  return left! - right!;
}

/** The place of a unit of UTF-16, surrogates behind all others; the end of a text comes first. */
function orderOf(unit: number): number {
  if (Number.isNaN(unit)) return -1;
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

/**
 * A text as Terraform keeps it: normalised, with a mark for what is no character.
 * https://developer.hashicorp.com/terraform/language/expressions/strings
 */
export function normalText(text: string): string {
  // Nothing below is changed by it.
  return /^[\0-\u02ff]*$/.test(text) ? text : text.replaceAll(loneSurrogates, '\ufffd').normalize('NFC');
}

const loneSurrogates = /\p{Surrogate}/gu;

/** A single value as Terraform has it, or unknown where it is a number that JavaScript has not. */
export function toldValue(value: Value): Value {
  if (typeof value === 'string') return normalText(value);
  return typeof value === 'number' && !isTold(value) ? unknown : value;
}

/** Stands in parsed JSON for what was taken out, because it is nested too deep. */
export const tooDeep = Symbol('too deep');

/** How deep a value in a text of JSON is read; what is deeper is not known. */
export const deepestJson = 200;

/** A value from parsed JSON. */
export function fromPlain(plain: unknown, depth = 0): Value {
  if (plain === tooDeep || depth > deepestJson) return unknown;
  if (Array.isArray(plain)) return plain.map((item) => fromPlain(item, depth + 1));
  if (typeof plain === 'object' && plain !== null) {
    return new Map(Object.entries(plain).map(([key, item]) => [normalText(key), fromPlain(item, depth + 1)]));
  }
  return toldValue(plain as Value);
}

/** What a text that should be JSON holds: undefined where it is not known, an Error where it is not JSON. */
export function decodeJson(value: Value | undefined): Value | undefined | Error {
  if (value instanceof Json) return value.value;
  if (value instanceof Text) return decodePartlyKnown(value);
  if (typeof value !== 'string') return undefined;
  try {
    return fromPlain(JSON.parse(value));
  } catch (error) {
    return error as Error;
  }
}

/**
 * JSON written by hand with references in it. A mark stands for each value that is not known while the text is read;
 * between the JSON's quotes it is part of a text, and elsewhere a value of any kind.
 */
function decodePartlyKnown({ parts }: Text): Value | undefined | Error {
  let quoted = false;
  let anyKind = false;
  const marked = parts.map((part, at) => {
    if (part instanceof Unknown) {
      anyKind ||= !quoted;
      return quoted ? mark(at) : `"${mark(at)}"`;
    }
    for (const [quote] of part.matchAll(/\\.|"/gs)) if (quote === '"') quoted = !quoted;
    return part;
  });
  try {
    return withMarksRead(fromPlain(JSON.parse(marked.join(''))), parts);
  } catch (error) {
    // What is not known may be any piece of JSON, such as a comma and one more statement.
    return anyKind ? undefined : (error as Error);
  }
}

/** The private use area of Unicode is in no name of AWS's. */
const mark = (at: number) => `\ue000${at}\ue001`;
const marks = /\ue000(\d+)\ue001/;

function withMarksRead(value: Value, parts: Text['parts']): Value {
  if (typeof value === 'string') {
    return joinText(value.split(marks).map((piece, at) => (at % 2 === 0 ? piece : (parts[Number(piece)] ?? unknown))));
  }
  if (isList(value)) return value.map((item) => withMarksRead(item, parts));
  if (!isMap(value)) return value;
  return new Map([...value].map(([key, item]) => [show(withMarksRead(key, parts)), withMarksRead(item, parts)]));
}

/** The value where one of two is taken and it is not known which. */
export function either(a: Value, b: Value): Value {
  const [left, right] = [identity(a), identity(b)];
  if (left !== undefined && left === right && typeof a === typeof b) return a;
  if (isMap(a) && isMap(b) && a.size === b.size && [...a.keys()].every((key) => b.has(key))) {
    return new Map([...a].map(([key, item]) => [key, either(item, b.get(key)!)]));
  }
  if (a instanceof OpenMap || b instanceof OpenMap)
    return a instanceof OpenMap && b instanceof OpenMap ? new OpenMap(either(a.each, b.each)) : unknown;
  if ((isList(a) || a instanceof Many) && (isList(b) || b instanceof Many)) {
    if (isList(a) && isList(b) && a.length === b.length) return a.map((item, index) => either(item, b[index]!));
    const all = [...someElements(a), ...someElements(b)];
    return new Many(all.length === 0 ? unknown : all.reduce(either));
  }
  return unknown;
}
