import { own } from '../own.js';
import actionTable from './iam-actions.json' with { type: 'json' };

/**
 * By service prefix: the actions that can be scoped to a resource, `|`, those that cannot. Each side lists groups
 * `<verbs>:<rests>`, split by `;`: `Get Put:Object ObjectAcl` is GetObject, GetObjectAcl, PutObject and PutObjectAcl.
 * Source: AWS's service authorization reference, which for every action names the resource types it takes; written by
 * scripts/facts-iam.mjs. https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
const encoded: Readonly<Record<string, string>> = actionTable;

/** The prefixes of all services: `s3`, `ec2`. */
export const iamServices: readonly string[] = Object.keys(encoded);

interface Action {
  /** As AWS spells it: `GetObject`. */
  name: string;
  scopable: boolean;
}

const decoded = new Map<string, ReadonlyMap<string, Action>>();

/** The actions of the service with this prefix, by lower-case name; undefined where AWS has no such service. */
function actionsOf(prefix: string): ReadonlyMap<string, Action> | undefined {
  const service = prefix.toLowerCase();
  if (!Object.hasOwn(encoded, service)) return undefined;
  const known = decoded.get(service);
  if (known) return known;
  const actions = new Map<string, Action>();
  for (const [side, groups] of own(encoded, service)!.split('|').entries()) {
    for (const group of groups.split(';').filter(Boolean)) {
      const [verbs = '', rests = ''] = group.split(':');
      for (const verb of verbs.split(' ')) {
        for (const rest of rests.split(' ')) {
          const name = verb + rest;
          actions.set(name.toLowerCase(), { name, scopable: side === 0 });
        }
      }
    }
  }
  decoded.set(service, actions);
  return actions;
}

function split(action: string): [prefix: string, name: string] {
  const [prefix = '', ...rest] = action.split(':');
  return action === '*' ? ['*', '*'] : [prefix, rest.join(':')];
}

/**
 * What AWS knows of `action` (`s3:GetObject`, in any case, or a pattern with `*` and `?`): whether there is such an
 * action, and whether a policy can limit it to a resource. A pattern exists if it matches any action, and is scopable
 * if any that it matches is. Undefined where the service prefix is unknown, so that nothing can be said.
 */
export function iamAction(action: string): { exists: boolean; scopable: boolean } | undefined {
  const [prefix, name] = split(action);
  if (prefix !== '*' && !actionsOf(prefix)) return undefined;
  const found = matching(prefix, name);
  return { exists: found.length > 0, scopable: found.some(({ scopable }) => scopable) };
}

/**
 * Every action that `pattern` (`ec2:Describe*`, `kms:ReEncrypt?o`, `*`) matches, as AWS spells it; none for an unknown
 * service. A prefix is a literal, as IAM wants it, unless it is `*` altogether.
 */
export function expandIamActions(pattern: string): string[] {
  const [prefix, name] = split(pattern);
  return matching(prefix, name).map((action) => `${action.service}:${action.name}`);
}

function matching(prefix: string, pattern: string): (Action & { service: string })[] {
  const services = prefix === '*' ? iamServices : [prefix.toLowerCase()];
  const wanted = pattern.toLowerCase();
  return services.flatMap((service) => {
    const actions = actionsOf(service) ?? new Map<string, Action>();
    const exact = actions.get(wanted);
    if (exact) return [{ service, ...exact }];
    if (!/[*?]/.test(wanted)) return [];
    return [...actions]
      .filter(([name]) => matches(name, wanted))
      .map(([, action]) => Object.assign({ service }, action));
  });
}

/** Whether `pattern` matches all of `text`. Not a regular expression, which some patterns would keep busy for hours. */
function matches(text: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (pattern[next] === '*') {
      star = next++;
      resume = at;
    } else if (pattern[next] === '?' || pattern[next] === text[at]) {
      at++;
      next++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[next] === '*') next++;
  return next === pattern.length;
}
