import { compare, validate, type CompareOperator } from 'compare-versions';

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
