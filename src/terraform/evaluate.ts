import { own } from '../own.js';
import type { Budget } from './budget.js';
import type { Expression, Span } from './syntax.js';
import { EvaluationError } from './evaluation-error.js';
import { callFunction, type Files } from './functions.js';
import { approximately, calculated, numberFrom, type Operator } from './numbers.js';
import {
  either,
  compareTexts,
  encodeJson,
  identity,
  isKnown,
  isList,
  isMap,
  isSetValue,
  hasOpenKey,
  joinText,
  keyValue,
  Lazy,
  Many,
  Nearly,
  OpenMap,
  same,
  Text,
  toldValue,
  Unknown,
  unknown,
  type Value,
} from './value.js';

/** What the names in an expression stand for. */
export interface Scope {
  /** The value of a name that starts a reference; undefined where there is none. */
  lookup(name: string): Value | undefined;
  readonly files: Files;
  readonly budget: Budget;
  /**
   * Whether a list in a list is part of that, as before Terraform 0.12:
   * https://developer.hashicorp.com/terraform/language/v1.1.x/upgrade-guides/0-12
   */
  readonly isFlattening?: boolean;
}

/** An expression that was refused, with its place. */
export class FailedEvaluation extends EvaluationError {
  constructor(
    message: string,
    readonly at: Span,
  ) {
    super(message);
  }
}

/** A scope with more names. */
export function extend(scope: Scope, names: Readonly<Record<string, Value>>): Scope {
  return {
    files: scope.files,
    budget: scope.budget,
    isFlattening: scope.isFlattening ?? false,
    lookup(name) {
      const found = own(names, name);
      return found === undefined ? scope.lookup(name) : found;
    },
  };
}

/**
 * What `expression` is, as far as it can be known. Throws FailedEvaluation where Terraform would surely refuse: an
 * index past a known list, a key that a known map has not, a function on what it cannot take. Throws LimitReached where
 * it would take or make more than the scope's budget allows.
 */
export function evaluate(expression: Expression, scope: Scope): Value {
  const { budget } = scope;
  budget.spend(1);
  budget.enter();
  try {
    return budget.made(toldValue(evaluateInside(expression, scope)));
  } catch (error) {
    if (error instanceof EvaluationError && !(error instanceof FailedEvaluation))
      throw new FailedEvaluation(error.message, expression);
    throw error;
  } finally {
    budget.leave();
  }
}

function evaluateInside(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'template':
      return template(expression.parts, scope);
    case 'list':
      return list(
        expression.items.map((item) => evaluate(item, scope)),
        scope,
      );
    case 'object':
      return object(expression.entries, scope);
    case 'name':
      return scope.lookup(expression.name) ?? unknown;
    case 'attribute':
      return attribute(evaluate(expression.of, scope), expression.name);
    case 'index':
      return index(evaluate(expression.of, scope), evaluate(expression.key, scope));
    case 'splat':
      return splat(evaluate(expression.of, scope), (item) =>
        evaluate(expression.each, extend(scope, { [splatItem]: item })),
      );
    case 'splat-item':
      return scope.lookup(splatItem) ?? unknown;
    case 'call':
      return call(expression, scope);
    case 'conditional':
      return conditional(expression, scope);
    case 'unary':
      return unary(expression.operator, evaluate(expression.operand, scope));
    case 'binary':
      return binary(expression, scope);
    case 'for':
      return forExpression(expression, scope);
    case 'directive':
      for (const part of expression.parts) quietly(() => evaluate(part, scope));
      return unknown;
  }
}

/** Not a name that HCL could have. */
const splatItem = '[*]';

