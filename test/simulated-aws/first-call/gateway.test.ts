import { zipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';

import { scratchFolder } from '../../support/scratch.js';
import type { Simulator } from '../simulator.js';
import { Gateway } from './gateway.js';
import { startIssuer, type RunningIssuer } from './issuer.js';

const stage = { apiId: 'api', stageName: 'v1', region: 'us-east-1' };
const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const uri = (name: string) => `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn(name)}/invocations`;
const executionArn = 'arn:aws:execute-api:us-east-1:123456789012:api';

const echo = `export const handler = async (event) => {
  if (event.body === '{"quantity":13}') throw new Error('no such luck');
  if (event.body === '{"quantity":14}') return 'no response';
  return { statusCode: 201, headers: { 'X-Test': process.env.GIVEN }, body: JSON.stringify(event) };
};`;

// Asks the issuer, as a real one does.
const authorizer = `export const handler = async ({ authorizationToken, methodArn }) => {
  const issuer = await (await fetch(process.env.ISSUER + '/.well-known/openid-configuration')).json();
  if (authorizationToken !== 'Bearer ' + issuer.issuer) throw new Error('Unauthorized');
  const Resource = methodArn.endsWith('/orders') ? methodArn : 'arn:aws:other';
  return { principalId: 'me', policyDocument: { Statement: [{ Effect: 'Allow', Resource }] }, context: { scope: 'all' } };
};`;

const validator = { id: 'v', validateRequestBody: true, validateRequestParameters: true };

function method(authorizationType: string, more: object = {}): object {
  return {
    authorizationType,
    requestValidatorId: 'v',
    methodIntegration: { type: 'AWS_PROXY', httpMethod: 'POST', uri: uri('echo') },
    ...more,
  };
}

/** What the gateway asks a simulator for, of an API of these methods. */
function simulatorOf(methods: Record<string, object>, permitted = '*'): Simulator {
  const items: Record<string, unknown[]> = {
    '/resources?embed=methods': [
      { path: '/orders', resourceMethods: methods },
      { path: '/orders/{id}', resourceMethods: methods },
    ],
    '/authorizers': [
      { id: 'a', authorizerUri: uri('authorizer'), identitySource: 'method.request.header.Authorization' },
    ],
    '/requestvalidators': [validator],
    '/models': [{ name: 'Order', schema: '{"type":"object","required":["quantity"]}' }],
    '/gatewayresponses': [
      {
        responseType: 'DEFAULT_4XX',
        responseTemplates: { 'application/json': '{"error":$context.error.messageString,"id":"$context.requestId"}' },
      },
    ],
  };
  const functions: Record<string, object> = {
    [arn('echo')]: { code: echo, environment: { GIVEN: 'its own' } },
    [arn('authorizer')]: { code: authorizer, environment: { ISSUER: 'https://login.example.com' } },
  };
  return {
    endpoint: 'http://127.0.0.1:1',
    get: (_service: string, _region: string, path: string) =>
      Promise.resolve(JSON.stringify({ item: items[path.replace('/restapis/api', '')] })),
    ask: (_what: string, about: string) => {
      const { code, environment } = functions[about] as { code: string; environment: object };
      return Promise.resolve({
        code: Buffer.from(zipSync({ 'index.mjs': Buffer.from(code) })).toString('base64'),
        environment,
        handler: 'index.handler',
        runtime: 'nodejs22.x',
        timeout: 5,
        memory: 128,
        policy: [
          {
            Principal: { Service: 'apigateway.amazonaws.com' },
            Action: 'lambda:InvokeFunction',
            Condition: { ArnLike: { 'AWS:SourceArn': `${executionArn}/${permitted}` } },
          },
        ],
      });
    },
  } as unknown as Simulator;
}

describe("the test's API Gateway", () => {
  let gateway: Gateway;
  let issuer: RunningIssuer | undefined;

  afterEach(async () => {
    await gateway.stop();
    await issuer?.stop();
    issuer = undefined;
  });

  async function start(methods: Record<string, object>, permitted?: string): Promise<void> {
    gateway = await Gateway.start(stage, {
      simulator: simulatorOf(methods, permitted),
      python: 'python3',
      folder: scratchFolder(),
      ...(issuer ? { issuer } : {}),
    });
  }

  async function call(
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${gateway.url}${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  const post = (body: string, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

  it('sends the function what API Gateway would', async () => {
    await start({ GET: method('NONE') });
    expect(await call('/orders/a%20b?x=1&x=2')).toMatchObject({
      status: 201,
      body: {
        resource: '/orders/{id}',
        path: '/orders/a%20b',
        httpMethod: 'GET',
        pathParameters: { id: 'a b' },
        queryStringParameters: { x: '2' },
        multiValueQueryStringParameters: { x: ['1', '2'] },
        body: null,
        requestContext: { stage: 'v1', path: '/v1/orders/a%20b', identity: { sourceIp: '127.0.0.1' } },
      },
    });
  });

  it('knows no other path and no other method', async () => {
    await start({ GET: method('NONE') });
    for (const path of ['/nothing', '/orders/a/b', '/orders/'])
      expect(await call(path)).toMatchObject({ status: 403, body: { error: 'Missing Authentication Token' } });
    expect(await call('/orders', post('{}'))).toMatchObject({ status: 403 });
  });

  it('takes no request that is not signed, or signed by somebody else', async () => {
    await start({ GET: method('AWS_IAM') });
    expect(await call('/orders')).toMatchObject({ status: 403 });
    const now = new Date().toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
    const scope = `${now.slice(0, 8)}/us-east-1/execute-api/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=simulated/${scope}, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;
    expect(await call('/orders', { headers: { authorization, 'x-amz-date': now } })).toMatchObject({ status: 403 });
  });

  it('asks the authorizer, and that its issuer', async () => {
    issuer = await startIssuer('https://login.example.com');
    await start({ GET: method('CUSTOM', { authorizerId: 'a' }) });
    const from = (authorization: string) => ({ headers: { authorization } });
    expect(await call('/orders')).toMatchObject({ status: 401 });
    expect(await call('/orders', from('Bearer another'))).toMatchObject({ status: 401 });
    expect(await call('/orders', from('Bearer https://login.example.com'))).toMatchObject({
      status: 201,
      body: { requestContext: { authorizer: { principalId: 'me', scope: 'all' } } },
    });
    // Its policy is about another method.
    expect(await call('/orders/1', from('Bearer https://login.example.com'))).toMatchObject({ status: 403 });
  });

  it('looks at parameters and body before the function', async () => {
    const required = { 'method.request.header.Idempotency-Key': true };
    const models = { 'application/json': 'Order' };
    await start({ POST: method('NONE', { requestParameters: required, requestModels: models }) });
    expect(await call('/orders', post('{"quantity":1}'))).toMatchObject({
      status: 400,
      body: { error: 'Missing required request parameters: [Idempotency-Key]' },
    });
    const key = { 'idempotency-key': 'k' };
    for (const body of ['{}', 'no JSON', '[]'])
      expect(await call('/orders', post(body, key))).toMatchObject({
        status: 400,
        body: { error: 'Invalid request body' },
      });
    expect(await call('/orders', post('{"quantity":1}', key))).toMatchObject({ status: 201 });
  });

  it('answers itself for a function that fails, or that it may not call', async () => {
    await start({ POST: method('NONE') });
    expect(await call('/orders', post('{"quantity":13}'))).toMatchObject({ status: 502 });
    expect(await call('/orders', post('{"quantity":14}'))).toMatchObject({ status: 502 });
    await gateway.stop();
    await start({ POST: method('NONE') }, '*/GET/orders');
    expect(await call('/orders', post('{}'))).toMatchObject({ status: 500 });
  });
});
