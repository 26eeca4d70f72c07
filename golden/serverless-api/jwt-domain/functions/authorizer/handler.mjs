import { InvalidToken, verify } from './verify.mjs';

const BEARER = /^Bearer +([^\s]+)$/i;
const METHOD_ARN = /^(arn:[\w-]+:execute-api:[\w-]+:\d{12}:\w+\/[^/]+)\//;

/**
 * Makes the authorizer (of type TOKEN). API Gateway answers 401 to the error "Unauthorized" and 500 to any other one;
 * it remembers neither. Nothing is ever denied by a policy, which it would remember.
 */
export function createHandler({ settings, keys, log, now = () => Date.now() }) {
  return async function handler(event) {
    if (settings.faults.length > 0) {
      log('ERROR', `environment: ${settings.faults.join('; ')}`);
      throw new Error('the authorizer is not configured');
    }
    try {
      const token = BEARER.exec(event.authorizationToken ?? '')?.[1];
      if (!token) throw new InvalidToken('the header is not "Bearer" and a token');
      return allow(await verify(token, { ...settings, keys, now: now() / 1000 }), event.methodArn);
    } catch (error) {
      if (error instanceof InvalidToken) {
        log('INFO', 'the token was refused', { reason: error.message });
        throw new Error('Unauthorized');
      }
      log('ERROR', 'the token could not be checked', { reason: error.message, cause: error.cause?.message });
      throw new Error('the token could not be checked');
    }
  };
}

function allow({ sub, scope }, methodArn) {
  const stage = METHOD_ARN.exec(methodArn ?? '')?.[1];
  if (!stage) throw new Error('the event has no methodArn of an API');
  return {
    principalId: sub,
    policyDocument: {
      Version: '2012-10-17',
      // API Gateway applies the policy, once it has it, to every method that is called with the same token.
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${stage}/*` }],
    },
    context: typeof scope === 'string' ? { scope } : {},
  };
}
