import path from 'node:path';

import type { Budget } from './budget.js';
import { EvaluationError } from './evaluation-error.js';
import { addressText, parseRange, rangeText, sizeOf, type AddressRange } from './address-range.js';
import { allMatches, firstMatch, replacePattern } from './regular-expressions.js';
import {
  asSet,
  decodeJson,
  either,
  elements,
  encodeJson,
  hasOpenKey,
  identity,
  isKnown,
  isList,
  isMap,
  joinText,
  Json,
  keyValue,
  Many,
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
  const plainName = withoutNamespace(name);
  const partly = onPartlyKnown.get(plainName);
  if (partly) return partly(args, context);
  const known = onKnown.get(plainName);
  if (!known || !args.every(isKnown)) return unknown;
  return known(
    args.map((arg) => (arg instanceof Json ? encodeJson(arg.value)! : arg)),
    context,
  );
}

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
    'base64gzip base64sha256 base64sha512 bcrypt csvdecode filebase64 filebase64sha256 filebase64sha512 filemd5 filesha1 ' +
    'filesha256 filesha512 fileset formatdate issensitive md5 plantimestamp rsadecrypt sha1 sha256 sha512 templatefile ' +
    'templatestring textdecodebase64 textencodebase64 timeadd timecmp timestamp try can type urlencode uuid uuidv5 ' +
    'yamldecode yamlencode defaults ephemeralasnull encode_tfvars decode_tfvars encode_expr list map urldecode base64decode ' +
    'convert'
  ).split(' '),
);

function numberOf(value: Value | undefined): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number)) throw new EvaluationError('is not a number');
  return number;
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
  const distinct = distinctOf(items);
  return asSet(distinct.every((item) => typeof item === 'string') ? [...distinct].sort() : distinct);
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

function flatten(items: readonly Value[]): Value {
  const flat: Value[] = [];
  let open = false;
  for (const item of items) {
    if (isList(item)) {
      const inner = flatten(item);
      if (inner instanceof Many) {
        open = true;
        flat.push(inner.each);
      } else flat.push(...(inner as Value[]));
    } else if (item instanceof Many) {
      open = true;
      flat.push(isList(item.each) ? (item.each[0] ?? unknown) : item.each);
    } else if (item instanceof Unknown) {
      open = true;
      flat.push(unknown);
    } else flat.push(item);
  }
  return open ? new Many(flat.reduce(either)) : flat;
}

function concat(args: readonly Value[]): Value {
  return args.every(isList) ? (args as Value[][]).flat() : flatten(args as Value[]);
}

function coalesce(args: readonly Value[], isEmpty: (value: Value) => boolean): Value {
  for (const arg of args) {
    if (arg instanceof Unknown || arg instanceof Many) return args.slice(args.indexOf(arg)).reduce(either);
    if (!isEmpty(arg)) return arg;
  }
  throw new EvaluationError('has no argument that is set');
}

function element(list: Value, index: Value): Value {
  if (list instanceof Many) return list.each;
  if (!isList(list)) return unknown;
  if (list.length === 0) throw new EvaluationError('has an empty list');
  if (!isKnown(index)) return list.reduce(either);
  const at = numberOf(index) % list.length;
  return list[at < 0 ? at + list.length : at]!;
}

/** Functions by name. */
function functions(table: Readonly<Record<string, Implementation>>): ReadonlyMap<string, Implementation> {
  return new Map(Object.entries(table));
}

