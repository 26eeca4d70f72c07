import { addTo } from './groups.js';
import path from 'node:path';

import type { Budget } from './budget.js';
import { EvaluationError, NotTold } from './evaluation-error.js';
import { addressText, parseRange, rangeText, sizeOf, type AddressRange } from './address-range.js';
import { calculated, isTold, numberFrom } from './numbers.js';
import { allMatches, firstMatch, replacePattern } from './regular-expressions.js';
import {
  asSet,
  compareTexts,
  decodeJson,
  either,
  elements,
  encodeJson,
  hasOpenKey,
  identity,
  isKnown,
  isList,
  isMap,
  isSetValue,
  joinText,
  Json,
  keyValue,
  Lazy,
  MadeOf,
  Many,
  Nearly,
  OpenMap,
  Text,
  Unknown,
  unknown,
  type Value,
} from './value.js';

/** What functions may see of the disk: files of the project. */
export interface Files {
  /** The text of a file, or undefined where there is none or it may not be read. */
  read(file: string): string | undefined;
}

/** What a call may see and what it may cost. */
export interface CallContext {
  readonly files: Files;
  readonly budget: Budget;
}

type Implementation = (args: readonly Value[], context: CallContext) => Value;

/**
 * Calls a Terraform function: what it gives, as far as that can be known. Throws EvaluationError where Terraform would
 * refuse, and LimitReached for what costs more than the budget allows.
 * https://developer.hashicorp.com/terraform/language/functions
 */
export function callFunction(name: string, args: readonly Value[], context: CallContext): Value {
  const { budget } = context;
  for (const arg of args) budget.spend(Math.floor(budget.sizeOf(arg) / sizePerStep));
  try {
    return called(withoutNamespace(name), args, context);
  } catch (error) {
    if (error instanceof NotTold) return unknown;
    throw error;
  }
}

function called(name: string, args: readonly Value[], context: CallContext): Value {
  // Terraform refuses that of all others, and none of them looks whether it was given anything.
  if (args.length === 0 && name !== 'merge') return unknown;
  const partly = onPartlyKnown.get(name);
  if (partly) return partly(args, context);
  const known = onKnown.get(name);
  if (!known) return unknown;
  if (!args.every(isKnown)) return changing.has(name) ? new MadeOf(args) : unknown;
  return known(
    args.map((arg) => (arg instanceof Json ? encodeJson(arg.value)! : arg)),
    context,
  );
}

/** Functions that change something about a text, and leave in it what a reader of it would look for. */
const changing = new Set(['chomp', 'indent', 'replace', 'trim', 'trimprefix', 'trimspace', 'trimsuffix']);

/** Most functions only look at what they are given, or copy it. */
const sizePerStep = 64;

/** Whether Terraform has a function of this name; providers bring others, with `::`. */
export function isFunction(name: string): boolean {
  const plainName = withoutNamespace(name);
  return plainName.includes('::') || onKnown.has(plainName) || onPartlyKnown.has(plainName) || others.has(plainName);
}

function withoutNamespace(name: string): string {
  return name.replace(/^core::/, '');
}

/** Functions whose result is never known here. */
const others = new Set(
  (
    'bcrypt csvdecode filebase64 filebase64sha256 filebase64sha512 filemd5 filesha1 ' +
    'filesha256 filesha512 fileset formatdate issensitive plantimestamp rsadecrypt ' +
    'templatestring textdecodebase64 textencodebase64 timeadd timecmp timestamp try can type uuid uuidv5 ' +
    'yamldecode yamlencode defaults ephemeralasnull encode_tfvars decode_tfvars encode_expr list map urldecode ' +
    'convert'
  ).split(' '),
);

function numberOf(value: Value | undefined): number {
  const number = typeof value === 'string' ? numberFrom(value) : value;
  if (number === undefined && value !== undefined) throw new NotTold();
  if (typeof number !== 'number' || Number.isNaN(number)) throw new EvaluationError('is not a number');
  return told(number);
}

/** A number that is the one that Terraform has. Throws NotTold. */
function told(number: number | undefined): number {
  if (number === undefined || !isTold(number)) throw new NotTold();
  return number;
}

