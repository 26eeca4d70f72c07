import { Text, type Value } from '../../terraform/value.js';
import type { Condition } from './policies.js';

/**
 * Condition keys that tell nothing of who calls: what the caller writes himself, how he calls, when, and whose the
 * resource is. Tags, names and sessions of a principal are given by the account that it is in, whichever that is.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const keysOfAnybody = new Set([
  'aws:currenttime',
  'aws:epochtime',
  'aws:multifactorauthage',
  'aws:multifactorauthpresent',
  'aws:principaltype',
  'aws:requestedregion',
  'aws:resourceaccount',
  'aws:resourceorgid',
  'aws:resourceorgpaths',
  'aws:securetransport',
  'aws:sourceidentity',
  'aws:tagkeys',
  'aws:tokenissuetime',
  'aws:useragent',
  'aws:username',
  'aws:vpcsourceip',
  'kms:grantisforawsresource',
  'kms:viaservice',
  's3:authtype',
  's3:resourceaccount',
  's3:signatureage',
  's3:signatureversion',
  's3:tlsversion',
  's3:x-amz-acl',
  's3:x-amz-server-side-encryption',
  'sts:rolesessionname',
]);

function isKeyOfAnybody(key: string): boolean {
  return keysOfAnybody.has(key) || /^aws:(?:principal|request)tag\//.test(key);
}

/** Keys that every signed request has; others are there only for some. */
const keysOfSignedRequests = new Set(['aws:principalaccount', 'aws:principalarn', 'aws:userid', 'kms:calleraccount']);

interface Operator {
  /** `stringlike`, `arnnotequals`, `null`. */
  comparison: string;
  /** Whether it also holds where the request does not have the key. */
  ifExists: boolean;
  forAllValues: boolean;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function operatorOf(test: string): Operator {
  const [first = '', second] = test.toLowerCase().split(':');
  const operator = second ?? first;
  const ifExists = operator.endsWith('ifexists');
  return {
    comparison: ifExists ? operator.slice(0, -'ifexists'.length) : operator,
    ifExists,
    forAllValues: second !== undefined && first === 'forallvalues',
  };
}

/**
 * Whether the conditions of a statement that is for everybody keep somebody out, as far as is known: an account, an
 * organization, an address, a VPC. `anonymous` says whether the service also takes requests that nobody signed.
 */
export function keepOthersOut(conditions: readonly Condition[], anonymous: boolean): boolean {
  return conditions.some((condition) => keepsOthersOut(condition, conditions, anonymous));
}

function keepsOthersOut({ test, variable, values }: Condition, all: readonly Condition[], anonymous: boolean): boolean {
  if (test === '?' || variable === '?') return true;
  const key = variable.toLowerCase();
  const { comparison, ifExists, forAllValues } = operatorOf(test);
  // Everybody but those who are named is everybody, and with a key or without one anybody can come.
  if (isKeyOfAnybody(key) || isNegated(comparison) || comparison === 'null') return false;
  // ForAllValues holds where there are no values:
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
  const mayComeWithout = (anonymous && key !== 'kms:calleraccount') || !keysOfSignedRequests.has(key);
  if ((forAllValues || ifExists) && mayComeWithout && !isAskedFor(key, all)) return false;
  if (!values) return true;
  return !values.some((value) => isAnybody(comparison, key, value));
}

function isNegated(comparison: string): boolean {
  return comparison.includes('not');
}

/** Whether another condition keeps requests out that do not have the key. */
function isAskedFor(key: string, conditions: readonly Condition[]): boolean {
  return conditions.some(
    ({ test, variable, values }) =>
      test.toLowerCase() === 'null' &&
      variable.toLowerCase() === key &&
      (values?.some((value) => value === false || value === 'false') ?? true),
  );
}

/** Whether a value that a key is compared with is so wide that anybody has one like it. */
function isAnybody(comparison: string, key: string, value: Value): boolean {
  switch (comparison) {
    case 'bool':
      return value === false || value === 'false';
    case 'ipaddress':
      return isWideRange(value);
    case 'arnlike':
    case 'arnequals':
      return isArnOfAnybody(value);
    case 'stringlike':
      return key.endsWith('arn') ? isArnOfAnybody(value) : isAnyId(value);
    default:
      return false;
  }
}

/**
 * What is wider than /8, or /32 of IPv6, is the internet for S3 as well.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
function isWideRange(value: Value): boolean {
  const [address = '', bits] = typeof value === 'string' ? value.split('/') : [];
  return bits !== undefined && /^\d+$/.test(bits) && Number(bits) < (address.includes(':') ? 32 : 8);
}

/** A text with `{}` for each part that is not known; undefined for what is no text. */
export function textWithGaps(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (!(value instanceof Text)) return undefined;
  return value.parts.map((part) => (typeof part === 'string' ? part : unknown)).join('');
}

const unknown = '{}';

/** Whether nothing but wildcards is left of an id, as in `*`, `o-*` or `vpce-*`. */
function isAnyId(value: Value): boolean {
  const text = textWithGaps(value);
  return text !== undefined && isWild(text.replace(/(?:^|\/)(?:o|r|ou|vpc|vpce)-/g, '/'));
}

function isWild(text: string): boolean {
  return text.includes('*') && /^[*?:/]*$/.test(text);
}

/** Services whose resources have a name or id that no two accounts can have, so that their ARNs need no account. */
const uniqueIds = new Set(['apigateway', 'cloudfront', 'cognito-idp', 'ec2', 'execute-api', 'route53', 's3']);

/**
 * Whether an ARN with wildcards is one that a resource or role of any account can have: its account is left open, and its
 * name is, or is one that others can give as well.
 */
export function isArnOfAnybody(value: Value): boolean {
  const text = textWithGaps(value);
  if (!text || !/[*?]/.test(text)) return false;
  const [, , service = '', , account, ...resource] = text.split(':');
  // A wildcard may stand for several parts, and so may what is not known.
  if (account === undefined || resource.length === 0) return !text.includes(unknown) && !/\d{12}/.test(text);
  if (!/^[*?]*$/.test(account)) return false;
  return !(isNamed(service, resource.join(':')) && (account === '' || uniqueIds.has(service)));
}

/** Whether the last part of an ARN, such as `bucket/key`, `distribution/id` or `api/stage`, says which one is meant. */
function isNamed(service: string, resource: string): boolean {
  const [first = '', ...rest] = resource.split('/');
  const hasTypeBefore = rest.length > 0 && service !== 's3' && service !== 'execute-api';
  return !isWild(hasTypeBefore ? rest.join('/') : first);
}
