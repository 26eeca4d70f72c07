import { distance } from 'fastest-levenshtein';

import { actionOfOperation } from '../../aws/iam-actions-elsewhere.js';
import { expandIamActions, iamServices } from '../../aws/iam-actions.js';
import { nearest } from '../../nearest.js';

/** More edits than a slip of the pen takes lead from one action to another: glue:ShareResource is no glue:TagResource. */
const mostSlips = 2;

/**
 * The action of the same service that `action`, which is none, was probably meant to be: one that is a slip away, one of
 * the same words, or the one that the operation of this name asks for. Undefined where there is none, and for patterns.
 */
export function nearestIamAction(action: string): string | undefined {
  if (/[*?]/.test(action)) return undefined;
  const [prefix = '', ...rest] = action.split(':');
  const name = rest.join(':');
  const siblings = expandIamActions(`${prefix}:*`).map(nameOf);
  const near = nearest(name, siblings);
  const isSlip = near !== undefined && distance(name.toLowerCase(), near.toLowerCase()) <= mostSlips;
  const words = inOneOrder(name);
  const meant = isSlip ? near : siblings.find((sibling) => inOneOrder(sibling) === words);
  return meant === undefined ? actionOfOperation(action) : `${prefix.toLowerCase()}:${meant}`;
}

/** A name's words in one order, so that CreateClusterDBSnapshot is CreateDBClusterSnapshot. */
function inOneOrder(name: string): string {
  return name
    .split(/(?=[A-Z])/)
    .sort()
    .join(' ');
}

/** What services are called elsewhere, in the AWS CLI or by themselves, with their prefix in policies. */
const otherNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    apigatewayv2: 'apigateway',
    docdb: 'rds',
    efs: 'elasticfilesystem',
    elb: 'elasticloadbalancing',
    elbv2: 'elasticloadbalancing',
    emr: 'elasticmapreduce',
    eventbridge: 'events',
    monitoring: 'cloudwatch',
    msk: 'kafka',
    mwaa: 'airflow',
    neptune: 'rds',
    opensearch: 'es',
    sesv2: 'ses',
    sfn: 'states',
    stepfunctions: 'states',
  }),
);

/**
 * The service that a prefix, which is none, was probably meant to be: one that is called so elsewhere, or one that is
 * called alike and has an action of this name, or one that the pattern matches.
 */
export function nearestIamService(action: string): string | undefined {
  const [prefix = '', ...rest] = action.toLowerCase().split(':');
  const name = rest.join(':');
  const other = otherNames.get(prefix);
  if (other !== undefined) return other;
  const homes = name === '*' ? iamServices : expandIamActions(`*:${name}`).map((found) => found.split(':')[0]!);
  const near = nearest(prefix, [...new Set(homes)]);
  // Of the many short prefixes one is near to any three letters.
  return near !== undefined && distance(prefix, near) <= (prefix.length < 6 ? 1 : mostSlips) ? near : undefined;
}

function nameOf(action: string): string {
  return action.slice(action.indexOf(':') + 1);
}