/** A text whose characters are ASCII: JavaScript and Go do not agree on the letters of all others. */
function asciiOf(value: Value | undefined): string {
  const text = textOf(value);
  // oxlint-disable-next-line no-control-regex
  if (!/^[\0-\x7f]*$/.test(text)) throw new NotTold();
  return text;
}

/** A text whose characters stand alone, none of them part of another: what Terraform counts are those that one sees. */
function plainOf(value: Value | undefined): string {
  const text = textOf(value);
  // oxlint-disable-next-line no-control-regex
  if (!/^[\0-\x0c\x0e-\u02ff]*$/.test(text)) throw new NotTold();
  return text;
}

function textOf(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new EvaluationError('is not a text');
}

function listOf(value: Value | undefined): readonly Value[] {
  if (isList(value)) return value;
  throw new EvaluationError('is not a list');
}

/** A set: distinct, and in Terraform's order where all are known texts. */
export function toSet(items: readonly Value[]): readonly Value[] {
  const distinct = distinctOf(unified(items));
  return asSet(inOrder(distinct));
}

/** Elements in the order of a set, which is that of their values; it is not known where theirs are not. */
function inOrder(items: readonly Value[]): readonly Value[] {
  if (items.every((item) => typeof item === 'string')) return items.toSorted(compareTexts);
  if (items.every((item) => typeof item === 'number' || typeof item === 'boolean'))
    return items.toSorted((a, b) => Number(a) - Number(b));
  return items;
}

/** Elements of one type: Terraform makes texts of numbers and truths where some are texts. */
function unified(items: readonly Value[]): readonly Value[] {
  const kinds = new Set(items.filter((item) => item !== null && !(item instanceof Unknown)).map(kindOf));
  const isMixed = kinds.size > 1 && [...kinds].every((kind) => kind !== 'object');
  return isMixed ? items.map((item) => (isSingle(item) ? String(item) : item)) : items;
}

function kindOf(item: Value): string {
  return item instanceof Text || item instanceof Json ? 'string' : typeof item;
}

function isSingle(item: Value): item is number | boolean {
  return typeof item === 'number' || typeof item === 'boolean';
}

/** Texts as tolist() makes them for a function of texts. */
function texts(items: readonly Value[]): readonly Value[] {
  return items.map((item) => (isSingle(item) ? String(item) : item));
}

/** The identity of what is known. */
function knownIdentity(value: Value | undefined): string {
  const text = identity(value);
  if (text === undefined) throw new NotTold();
  return text;
}

