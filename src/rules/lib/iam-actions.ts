import { distance } from 'fastest-levenshtein';

import { actionOfOperation } from '../../aws/iam-actions-elsewhere.js';
import { expandIamActions, iamServices } from '../../aws/iam-actions.js';
import { nearest } from '../../nearest.js';

/** More edits than a slip of the pen takes lead from one action to another: glue:ShareResource is no glue:TagResource. */
const mostSlips = 2;

/**
 * The action of the same service that `action`, which is none, was probably meant to be: one that is a slip away, or the
 * one that the operation of this name asks for. Undefined where there is none, and for patterns.
 */
export function nearestIamAction(action: string): string | undefined {
  if (/[*?]/.test(action)) return undefined;
  const [prefix = '', ...rest] = action.split(':');
  const name = rest.join(':');
  const near = nearest(name, expandIamActions(`${prefix}:*`).map(nameOf));
  if (near !== undefined && distance(name.toLowerCase(), near.toLowerCase()) <= mostSlips)
    return `${prefix.toLowerCase()}:${near}`;
  return actionOfOperation(action);
}

/**
 * The service that a prefix, which is none, was probably meant to be: one that is called alike and has an action of this
 * name, or one that the pattern matches.
 */
export function nearestIamService(action: string): string | undefined {
  const [prefix = '', ...rest] = action.split(':');
  const name = rest.join(':');
  const alike = nearest(prefix, iamServices);
  if (name === '*') return prefix.length > 3 ? alike : undefined;
  const homes = new Set(expandIamActions(`*:${name}`).map((found) => found.split(':')[0]!));
  return nearest(prefix, [...homes]);
}

function nameOf(action: string): string {
  return action.slice(action.indexOf(':') + 1);
}