/** The value, or undefined where Terraform would refuse it: for branches that may not be taken. */
export function quietly(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

function template(parts: readonly Expression[], scope: Scope): Value {
  const values = parts.map((part) => evaluate(part, scope));
  // "${x}" alone is x itself.
  return values.length === 1 ? values[0]! : joinText(values);
}

function list(items: Value[], { isFlattening }: Scope): Value {
  if (!isFlattening || !items.some((item) => isList(item) || item instanceof Many)) return items;
  const flat = items.flatMap((item) => (item instanceof Many ? [item.each] : isList(item) ? item : [item]));
  return items.some((item) => item instanceof Many) ? new Many(flat.reduce(either)) : flat;
}

function object(entries: readonly { key: Expression; value: Expression }[], scope: Scope): Value {
  const map = new Map<string, Value>();
  for (const { key, value } of entries) {
    const name = identity(evaluate(key, scope));
    const item = evaluate(value, scope);
    if (name === undefined) return unknown;
    map.set(name, item);
  }
  return map;
}

/** `value.name`. */
export function attribute(value: Value, name: string): Value {
  if (value instanceof Lazy) return value.attribute(name);
  if (isMap(value)) {
    const found = value.get(name);
    if (found === undefined && hasOpenKey(value)) return unknown;
    if (found === undefined) throw new EvaluationError(`has no attribute ${JSON.stringify(name)}`);
    return found;
  }
  if (value instanceof Unknown) return value.symbol === undefined ? unknown : new Unknown(`${value.symbol}.${name}`);
  if (value instanceof Many) return attributeOfSome(value, name);
  if (value === null) throw new EvaluationError(`is null, which has no attribute ${JSON.stringify(name)}`);
  throw new EvaluationError(
    isList(value)
      ? `is a list, which has no attribute ${JSON.stringify(name)}: an index is missing`
      : `has no attributes, so no ${JSON.stringify(name)} either`,
  );
}

/** An attribute of a map whose keys are not known, which may be one of them, or of a list that lacks its index. */
function attributeOfSome(value: Many, name: string): Value {
  doubts++;
  if (value.each instanceof Lazy && !(value instanceof OpenMap)) return value.each.attribute(name);
  return value instanceof OpenMap ? (value.named.get(name) ?? value.each) : unknown;
}

/**
 * How often something was had that Terraform refuses where it is not there, and nobody knows whether it is: for `try`
 * and `can`, which ask for nothing else.
 */
let doubts = 0;

function index(value: Value, key: Value): Value {
  if (isList(value)) {
    if (!isKnown(key)) return anyOf(value, value);
    const at = typeof key === 'string' ? numberFrom(key) : (key as number);
    if (at === undefined) return unknown;
    const found = value[at];
    if (found === undefined) throw new EvaluationError(`has no element ${String(key)}: there are ${value.length}`);
    return found;
  }
  if (isMap(value)) {
    const name = identity(key);
    const found = name === undefined ? undefined : value.get(name);
    if (found !== undefined) return found;
    if (!isKnown(key)) return anyOf(value, [...value.values()]);
    if (hasOpenKey(value)) return unknown;
    throw new EvaluationError(`has no key ${JSON.stringify(name)}`);
  }
  if (value instanceof Many) {
    doubts++;
    return (value instanceof OpenMap ? value.named.get(identity(key) ?? '') : undefined) ?? value.each;
  }
  if (value instanceof Unknown && value.symbol !== undefined) {
    const name = identity(key);
    return name === undefined ? unknown : new Unknown(`${value.symbol}[${name}]`);
  }
  if (value instanceof Lazy && typeof key === 'string') return value.attribute(key);
  return unknown;
}

const alike = new WeakMap<object, Value>();

/** What is known of an element whichever it is; for a list or map that is asked again and again, found once. */
function anyOf(collection: object, items: readonly Value[]): Value {
  let found = alike.get(collection);
  if (found === undefined) {
    found = items.length > 0 ? items.reduce(either) : unknown;
    alike.set(collection, found);
  }
  return found;
}

function splat(value: Value, each: (item: Value) => Value): Value {
  if (value === null) return [];
  if (isList(value)) return value.map(each);
  // A map is taken for the one element of a list; that resources have keys may be told by who is asked for them.
  if (value instanceof OpenMap && !(value.each instanceof Lazy)) return [each(value)];
  if (value instanceof Many) return new Many(each(value.each));
  if (value instanceof Unknown) return new Many(quietly(() => each(unknown)) ?? unknown);
  return [each(value)];
}

function call(expression: Expression & { kind: 'call' }, scope: Scope): Value {
  const { name } = expression;
  if (name === 'try' || name === 'can') return attempt(name, expression.arguments, scope);
  const args = expression.arguments.map((argument) => evaluate(argument, scope));
  if (expression.expandLast) {
    const last = args.pop();
    if (!isList(last)) {
      // As many arguments as nobody knows.
      return name === 'concat' || name === 'flatten' ? new Many(unknown) : unknown;
    }
    scope.budget.refuseList(args.length + last.length);
    return apply(expression, [...args, ...last], scope);
  }
  return apply(expression, args, scope);
}

function apply(call: Expression & { kind: 'call' }, args: readonly Value[], scope: Scope): Value {
  const { name } = call;
  try {
    return callFunction(name, args, scope);
  } catch (error) {
    if (error instanceof EvaluationError) throw new FailedEvaluation(`the call of ${name}() ${error.message}`, call);
    throw error;
  }
}

function attempt(name: 'try' | 'can', args: readonly Expression[], scope: Scope): Value {
  for (const [position, argument] of args.entries()) {
    const before = doubts;
    const value = quietly(() => evaluate(argument, scope));
    if (value === undefined) continue;
    const isDoubtful = doubts > before;
    if (name === 'can') return isKnown(value) && !isDoubtful ? true : unknown;
    const isLast = position === args.length - 1;
    // Whether an unknown value can be had at all is unknown too, unless it is only the value that is.
    if (value instanceof Unknown && value.symbol === undefined && !isLast) return unknown;
    if (!isDoubtful || isLast || value instanceof Unknown || value instanceof Lazy) return value;
    return either(value, quietly(() => attempt(name, args.slice(position + 1), scope)) ?? value);
  }
  if (name === 'can') return false;
  throw new EvaluationError('has no argument that can be had');
}

function conditional(expression: Expression & { kind: 'conditional' }, scope: Scope): Value {
  const condition = toTruth(evaluate(expression.condition, scope));
  if (condition !== undefined) return evaluate(condition ? expression.yes : expression.no, scope);
  const yes = quietly(() => evaluate(expression.yes, scope));
  const no = quietly(() => evaluate(expression.no, scope));
  if (yes === undefined || no === undefined) return yes ?? no ?? unknown;
  return either(yes, no);
}

function toTruth(value: Value): boolean | undefined {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return undefined;
}

function unary(operator: string, operand: Value): Value {
  if (operator === '!') {
    const truth = toTruth(operand);
    return truth === undefined ? unknown : !truth;
  }
  const number = toNumber(operand);
  return number === undefined || Number.isNaN(number) ? unknown : -number;
}

/** What an operand of a calculation is: undefined where it is not told, NaN where it is no number. */
function toNumber(operand: Value): number | undefined {
  if (typeof operand === 'number') return operand;
  return typeof operand === 'string' ? numberFrom(operand) : Number.NaN;
}

function binary(expression: Expression & { kind: 'binary' }, scope: Scope): Value {
  const { operator } = expression;
  if (operator === '&&' || operator === '||') return logical(expression, operator, scope);
  const left = evaluate(expression.left, scope);
  const right = evaluate(expression.right, scope);
  if (operator === '==' || operator === '!=') {
    const equal = equals(left, right, isWritten(expression.left) && isWritten(expression.right));
    return equal === undefined ? unknown : equal === (operator === '==');
  }
  if (isCalculation(operator) && (left instanceof Nearly || right instanceof Nearly))
    return nearly(operator, nearOf(left), nearOf(right));
  if (!isKnown(left) || !isKnown(right)) return unknown;
  const [a, b] = [toNumber(left), toNumber(right)];
  if (a === undefined || b === undefined) return unknown;
  if (Number.isNaN(a) || Number.isNaN(b)) throw new EvaluationError('is no calculation with numbers');
  if (isCalculation(operator)) return calculated(operator, a, b) ?? nearly(operator, a, b);
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return unknown;
  }
}

