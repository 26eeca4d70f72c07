import { HttpError } from './errors.mjs';

const ASSUMED_ROLE = /^(arn:[\w-]+:sts::\d{12}:assumed-role\/[^/]+)\/[^/]+$/;

/**
 * Who sent the request, as API Gateway has found out; what a header claims is of no account.
 * Where the API asks nobody who they are, all callers are one.
 */
export function callerOf({ requestContext = {} }, { isOpen }) {
  const { authorizer, identity } = requestContext;
  if (authorizer?.principalId) return authorizer.principalId;
  // Every user of an identity pool has the same role.
  if (identity?.cognitoIdentityId) return identity.cognitoIdentityId;
  // A role has a new session each time that it is assumed.
  if (identity?.userArn) return identity.userArn.replace(ASSUMED_ROLE, '$1');
  // A method that was added and asks nobody, say: its callers must not become one.
  if (!isOpen) throw new HttpError(500, 'internal error', { hint: 'API Gateway did not say who is calling' });
  return 'public';
}