function distinctOf(items: readonly Value[]): Value[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = identity(item);
    if (key === undefined) return true;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function flatten(items: readonly Value[], budget: Budget): Value {
  const flat: Value[] = [];
  let open = false;
  for (const item of items) {
    if (isList(item)) {
      const inner = flatten(item, budget);
      if (inner instanceof Many) {
        open = true;
        flat.push(inner.each);
      } else {
        budget.refuseList(flat.length + (inner as Value[]).length);
        // A call takes only so many arguments.
        for (const one of inner as Value[]) flat.push(one);
      }
    } else if (item instanceof Many && !(item instanceof OpenMap)) {
      open = true;
      const inner = flatten([item.each], budget);
      for (const one of inner instanceof Many ? [inner.each] : (inner as Value[])) flat.push(one);
    } else if (item instanceof Unknown) {
      open = true;
      flat.push(unknown);
    } else flat.push(item);
  }
  return open ? manyOf(flat) : flat;
}

/** A list of which it is not known which of these it has, and how often. */
function manyOf(items: readonly Value[]): Many {
  return new Many(items.length === 0 ? unknown : items.reduce(either));
}

function concat(args: readonly Value[]): Value {
  if (args.every(isList)) return (args as Value[][]).flat();
  return manyOf(args.flatMap((arg) => (isList(arg) ? arg : [arg instanceof Many ? arg.each : unknown])));
}

function coalesce(args: readonly Value[], isEmpty: (value: Value) => boolean): Value {
  for (const arg of args) {
    if (arg instanceof Unknown || arg instanceof Many) return args.slice(args.indexOf(arg)).reduce(either);
    if (arg instanceof Text && arg.parts.every((part) => part instanceof Unknown)) return unknown;
    if (!isEmpty(arg)) return unified([arg, ...args])[0]!;
  }
  throw new EvaluationError('has no argument that is set');
}

function element(list: Value, index: Value): Value {
  if (list instanceof Many) return list.each;
  if (!isList(list)) return unknown;
  if (list.length === 0) throw new EvaluationError('has an empty list');
  if (!isKnown(index)) return list.reduce(either);
  const at = wholeNumberOf(index);
  // Versions of Terraform do not agree on it.
  return at < 0 ? unknown : list[at % list.length]!;
}

function whole(name: 'ceil' | 'floor', value: Value): Value {
  if (!(value instanceof Nearly)) return isKnown(value) ? Math[name](numberOf(value)) : unknown;
  const { near } = value;
  // Whatever the last digits are, they do not reach the next whole number.
  const isBetween = Math.abs(near - Math.round(near)) > 1e-9 * Math.max(1, Math.abs(near) / 1e3);
  return isBetween ? Math[name](near) : unknown;
}

function outermost(name: 'min' | 'max', args: readonly Value[]): Value {
  const numbers = args.map((arg) => (arg instanceof Nearly ? arg.near : isKnown(arg) ? numberOf(arg) : undefined));
  const known = numbers.filter((number) => number !== undefined);
  if (known.length < args.length) return unknown;
  const found = known.reduce((a, b) => Math[name](a, b));
  return args[numbers.indexOf(found)] instanceof Nearly ? new Nearly(found) : found;
}

/** Functions by name. */
function functions(table: Readonly<Record<string, Implementation>>): ReadonlyMap<string, Implementation> {
  return new Map(Object.entries(table));
}

/** Functions that say something of values of which not all is known. */
const onPartlyKnown = functions({
  length: ([value]) => {
    // Of values that are not known, two may be one.
    if (isList(value)) return value.length > 1 && isSetValue(value) && !isKnown(value) ? unknown : value.length;
    if (isMap(value)) return value.size > 1 && hasOpenKey(value) ? unknown : value.size;
    if (typeof value === 'string') return plainOf(value).length;
    return unknown;
  },
  concat: (args, { budget }) => {
    budget.refuseList(sumOf(args.filter(isList), ({ length }) => length));
    return concat(args);
  },
  flatten: ([list], { budget }) =>
    isList(list) ? flatten(list, budget) : list instanceof Many ? flatten([list], budget) : unknown,
  base64encode: ([value]) => {
    if (!isKnown(value!)) return new MadeOf([value!]);
    const text = value instanceof Json ? encodeJson(value.value) : value;
    return Buffer.from(textOf(text)).toString('base64');
  },
  base64gzip: ([value]) => new MadeOf([value!]),
  templatefile: ([, variables]) => (variables === undefined ? unknown : new MadeOf([variables])),
  tolist: ([value]) => (isList(value) ? [...unified(value)] : value!),
  toset: ([value]) => (isList(value) ? toSet(value) : value!),
  tomap: ([value]) => {
    if (!isMap(value)) return value!;
    const items = unified([...value.values()]);
    return new Map([...value.keys()].map((key, at) => [key, items[at]!]));
  },
  sensitive: ([value]) => value!,
  nonsensitive: ([value]) => value!,
  distinct: ([value]) => {
    if (!isList(value)) return value!;
    const items = distinctOf(unified(value));
    // Of values that are not known, two may be one.
    return items.length > 1 && items.some((item) => identity(item) === undefined) ? manyOf(items) : items;
  },
  reverse: ([value]) => (isList(value) ? value.toReversed() : value!),
  sort: ([value]) => {
    if (!isList(value)) return value!;
    const items = texts(value);
    if (items.every((item) => typeof item === 'string')) return items.toSorted(compareTexts);
    // Any of them may be at any place.
    const each = items.reduce(either);
    return items.map(() => each);
  },
  compact: ([value]) => {
    if (!isList(value)) return value!;
    const kept = texts(value).filter((item) => item !== null && item !== '');
    return kept.some((item) => item instanceof Unknown) ? manyOf(kept) : kept;
  },
  element: ([list, index]) => element(list!, index!),
  slice: ([list, from, to]) => {
    if (list instanceof Many) return list;
    if (!isList(list) || !isKnown(from!) || !isKnown(to!)) {
      return isList(list) && list.length > 0 ? new Many(list.reduce(either)) : unknown;
    }
    if (wholeNumberOf(to) > list.length || wholeNumberOf(from) > numberOf(to) || numberOf(from) < 0)
      throw new EvaluationError('ends past the end of the list');
    return list.slice(numberOf(from), numberOf(to));
  },
  one: ([list]) => {
    // It is null where there is none.
    if (list instanceof Many) return list.each instanceof Unknown || list.each instanceof Lazy ? list.each : unknown;
    if (!isList(list)) return unknown;
    if (list.length > 1) throw new EvaluationError('has more than one element');
    return list[0] ?? null;
  },
  lookup: ([map, key, fallback]) => {
    if (!isMap(map) || !isKnown(key!)) return unknown;
    const found = map.get(textOf(key));
    if (found !== undefined) return found;
    if (hasOpenKey(map)) return unknown;
    if (fallback === undefined) throw new EvaluationError(`has no key ${JSON.stringify(key)}`);
    return fallback;
  },
  merge: (args, { budget }) => {
    const merged = new Map<string, Value>();
    budget.refuseList(sumOf(args.filter(isMap), ({ size }) => size));
    for (const arg of args) {
      if (arg === null) continue;
      if (!isMap(arg)) return unknown;
      for (const [key, value] of arg) merged.set(key, value);
    }
    return merged;
  },
  keys: ([map]) => {
    if (isMap(map)) return [...map.keys()].sort(compareTexts).map(keyValue);
    return map instanceof Many ? new Many(unknown) : unknown;
  },
  values: ([map]) => {
    if (isMap(map)) return [...map.keys()].sort(compareTexts).map((key) => map.get(key)!);
    return map instanceof Many ? new Many(map.each) : unknown;
  },
  zipmap: ([keys, values]) => {
    if (isList(keys) && isList(values) && keys.length !== values.length)
      throw new EvaluationError('has not as many values as keys');
    if (!isList(keys) || !isList(values) || !keys.every((key) => typeof key === 'string')) return unknown;
    return new Map(keys.map((key, index) => [key as string, values[index] ?? unknown]));
  },
  coalesce: (args) => coalesce(args, (value) => value === null || value === ''),
  coalescelist: (args) => coalesce(args, (value) => value === null || (isList(value) && value.length === 0)),
  contains: ([list, wanted]) => {
    if (!isList(list)) return unknown;
    const key = identity(wanted);
    const found = key === undefined ? [] : list.filter((item) => identity(item) === key);
    if (found.some((item) => typeof item === typeof wanted && (item === null) === (wanted === null))) return true;
    // "1" is no 1, unless the list's type makes it one.
    return found.length === 0 && isKnown(wanted!) && list.every(isKnown) ? false : unknown;
  },
  join: ([separator, ...lists], { budget }) => {
    const each = lists.map(elements);
    if (!each.every((items) => items !== undefined)) return unknown;
    const items = each.flat();
    budget.refuseText(items.length * (budget.sizeOf(separator!) - budget.sizeOf('')));
    return joinText(items.flatMap((item, index) => (index === 0 ? [item] : [separator!, item])));
  },
  format: ([pattern, ...args]) => (typeof pattern === 'string' ? formatted(pattern, args) : unknown),
  jsonencode: ([value]) => new Json(value!),
  jsondecode: ([text]) => {
    const decoded = decodeJson(text);
    if (decoded instanceof Error) throw new EvaluationError('is not JSON');
    return decoded ?? unknown;
  },
  tostring: ([value]) => (isKnown(value!) && value !== null ? textOf(value) : value!),
  tonumber: ([value]) => (isKnown(value!) && value !== null ? numberOf(value) : value!),
  tobool: ([value]) => {
    if (value === 'true' || value === 'false') return value === 'true';
    if (typeof value === 'string' || typeof value === 'number') throw new EvaluationError('is neither true nor false');
    return value!;
  },
  lower: ([value]) => mapText(value!, (part) => asciiOf(part).toLowerCase()),
  upper: ([value]) => mapText(value!, (part) => asciiOf(part).toUpperCase()),
  startswith: ([text, start]) => {
    const first = text instanceof Text ? text.parts[0] : text;
    if (typeof first !== 'string' || typeof start !== 'string') return unknown;
    if (first.startsWith(start)) return true;
    return text instanceof Text && start.startsWith(first) ? unknown : false;
  },
  ceil: ([n]) => whole('ceil', n!),
  floor: ([n]) => whole('floor', n!),
  min: (args) => outermost('min', args),
  max: (args) => outermost('max', args),
  cidrsubnet: ([prefix, bits, number]) => {
    if (isKnown(prefix!) && isKnown(bits!) && isKnown(number!)) return cidrSubnet(prefix!, bits!, number!);
    const [of, cut] = [identity(prefix), [bits, number].map(identity)];
    return of !== undefined && cut.every((part) => part !== undefined)
      ? new Unknown(`cidrsubnet(${of}, ${cut.join(', ')})`)
      : unknown;
  },
});

/** A verb of a pattern of format(); the numbers in one have at most three digits, as do those that people write. */
const verb = /(%%|%(?:\[\d{1,3}\])?[-+# 0]{0,5}\d{0,3}(?:\.\d{1,3})?[a-zA-Z])/;

/** https://developer.hashicorp.com/terraform/language/functions/format */
function formatted(pattern: string, args: readonly Value[]): Value {
  let next = 0;
  const pieces = pattern.split(verb).map((piece, at): Value => {
    // What stands between verbs is text; a lone % begins one that is not understood.
    if (at % 2 === 0) return piece.includes('%') ? unknown : piece;
    if (piece === '%%') return '%';
    const explicit = /\[(\d+)\]/.exec(piece);
    if (explicit) next = Number(explicit[1]) - 1;
    // The next verb goes on from there.
    const arg = args[next++];
    if (arg === undefined) throw new EvaluationError('has too few arguments for its pattern');
    if (/^%(\[\d+\])?[dsv]$/.test(piece)) return simplyFormatted(piece.at(-1)!, arg);
    const [, width] = /^%(?:\[\d+\])?0(\d+)d$/.exec(piece) ?? [];
    return width && isKnown(arg) && wholeNumberOf(arg) >= 0
      ? String(numberOf(arg)).padStart(Number(width), '0')
      : unknown;
  });
  return joinText(pieces);
}

/** Go writes large and small numbers with an exponent for `%v`. */
function simplyFormatted(verb: string, arg: Value): Value {
  if (verb === 'd' && isKnown(arg)) return wholeNumberOf(arg);
  if (verb !== 'v' || typeof arg !== 'number') return arg;
  return Math.abs(arg) < 1e6 && (arg === 0 || Math.abs(arg) >= 1e-3) ? arg : unknown;
}

function sumOf<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0);
}

/** Changes the known parts of a text; the rest is another unknown value than before. */
function mapText(value: Value, change: (part: string) => string): Value {
  if (value instanceof Text)
    return new Text(value.parts.map((part) => (typeof part === 'string' ? change(part) : new Unknown())));
  return isKnown(value) ? change(textOf(value)) : unknown;
}

/** Functions of values that are all known. */
const onKnown = functions({
  abs: ([n]) => Math.abs(numberOf(n)),
  // Logarithms differ in their last digits.
  log: () => unknown,
  pow: ([n, power]) => {
    const [base, exponent] = [numberOf(n), numberOf(power)];
    if (!Number.isInteger(base) || !Number.isInteger(exponent) || exponent < 0) return unknown;
    return told(base ** exponent);
  },
  signum: ([n]) => Math.sign(wholeNumberOf(n)),
  sum: ([list]) => {
    if (listOf(list).length === 0) throw new EvaluationError('has nothing to add up');
    return listOf(list).reduce<number>((total, n) => told(calculated('+', total, numberOf(n))), 0);
  },
  parseint: ([text, base]) => {
    const radix = wholeNumberOf(base);
    if (typeof text !== 'string' || radix < 2 || radix > 62) throw new EvaluationError('is not a number');
    // Beyond 36 Go tells capital letters from small ones.
    if (radix > 36) return unknown;
    const digits = /^[+-]?([0-9a-z]+)$/i.exec(text)?.[1] ?? '';
    if (digits === '' || [...digits].some((digit) => !(Number.parseInt(digit, 36) < radix)))
      throw new EvaluationError('is not a number');
    return told(Number.parseInt(text, radix));
  },
  range: (args) => {
    const [from, to, step] =
      args.length === 1
        ? [0, numberOf(args[0]), 1]
        : [numberOf(args[0]), numberOf(args[1]), args[2] === undefined ? 1 : numberOf(args[2])];
    const way = args.length < 3 && to! < from! ? -1 : step!;
    if (way === 0 || (way > 0 ? to! < from! : to! > from!)) throw new EvaluationError('never comes to its end');
    const list: number[] = [];
    for (let n = from!; way > 0 ? n < to! : n > to!; n = told(calculated('+', n, way))) {
      if (list.length >= 1024) throw new EvaluationError('is more than 1024 numbers');
      list.push(n);
    }
    return list;
  },
  split: ([separator, text]) => {
    if (textOf(separator) === '') return [...textOf(text)];
    return textOf(text) === '' ? [''] : textOf(text).split(textOf(separator));
  },
  chomp: ([text]) => trimSet(textOf(text), '\r\n', 'end'),
  trimspace: ([text]) => trimSet(trimSet(textOf(text), spaces, 'start'), spaces, 'end'),
  trim: ([text, set]) => trimSet(trimSet(textOf(text), textOf(set), 'start'), textOf(set), 'end'),
  trimprefix: ([text, prefix]) =>
    textOf(text).startsWith(textOf(prefix)) ? textOf(text).slice(textOf(prefix).length) : textOf(text),
  trimsuffix: ([text, suffix]) =>
    textOf(suffix) !== '' && textOf(text).endsWith(textOf(suffix))
      ? textOf(text).slice(0, -textOf(suffix).length)
      : textOf(text),
  title: ([text]) =>
    asciiOf(text).replace(
      /(^|[^\p{L}\p{N}_])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    ),
  strrev: ([text]) => [...plainOf(text)].toReversed().join(''),
  substr: ([text, offset, length]) => {
    const characters = plainOf(text);
    const start = wholeNumberOf(offset);
    const from = start < 0 ? Math.max(0, characters.length + start) : start;
    const count = wholeNumberOf(length);
    return characters.slice(from, count < 0 ? undefined : from + count);
  },
  replace: ([text, search, replacement], { budget }) => {
    const wanted = textOf(search);
    if (wanted.length >= 2 && wanted.startsWith('/') && wanted.endsWith('/'))
      return replacePattern(wanted.slice(1, -1), textOf(text), textOf(replacement), budget);
    const pieces = textOf(text).split(wanted);
    budget.refuseText(pieces.length * textOf(replacement).length);
    // Go puts it at the ends too where what is looked for is empty.
    return wanted === '' ? ['', ...textOf(text), ''].join(textOf(replacement)) : pieces.join(textOf(replacement));
  },
  endswith: ([text, end]) => textOf(text).endsWith(textOf(end)),
  strcontains: ([text, part]) => textOf(text).includes(textOf(part)),
  indent: ([width, text], { budget }) => {
    const lines = textOf(text).split('\n');
    budget.refuseText(lines.length * numberOf(width));
    return lines.join(`\n${' '.repeat(Math.max(0, wholeNumberOf(width)))}`);
  },
  formatlist: ([pattern, ...args]) => {
    const lists = args.filter(isList) as Value[][];
    const [first] = lists;
    if (typeof pattern !== 'string') return unknown;
    if (!first) return [formatted(pattern, args)];
    if (lists.some(({ length }) => length !== first.length))
      throw new EvaluationError('has lists of more than one length');
    return first.map((_, index) =>
      formatted(
        pattern,
        args.map((arg) => (isList(arg) ? (arg[index] ?? unknown) : arg)),
      ),
    );
  },
  regex: ([pattern, text], { budget }) => firstMatch(textOf(pattern), textOf(text), budget),
  regexall: ([pattern, text], { budget }) => allMatches(textOf(pattern), textOf(text), budget),
  index: ([list, wanted]) => {
    const key = knownIdentity(wanted);
    const at = listOf(list).findIndex((item) => knownIdentity(item) === key);
    // "1" is no 1, unless the list's type makes it one.
    if (at >= 0 && typeof listOf(list)[at] !== typeof wanted) return unknown;
    if (at < 0) throw new EvaluationError('is not in the list');
    return at;
  },
  alltrue: ([list]) => listOf(list).every((item) => item === true || item === 'true'),
  anytrue: ([list]) => listOf(list).some((item) => item === true || item === 'true'),
  chunklist: ([list, size]) => {
    const items = listOf(list);
    const step = wholeNumberOf(size);
    if (step < 0) throw new EvaluationError('has chunks of less than nothing');
    if (step === 0) return items.length === 0 ? [] : [items];
    return Array.from({ length: Math.ceil(items.length / step) }, (_, at) => items.slice(at * step, (at + 1) * step));
  },
  matchkeys: ([values, keys, wanted]) => {
    const identities = new Set(listOf(wanted).map(knownIdentity));
    const keyed = listOf(keys);
    return listOf(values).filter((_, at) => identities.has(knownIdentity(keyed[at])));
  },
  setunion: (args, { budget }) => {
    budget.refuseList(sumOf(args, (arg) => listOf(arg).length));
    return toSet(args.flatMap(listOf));
  },
  setintersection: ([first, ...rest]) => {
    const sets = rest.map((other) => new Set(listOf(other).map(knownIdentity)));
    return toSet(listOf(first).filter((item) => sets.every((set) => set.has(knownIdentity(item)))));
  },
  setsubtract: ([first, second]) => {
    const taken = new Set(listOf(second).map(knownIdentity));
    return toSet(listOf(first).filter((item) => !taken.has(knownIdentity(item))));
  },
  setproduct: (args, { budget }) => {
    if (args.some((list) => listOf(list).length === 0)) return [];
    budget.refuseList(args.reduce<number>((product, list) => product * listOf(list).length, 1) * args.length);
    return args.reduce<Value[][]>(
      (products, list) => products.flatMap((product) => listOf(list).map((item) => [...product, item])),
      [[]],
    );
  },
  transpose: ([map]) => {
    const turned = new Map<string, Value[]>();
    if (!isMap(map)) throw new EvaluationError('is not a map');
    for (const [key, list] of [...map].sort(([a], [b]) => compareTexts(a, b))) {
      for (const item of listOf(list)) {
        addTo(turned, textOf(item), key);
      }
    }
    return turned;
  },
  base64decode: ([text]) => {
    const bytes = Buffer.from(textOf(text), 'base64');
    // Whatever is not plainly the base64 of a text, Terraform may refuse.
    if (bytes.toString('base64') !== text) return unknown;
    const decoded = bytes.toString();
    return Buffer.from(decoded).equals(bytes) ? decoded : unknown;
  },
  // https://pkg.go.dev/net/url#QueryEscape
  urlencode: ([text]) =>
    encodeURIComponent(textOf(text))
      .replaceAll('%20', '+')
      .replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
  md5: ([text]) => hashOf('md5', text, 'hex'),
  sha1: ([text]) => hashOf('sha1', text, 'hex'),
  sha256: ([text]) => hashOf('sha256', text, 'hex'),
  sha512: ([text]) => hashOf('sha512', text, 'hex'),
  base64sha256: ([text]) => hashOf('sha256', text, 'base64'),
  base64sha512: ([text]) => hashOf('sha512', text, 'base64'),
  basename: ([file]) => {
    const name = textOf(file);
    return name === '' ? '.' : path.posix.basename(name) || '/';
  },
  // https://pkg.go.dev/path/filepath#Dir
  dirname: ([file]) => {
    const text = textOf(file);
    const folder = path.posix.normalize(text.slice(0, text.lastIndexOf('/') + 1));
    return folder === '/' ? folder : folder.replace(/\/$/, '');
  },
  abspath: () => unknown,
  pathexpand: ([file]) => (textOf(file).startsWith('~') ? unknown : textOf(file)),
  file: ([file], { files }) => files.read(textOf(file)) ?? unknown,
  fileexists: ([file], { files }) => (files.read(textOf(file)) === undefined ? unknown : true),
  cidrhost: ([prefix, number]) => cidrHost(prefix!, number!),
  cidrnetmask: ([prefix]) => cidrNetmask(prefix!),
  cidrsubnets: ([prefix, ...bits]) => cidrSubnets(prefix!, bits),
});

function hashOf(algorithm: string, text: Value | undefined, encoding: 'hex' | 'base64'): string {
  return process.getBuiltinModule('node:crypto').createHash(algorithm).update(textOf(text)).digest(encoding);
}

/** https://pkg.go.dev/unicode#IsSpace; JavaScript's trim() has U+FEFF too, and not U+0085. */
const spaces =
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';

function trimSet(text: string, set: string, side: 'start' | 'end'): string {
  const characters = [...text];
  const cut = new Set(set);
  let [first, end] = [0, characters.length];
  if (side === 'start') while (first < end && cut.has(characters[first]!)) first++;
  else while (end > first && cut.has(characters[end - 1]!)) end--;
  return characters.slice(first, end).join('');
}

/**
 * A range, from the text of an argument; undefined for one of IPv4 addresses written as IPv6, with which Terraform
 * calculates oddly. Throws EvaluationError for what is no range.
 */
function rangeOf(prefix: Value | undefined): AddressRange | undefined {
  const text = textOf(prefix);
  const range = parseRange(text);
  if (!range) throw new EvaluationError(`is no ${text.includes(':') ? 'IPv6' : 'IPv4'} range`);
  return range.width === 128 && range.first >> 32n === 0xffffn ? undefined : range;
}

function wholeNumberOf(value: Value | undefined): number {
  const number = numberOf(value);
  if (!Number.isInteger(number)) throw new EvaluationError('is not a whole number');
  return number;
}

function cidrSubnet(prefix: Value, newBits: Value, netNumber: Value): Value {
  const [range, bits, number] = [rangeOf(prefix), wholeNumberOf(newBits), wholeNumberOf(netNumber)];
  if (!range) return unknown;
  const length = range.length + bits;
  if (length > range.width || number >= 2 ** bits || number < 0)
    throw new EvaluationError(`has no subnet ${number} of ${bits} more bits in ${textOf(prefix)}`);
  if (!Number.isSafeInteger(number)) return unknown;
  const first = range.first + BigInt(number) * sizeOf({ width: range.width, length });
  return rangeText({ width: range.width, first, length });
}

function cidrHost(prefix: Value, hostNumber: Value): Value {
  const [range, host] = [rangeOf(prefix), wholeNumberOf(hostNumber)];
  if (!range) return unknown;
  const size = sizeOf(range);
  const offset = host < 0 ? size + BigInt(host) : BigInt(host);
  if (offset >= size || offset < 0) throw new EvaluationError(`has no address ${host} in ${textOf(prefix)}`);
  return Number.isSafeInteger(host) ? addressText(range.first + offset, range.width) : unknown;
}

function cidrNetmask(prefix: Value): Value {
  const range = rangeOf(prefix);
  // Terraform has no netmask for IPv6.
  if (range?.width !== 32) throw new EvaluationError('is no IPv4 range');
  return addressText((1n << 32n) - sizeOf(range), 32);
}

/** As many ranges as there are `newBits`, one after another, each at the next place where one of its size can begin. */
function cidrSubnets(prefix: Value, newBits: readonly Value[]): Value {
  const range = rangeOf(prefix);
  const cuts = newBits.map(wholeNumberOf);
  if (!range) return cuts.map(() => unknown);
  const { width } = range;
  let next = range.first;
  return cuts.map((bits) => {
    const length = range.length + bits;
    if (bits < 1 || bits > 32 || length > width) throw new EvaluationError('does not fit into the range');
    const size = sizeOf({ width, length });
    const first = ((next + size - 1n) / size) * size;
    next = first + size;
    if (next > range.first + sizeOf(range)) throw new EvaluationError('does not fit into the range');
    return rangeText({ width, first, length });
  });
}