function isCalculation(operator: string): operator is Operator {
  return ['+', '-', '*', '/', '%'].includes(operator);
}

/** About what an operand of a calculation is. */
function nearOf(value: Value): number | undefined {
  if (value instanceof Nearly) return value.near;
  return typeof value === 'number' ? value : undefined;
}

function nearly(operator: Operator, a: number | undefined, b: number | undefined): Unknown {
  if (a === undefined || b === undefined || operator === '%') return unknown;
  const number = approximately(operator, a, b);
  return Number.isFinite(number) && Math.abs(number) < Number.MAX_SAFE_INTEGER ? new Nearly(number) : unknown;
}

function logical(expression: Expression & { kind: 'binary' }, operator: '&&' | '||', scope: Scope): Value {
  const decisive = operator === '||';
  const left = toTruth(evaluate(expression.left, scope));
  if (left === decisive) return decisive;
  const rightValue = quietly(() => evaluate(expression.right, scope));
  const right = rightValue === undefined ? undefined : toTruth(rightValue);
  if (right === decisive) return decisive;
  return left === undefined || right === undefined ? unknown : !decisive;
}

/** Whether an expression is no more than what it says, so that its type is plain. */
function isWritten({ kind }: Expression): boolean {
  return kind === 'literal' || kind === 'list' || kind === 'object';
}