/** Functions that say something of values of which not all is known. */
const onPartlyKnown = functions({
  length: ([value]) => {
    if (isList(value)) return value.length;
    if (isMap(value)) return value.size;
    if (typeof value === 'string') return [...value].length;
    return unknown;
  },
  concat: (args, { budget }) => {
    budget.refuseList(sumOf(args.filter(isList), ({ length }) => length));
    return concat(args);
  },
  flatten: ([list]) => (isList(list) ? flatten(list) : list instanceof Many ? flatten([list]) : unknown),
  tolist: ([value]) => (isList(value) ? [...value] : value!),
  toset: ([value]) => (isList(value) ? toSet(value) : value!),
  tomap: ([value]) => value!,
  sensitive: ([value]) => value!,
  nonsensitive: ([value]) => value!,
  distinct: ([value]) => (isList(value) ? distinctOf(value) : value!),
  reverse: ([value]) => (isList(value) ? value.toReversed() : value!),
  sort: ([value]) => (isList(value) && value.every((item) => typeof item === 'string') ? [...value].sort() : value!),
  compact: ([value]) => {
    if (!isList(value)) return value!;
    const kept = value.filter((item) => item !== null && item !== '');
    return kept.some((item) => item instanceof Unknown) ? new Many(kept.reduce(either)) : kept;
  },
  element: ([list, index]) => element(list!, index!),
  slice: ([list, from, to]) => {
    if (list instanceof Many) return list;
    if (!isList(list) || !isKnown(from!) || !isKnown(to!)) {
      return isList(list) && list.length > 0 ? new Many(list.reduce(either)) : unknown;
    }
    if (numberOf(to) > list.length || numberOf(from) > numberOf(to))
      throw new EvaluationError('ends past the end of the list');
    return list.slice(numberOf(from), numberOf(to));
  },
  one: ([list]) => {
    if (list instanceof Many) return list.each;
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
    if (isMap(map)) return [...map.keys()].sort().map(keyValue);
    return map instanceof Many ? new Many(unknown) : unknown;
  },
  values: ([map]) => {
    if (isMap(map)) return [...map.keys()].sort().map((key) => map.get(key)!);
    return map instanceof Many ? map : unknown;
  },
  zipmap: ([keys, values]) => {
    if (!isList(keys) || !isList(values) || !keys.every((key) => typeof key === 'string')) return unknown;
    return new Map(keys.map((key, index) => [key as string, values[index] ?? unknown]));
  },
  coalesce: (args) => coalesce(args, (value) => value === null || value === ''),
  coalescelist: (args) => coalesce(args, (value) => value === null || (isList(value) && value.length === 0)),
  contains: ([list, wanted]) => {
    if (!isList(list)) return unknown;
    const key = identity(wanted);
    if (key !== undefined && list.some((item) => identity(item) === key)) return true;
    return isKnown(wanted!) && list.every(isKnown) ? false : unknown;
  },
  join: ([separator, list], { budget }) => {
    const items = elements(list);
    if (!items) return unknown;
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
  lower: ([value]) => mapText(value!, (part) => part.toLowerCase()),
  upper: ([value]) => mapText(value!, (part) => part.toUpperCase()),
  startswith: ([text, start]) => {
    const first = text instanceof Text ? text.parts[0] : text;
    if (typeof first !== 'string' || typeof start !== 'string') return unknown;
    if (first.startsWith(start)) return true;
    return text instanceof Text && start.startsWith(first) ? unknown : false;
  },
  min: (args) => (args.every(isKnown) ? Math.min(...args.map(numberOf)) : unknown),
  max: (args) => (args.every(isKnown) ? Math.max(...args.map(numberOf)) : unknown),
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
    const arg = args[explicit ? Number(explicit[1]) - 1 : next++];
    if (arg === undefined) throw new EvaluationError('has too few arguments for its pattern');
    if (/^%(\[\d+\])?[dsv]$/.test(piece)) return arg;
    const [, width] = /^%(?:\[\d+\])?0(\d+)d$/.exec(piece) ?? [];
    return width && isKnown(arg) && numberOf(arg) >= 0 ? String(numberOf(arg)).padStart(Number(width), '0') : unknown;
  });
  return joinText(pieces);
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
  ceil: ([n]) => Math.ceil(numberOf(n)),
  floor: ([n]) => Math.floor(numberOf(n)),
  log: ([n, base]) => Math.log(numberOf(n)) / Math.log(numberOf(base)),
  pow: ([n, power]) => numberOf(n) ** numberOf(power),
  signum: ([n]) => Math.sign(numberOf(n)),
  sum: ([list]) => listOf(list).reduce<number>((total, n) => total + numberOf(n), 0),
  parseint: ([text, base]) => {
    const parsed = Number.parseInt(textOf(text), numberOf(base));
    if (Number.isNaN(parsed)) throw new EvaluationError('is not a number');
    return parsed;
  },
  range: (args) => {
    const [from, to, step] =
      args.length === 1
        ? [0, numberOf(args[0]), 1]
        : [numberOf(args[0]), numberOf(args[1]), args[2] === undefined ? 1 : numberOf(args[2])];
    const way = args.length < 3 && to! < from! ? -1 : step!;
    const list: number[] = [];
    for (let n = from!; way > 0 ? n < to! : way < 0 && n > to!; n += way) {
      if (list.length >= 1024) throw new EvaluationError('is more than 1024 numbers');
      list.push(n);
    }
    return list;
  },
  split: ([separator, text]) => (textOf(text) === '' ? [''] : textOf(text).split(textOf(separator))),
  chomp: ([text]) => trimSet(textOf(text), '\r\n', 'end'),
  trimspace: ([text]) => textOf(text).trim(),
  trim: ([text, set]) => trimSet(trimSet(textOf(text), textOf(set), 'start'), textOf(set), 'end'),
  trimprefix: ([text, prefix]) =>
    textOf(text).startsWith(textOf(prefix)) ? textOf(text).slice(textOf(prefix).length) : textOf(text),
  trimsuffix: ([text, suffix]) =>
    textOf(suffix) !== '' && textOf(text).endsWith(textOf(suffix))
      ? textOf(text).slice(0, -textOf(suffix).length)
      : textOf(text),
  title: ([text]) =>
    textOf(text).replace(
      /(^|[^\p{L}\p{N}_])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    ),
  strrev: ([text]) => [...textOf(text)].toReversed().join(''),
  substr: ([text, offset, length]) => {
    const characters = [...textOf(text)];
    const from = numberOf(offset) < 0 ? characters.length + numberOf(offset) : numberOf(offset);
    const count = numberOf(length);
    return characters.slice(from, count < 0 ? undefined : from + count).join('');
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
  indent: ([spaces, text], { budget }) => {
    const lines = textOf(text).split('\n');
    budget.refuseText(lines.length * numberOf(spaces));
    return lines.join(`\n${' '.repeat(Math.max(0, wholeNumberOf(spaces)))}`);
  },
  formatlist: ([pattern, ...args]) => {
    const lists = args.filter(isList) as Value[][];
    const [first] = lists;
    if (typeof pattern !== 'string') return unknown;
    if (!first) return [formatted(pattern, args)];
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
    const key = identity(wanted);
    const at = listOf(list).findIndex((item) => identity(item) === key);
    if (at < 0) throw new EvaluationError('is not in the list');
    return at;
  },
  alltrue: ([list]) => listOf(list).every((item) => item === true || item === 'true'),
  anytrue: ([list]) => listOf(list).some((item) => item === true || item === 'true'),
  chunklist: ([list, size]) => {
    const items = listOf(list);
    const step = Math.max(1, numberOf(size));
    return Array.from({ length: Math.ceil(items.length / step) }, (_, at) => items.slice(at * step, (at + 1) * step));
  },
  matchkeys: ([values, keys, wanted]) => {
    const identities = new Set(listOf(wanted).map(identity));
    const keyed = listOf(keys);
    return listOf(values).filter((_, at) => identities.has(identity(keyed[at])));
  },
  setunion: (args, { budget }) => {
    budget.refuseList(sumOf(args, (arg) => listOf(arg).length));
    return toSet(args.flatMap(listOf));
  },
  setintersection: ([first, ...rest]) => {
    const sets = rest.map((other) => new Set(listOf(other).map(identity)));
    return toSet(listOf(first).filter((item) => sets.every((set) => set.has(identity(item)))));
  },
  setsubtract: ([first, second]) => {
    const taken = new Set(listOf(second).map(identity));
    return toSet(listOf(first).filter((item) => !taken.has(identity(item))));
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
    for (const [key, list] of map) {
      for (const item of listOf(list)) {
        const keys = turned.get(textOf(item));
        if (keys) keys.push(key);
        else turned.set(textOf(item), [key]);
      }
    }
    return turned;
  },
  base64encode: ([text]) => Buffer.from(textOf(text)).toString('base64'),
  basename: ([file]) => path.posix.basename(textOf(file)),
  dirname: ([file]) => path.posix.dirname(textOf(file)),
  abspath: () => unknown,
  pathexpand: ([file]) => (textOf(file).startsWith('~') ? unknown : textOf(file)),
  file: ([file], { files }) => files.read(textOf(file)) ?? unknown,
  fileexists: ([file], { files }) => (files.read(textOf(file)) === undefined ? unknown : true),
  cidrhost: ([prefix, number]) => cidrHost(prefix!, number!),
  cidrnetmask: ([prefix]) => cidrNetmask(prefix!),
  cidrsubnets: ([prefix, ...bits]) => cidrSubnets(prefix!, bits),
});

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
