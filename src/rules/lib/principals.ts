import { Unknown, type Value } from '../../terraform/value.js';
import { textWithGaps } from './callers.js';
import type { Principal } from './policies.js';

const principals = /^(?:root|user\/.|role\/.|federated-user\/.)/;

/**
 * What is wrong with a principal, such that AWS refuses a policy with it; undefined where nothing is, or that is not
 * known. What a service is called is looked at elsewhere.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function principalFault({ type, value }: Principal): string | undefined {
  const text = typeof value === 'number' ? String(value) : textWithGaps(value);
  if (text === undefined) return type === 'AWS' ? referenceFault(value) : undefined;
  // A policy variable, or the placeholder of a template.
  if (/\$\{|\{\{/.test(text)) return undefined;
  switch (type) {
    case '*':
      return text === '*' ? undefined : 'of the type "*", which has no names';
    case 'AWS':
      return text === '*' ? undefined : (wildcardFault(text) ?? accountFault(text));
    case 'Service':
      return wildcardFault(text) ?? (isServiceName(text) ? undefined : 'which is not the name of a service');
    case 'Federated':
      return hasGap(text) || /[.:*]/.test(text) ? undefined : 'which is no identity provider';
    default:
      return undefined;
  }
}

/** What is wrong with who a permission of a function is for, which is an account, a role, a user or a service. */
export function permissionPrincipalFault(value: Value): string | undefined {
  const text = textWithGaps(value) ?? '';
  return principalFault({ type: text.includes('.') && !text.startsWith('arn:') ? 'Service' : 'AWS', value });
}

/** "You can't use a wildcard to match part of a principal name or ARN." */
function wildcardFault(text: string): string | undefined {
  // What is not known may be empty, and leave a "*" alone.
  return text.includes('*') && text.replaceAll('{}', '') !== '*' ? 'in which * stands for a part of a name' : undefined;
}

function hasGap(text: string): boolean {
  return text.includes('{}');
}

/** A name of which a part is not known may have its dot there. */
function isServiceName(text: string): boolean {
  return !/[:/\s]/.test(text) && (hasGap(text) || text.includes('.'));
}

function accountFault(text: string): string | undefined {
  // The rule about the names of services tells of these.
  if (/\.amazonaws\.com(?:\.cn)?$/.test(text)) return undefined;
  if (text.startsWith('arn:')) return arnFault(text.split(':'));
  if (hasGap(text)) return undefined;
  if (/^\d+$/.test(text)) return text.length === 12 ? undefined : 'which is no account: those have 12 digits';
  // What IAM calls a role or user that is gone, and S3 an account.
  return /^A[0-9A-Z]{15,}$|^[0-9a-f]{64}$/.test(text) ? undefined : 'which is neither an ARN nor an account';
}

function arnFault([, , service = '', , account = '', ...rest]: string[]): string | undefined {
  const resource = rest.join(':');
  // What is not known may be several of the parts.
  if (hasGap(service) || (hasGap(account) && rest.length === 0)) return undefined;
  if (service !== 'iam' && service !== 'sts') return 'which is no ARN of an account, role or user';
  if (resource.startsWith('group/')) return 'which is a group of users: name them, or a role';
  if (!hasGap(account) && !/^(?:\d{12}|cloudfront)$/.test(account)) return 'whose account does not have 12 digits';
  if (service === 'sts' || resource.startsWith('{}')) return undefined;
  return principals.test(resource) ? undefined : 'which is no ARN of an account, role or user';
}

/** What is wrong with an attribute of a resource of the project that a principal is. */
function referenceFault(value: Value): string | undefined {
  const [, kind = '', attribute = ''] = reference.exec(value instanceof Unknown ? (value.symbol ?? '') : '') ?? [];
  if (kind === 'group') return 'which is a group of users: name them, or a role';
  if (kind === 'policy' || kind === 'instance_profile') return 'which is no ARN of an account, role or user';
  return attribute === 'name' || attribute === 'id' ? 'which is neither an ARN nor an account' : undefined;
}

const reference = /(?:^|\.)aws_iam_(group|instance_profile|policy|role|user)\.[^.]+\.(arn|id|name)$/;