/**
 * Whether two values are equal; undefined where it cannot be told. To Terraform values of two types are not, whatever is
 * in them: a list is no tuple, and "1" is no 1. Types are not kept here, so what looks alike is only surely equal where
 * both are written out.
 */
function equals(left: Value, right: Value, written: boolean): boolean | undefined {
  const equal = looksEqual(left, right);
  const alike = equal === true && typeof left !== 'object' && typeof right !== 'object';
  if (equal === true && !alike && left !== null && !written && [left, right].some((one) => isList(one) || isMap(one)))
    return undefined;
  const isOther = equal === false && !written && typeof left !== typeof right;
  return isOther && String(left) === String(right) ? undefined : equal;
}

function looksEqual(left: Value, right: Value): boolean | undefined {
  if (left === null || right === null) {
    const other = left === null ? right : left;
    if (other === null) return true;
    return other instanceof Unknown ? undefined : false;
  }
  if (isKnown(left) && isKnown(right)) {
    if (typeof left !== 'object' && typeof right !== 'object') return typeof left === typeof right && left === right;
    return encodeJson(left) === (encodeJson(right) ?? '');
  }
  if (left instanceof Text && right === '')
    return left.parts.some((part) => typeof part === 'string') ? false : undefined;
  if (right instanceof Text && left === '')
    return right.parts.some((part) => typeof part === 'string') ? false : undefined;
  return same(left, right);
}

function forExpression(expression: Expression & { kind: 'for' }, scope: Scope): Value {
  const collection = evaluate(expression.collection, scope);
  const items = pairs(collection);
  if (!items) return openFor(expression, scope, collection);
  const list: Value[] = [];
  const map = new Map<string, Value>();
  let open = false;
  for (const [key, value] of items) {
    const inner = extend(scope, {
      [expression.valueName]: value,
      ...(expression.keyName === undefined ? {} : { [expression.keyName]: key }),
    });
    const taken = expression.condition ? toTruth(evaluate(expression.condition, inner)) : true;
    if (taken === false) continue;
    if (taken === undefined) {
      open = true;
      list.push(quietly(() => evaluate(expression.value, inner)) ?? unknown);
      continue;
    }
    const result = evaluate(expression.value, inner);
    list.push(result);
    if (!expression.key) continue;
    const name = identity(evaluate(expression.key, inner));
    if (name === undefined) open = true;
    else if (expression.grouped) {
      const group = map.get(name) as Value[] | undefined;
      if (group) group.push(result);
      else map.set(name, [result]);
    } else map.set(name, result);
  }
  if (open) return list.length === 0 ? unknown : openResult(expression, list.reduce(either));
  return expression.key ? map : list;
}

/** What `for` gives where it is not known how often, or under which keys. */
function openResult({ key, grouped }: Expression & { kind: 'for' }, each: Value): Value {
  if (!key) return new Many(each);
  return new OpenMap(grouped ? new Many(each) : each);
}

/** A `for` over what cannot be counted gives something that cannot be counted. */
function openFor(expression: Expression & { kind: 'for' }, scope: Scope, collection: Value): Value {
  const each = collection instanceof Many ? collection.each : unknown;
  const inner = extend(scope, {
    [expression.valueName]: each,
    ...(expression.keyName === undefined ? {} : { [expression.keyName]: unknown }),
  });
  const { key, condition, value } = expression;
  // They may name resources too.
  for (const part of [key, condition]) if (part) quietly(() => evaluate(part, inner));
  return openResult(expression, quietly(() => evaluate(value, inner)) ?? unknown);
}

/** Keys and values of what can be iterated over; undefined where they cannot be counted. */
export function pairs(collection: Value): [Value, Value][] | undefined {
  if (isList(collection)) return collection.map((value, at) => [isSetValue(collection) ? value : at, value]);
  if (isMap(collection)) {
    const sorted = [...collection].sort(([a], [b]) => compareTexts(a, b));
    return sorted.map(([key, value]) => [keyValue(key), value]);
  }
  if (collection === null) throw new EvaluationError('iterates over null');
  return undefined;
}

/** The names that an expression's references start with, such as `["var", "region"]` or `["aws_vpc", "this", "id"]`. */
export function referencePath(expression: Expression): string[] | undefined {
  switch (expression.kind) {
    case 'name':
      return [expression.name];
    case 'attribute': {
      const before = referencePath(expression.of);
      return before && [...before, expression.name];
    }
    case 'index':
    case 'splat':
      return referencePath(expression.of);
    default:
      return undefined;
  }
}
