import { oncePer } from '../../terraform/once-per.js';
import { nameRules, type NameRule } from '../../aws/name-rules.js';
import { account } from '../../terraform/aws-attributes.js';
import type { Resource } from '../../terraform/project.js';
import { Text, Unknown, type Value } from '../../terraform/value.js';

/** A name, or the beginning of one, as a resource sets it; unknown parts as they are. */
export interface PhysicalName {
  resource: Resource;
  rule: NameRule;
  argument: string;
  isPrefix: boolean;
  parts: readonly (string | Unknown)[];
}

const ruleByType = new Map(nameRules.flatMap((rule) => rule.types.map((type) => [type, rule] as const)));

/** The names that are set to something of which a part is known. */
export const physicalNames = oncePer((project): readonly PhysicalName[] =>
  project.resources.filter(({ mode }) => mode === 'managed').flatMap(namesOf),
);

function namesOf(resource: Resource): PhysicalName[] {
  const rule = ruleByType.get(resource.type);
  if (!rule) return [];
  return [rule.argument, rule.prefix?.argument].flatMap((argument) => {
    const parts = argument === undefined ? undefined : textParts(resource.get(argument));
    if (argument === undefined || !parts) return [];
    return [{ resource, rule, argument, isPrefix: argument !== rule.argument, parts }];
  });
}

/** What a text is made of; undefined for what is no text, or nothing of which is known. */
export function textParts(value: Value | undefined): readonly (string | Unknown)[] | undefined {
  if (typeof value === 'string') return value === '' ? undefined : [value];
  return value instanceof Text ? value.parts : undefined;
}

/** Whether a part of a text is the id of the account that the provider works in. */
export function isAccountId(part: string | Unknown): boolean {
  return part instanceof Unknown && part.symbol !== undefined && part.symbol === account.symbol;
}

/** How long a text is at least: an account id has 12 digits, what else is not known may be empty. */
export function leastLength(parts: readonly (string | Unknown)[]): number {
  return parts.reduce(
    (sum, part) => sum + (typeof part === 'string' ? [...part].length : isAccountId(part) ? 12 : 0),
    0,
  );
}
