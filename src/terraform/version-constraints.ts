import { compare, validate, type CompareOperator } from 'compare-versions';

import type { Location } from './location.js';

/** A constraint on the version of Terraform that a project is run with, and what says so. */
export interface PinnedVersion {
  constraint: string;
  location: Location;
}

/**
 * Whether a version satisfies a constraint such as `>= 5.0, < 7.0.0`; undefined where either cannot be read.
 * https://developer.hashicorp.com/terraform/language/expressions/version-constraints
 */
export function admits(constraint: string, version: string): boolean | undefined {
  if (!validate(version)) return undefined;
  const answers = constraint.split(',').map((part) => admitsPart(part, version));
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function admitsPart(part: string, version: string): boolean | undefined {
  const [, operator = '=', wanted] = /^(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2})$/.exec(part.trim()) ?? [];
  if (wanted === undefined) return undefined;
  if (operator === '~>') return compare(version, wanted, '>=') && hasSameStart(version, wanted);
  return compare(version, wanted, operator as CompareOperator);
}

/** `~>` lets only the last part that is written grow. */
function hasSameStart(version: string, wanted: string): boolean {
  const fixed = wanted.split('.').slice(0, -1);
  return version.split('.').slice(0, fixed.length).join('.') === fixed.join('.');
}

/** Whether a constraint lets in no version from this one on; false where that is not known. */
export function admitsOnlyBefore(constraint: string, version: string): boolean {
  return constraint.split(',').some((part) => {
    const [, operator = '=', wanted] = /^(=|!=|>=|<=|>|<|~>)?\s*v?(\d[\w.+-]*)$/.exec(part.trim()) ?? [];
    if (wanted === undefined) return false;
    if (operator === '<') return !isOlder(version, wanted);
    if (operator === '=' || operator === '<=') return isOlder(wanted, version);
    return operator === '~>' && wanted.includes('.') && !isOlder(version, nextOf(wanted));
  });
}

/** The version before which `~>` stops: 0.12 for 0.11.2. */
function nextOf(version: string): string {
  const numbers = numbersOf(version).split('.').slice(0, -1);
  return [...numbers.slice(0, -1), Number(numbers.at(-1)) + 1].join('.');
}

/** Whether a version comes before another; a part that is not written is 0, and what follows the third does not count. */
export function isOlder(version: string, than: string): boolean {
  return compare(numbersOf(version), numbersOf(than), '<');
}

/** `1.11.0` of `1.11.0-beta1`. */
function numbersOf(version: string): string {
  return /^\d+(?:\.\d+){0,2}/.exec(version)?.[0] ?? '0';
}
