/**
 * Terraform's numbers have 512 bits, JavaScript's 53. A number is told where both have the same one and write it alike;
 * every other is unknown.
 * https://developer.hashicorp.com/terraform/language/expressions/types#numbers
 */

/** As many digits as every one of JavaScript's numbers keeps. */
const mostDigits = 15;

/** Whether a number is the one that Terraform has, with the same text. Terraform writes no exponents, but a `-0`. */
export function isTold(number: number): boolean {
  if (Number.isInteger(number)) return Number.isSafeInteger(number) && !Object.is(number, -0);
  const text = String(number);
  return Number.isFinite(number) && !text.includes('e') && digitsOf(text) <= mostDigits;
}

/** How many digits a decimal text has that count. */
function digitsOf(text: string): number {
  const [digits = ''] = text.split(/e/i);
  const plain = digits.includes('.') ? digits.replace(/(?<!0)0+$/, '') : digits;
  return plain.replace(/^-?[0.]*/, '').replace('.', '').length;
}

const decimal = /^-?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,6})?$/;

/** The number that a text is: undefined where it is not told, NaN where Terraform takes it for none. */
export function numberFrom(text: string): number | undefined {
  if (!decimal.test(text)) return /\d|inf/i.test(text) ? undefined : Number.NaN;
  const number = Number(text);
  const isWritten = isTold(number) && (/^-?\d+$/.test(text) || digitsOf(text) <= mostDigits);
  // What is smaller than JavaScript's smallest is not nothing.
  return isWritten && (number !== 0 || digitsOf(text) === 0) ? number : undefined;
}

/** Terraform's fractions are binary: with so many bits behind the point they are the same here. */
const scale = 2 ** 20;

function scaled(number: number): bigint | undefined {
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER && Number.isInteger(number * scale)
    ? BigInt(number * scale)
    : undefined;
}

export type Operator = '+' | '-' | '*' | '/' | '%';

/** What JavaScript makes of `a operator b`, which is right but for the last digits; of a remainder they can be all. */
export function approximately(operator: Operator, a: number, b: number): number {
  return { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '%': a % b }[operator];
}

/** What `a operator b` is, or undefined where it cannot be told: 0.1 + 0.2 is nearly 0.3 in both, and in each otherwise. */
export function calculated(operator: Operator, a: number, b: number): number | undefined {
  const result = approximately(operator, a, b);
  const [left, right, exact] = [a, b, result].map(scaled);
  if (left === undefined || right === undefined || exact === undefined) return undefined;
  const isExact = {
    '+': () => exact === left + right,
    '-': () => exact === left - right,
    '*': () => exact * BigInt(scale) === left * right,
    '/': () => left * BigInt(scale) === exact * right,
    '%': () => exact === left % right,
  }[operator];
  return isExact() ? result : undefined;
}
