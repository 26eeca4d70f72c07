import { zipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';

import { scratchFolder } from '../../support/scratch.js';
import type { Simulator } from '../simulator.js';
import { LoadBalancer } from './load-balancer.js';

const group = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/app/0123456789abcdef';
const another = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/another/0123456789abcdef';
const app = 'arn:aws:lambda:us-east-1:123456789012:function:app';

// It does what the body says, and else says what it was called with.
const code = `import base64, json, os, time

def handler(event, context):
    headers = {"X-Test": os.environ["GIVEN"]}
    answer = {"statusCode": 200, "headers": headers, "isBase64Encoded": False, "body": json.dumps(event)}
    if event["path"] == "/health":
        return {**answer, "statusCode": int(os.environ["HEALTH"])}
    match event["body"]:
        case "raise": raise ValueError("no such luck")
        case "exit": os._exit(1)
        case "text": return "no response"
        case "nothing": return None
        case "status": return {**answer, "statusCode": "200"}
        case "header": return {**answer, "headers": {"Retry-After": 5}}
        case "body": return {**answer, "body": {"a": 1}}
        case "large": return {**answer, "body": "x" * 2**20}
        case "base64": return {**answer, "body": base64.b64encode(b"\\x00\\xff").decode(), "isBase64Encoded": True}
    return answer
`;

interface Deployed {
  /** The principal and the source that the function's policy names. */
  principal?: string;
  source?: string;
  targets?: string[];
  /** What the function answers its health check with. */
  health?: number;
  healthCheck?: object;
  listeners?: object[];
}

const forward = { type: 'forward', targetGroups: [group] };
const listener = { port: 80, protocol: 'HTTP', rules: 0, actions: [forward] };

/** What the load balancer asks a simulator for. */
function simulatorOf({
  principal = 'elasticloadbalancing.amazonaws.com',
  source = group,
  targets = [app],
  health = 200,
  healthCheck = { enabled: true, path: '/health', matcher: '200-299' },
  listeners = [listener],
}: Deployed): Simulator {
  const attributes = { 'lambda.multi_value_headers.enabled': 'false' };
  const balancer = { listeners, targetGroups: [{ arn: group, type: 'lambda', targets, attributes, healthCheck }] };
  const permission = {
    Principal: { Service: principal },
    Action: 'lambda:InvokeFunction',
    Condition: { ArnLike: { 'AWS:SourceArn': source } },
  };
  const deployed = {
    code: Buffer.from(zipSync({ 'index.py': Buffer.from(code) })).toString('base64'),
    environment: { GIVEN: 'its own', HEALTH: String(health) },
    handler: 'index.handler',
    runtime: 'python3.13',
    timeout: 5,
    memory: 128,
    policy: [permission],
  };
  return {
    endpoint: 'http://127.0.0.1:1',
    ask: (what: string) => Promise.resolve(what === 'function' ? deployed : balancer),
  } as unknown as Simulator;
}

describe("the test's load balancer", () => {
  let balancer: LoadBalancer | undefined;

  afterEach(async () => {
    await balancer?.stop();
    balancer = undefined;
  });

  async function start(deployed: Deployed = {}): Promise<LoadBalancer> {
    const around = { simulator: simulatorOf(deployed), python: 'python3', folder: scratchFolder() };
    balancer = await LoadBalancer.start('arn:alb', around);
    return balancer;
  }

  async function answerTo(path: string, init: RequestInit = {}) {
    const response = await fetch(`${balancer!.url}${path}`, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  it('sends the function what a load balancer would: a query as it was sent, headers of one value', async () => {
    await start();
    const { status, text, headers } = await answerTo('/a%20b?x=1&prefix=a%20b%2Bc+d&x=2&empty&sum=1=1');
    expect([status, headers.get('x-test')]).toEqual([200, 'its own']);
    expect(JSON.parse(text)).toEqual({
      requestContext: { elb: { targetGroupArn: group } },
      httpMethod: 'GET',
      path: '/a%20b',
      queryStringParameters: { x: '2', prefix: 'a%20b%2Bc+d', empty: '', sum: '1=1' },
      headers: expect.objectContaining({
        host: new URL(balancer!.url).host,
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': '80',
        'x-forwarded-proto': 'http',
      }) as unknown,
      body: '',
      isBase64Encoded: false,
    });
  });

  it('hands on text as it is, and anything else in base64', async () => {
    await start();
    const post = async (type: string) => {
      const { text } = await answerTo('/', { method: 'POST', headers: { 'content-type': type }, body: 'ü' });
      const { body, isBase64Encoded } = JSON.parse(text) as { body: string; isBase64Encoded: boolean };
      return [body, isBase64Encoded];
    };
    expect(await post('application/json')).toEqual(['ü', false]);
    expect(await post('text/plain;charset=UTF-8')).toEqual(['ü', false]);
    expect(await post('application/octet-stream')).toEqual(['w7w=', true]);
  });

  it('asks for the health of the function first', async () => {
    expect(await (await start()).unhealthy()).toBeUndefined();
    await balancer!.stop();
    expect(await (await start({ health: 500 })).unhealthy()).toMatch(/^GET \/health is answered with 500: /);
    await balancer!.stop();
    const healthCheck = { enabled: false, path: '/', matcher: '200' };
    expect(await (await start({ healthCheck })).unhealthy()).toBe('the health check is off');
  });

  it.each([
    ['may be called for another target group', { source: another }, 502],
    ['may be called by another service', { principal: 'apigateway.amazonaws.com' }, 502],
    ['is not registered', { targets: [] }, 503],
  ])('does not call a function that %s', async (_, deployed, expected) => {
    await start(deployed);
    expect(await answerTo('/')).toMatchObject({ status: expected, text: expect.stringMatching(/^<html>/) as unknown });
    expect(await balancer!.unhealthy()).toContain(String(expected));
  });

  it.each(['raise', 'text', 'nothing', 'status', 'header', 'body', 'large'])(
    'answers 502 for a function that answers wrongly: %s',
    async (body) => {
      await start();
      expect(await answerTo('/', { method: 'POST', body })).toMatchObject({ status: 502 });
      expect(await answerTo('/')).toMatchObject({ status: 200 });
    },
  );

  it('says where the log is of a function that has ended', async () => {
    await start();
    const { status, text } = await answerTo('/', { method: 'POST', body: 'exit' });
    expect([status, text]).toEqual([500, expect.stringContaining('the function has ended; see /')]);
  });

  it('takes a body in base64 from a function', async () => {
    await start();
    const response = await fetch(balancer!.url, { method: 'POST', body: 'base64' });
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255]);
  });

  it('hands on no body that is larger than 1 MB', async () => {
    await start();
    const body = 'x'.repeat(2 ** 20 + 1);
    expect(await answerTo('/', { method: 'POST', body })).toMatchObject({ status: 413 });
  });

  it('is called where it takes HTTPS, if it does', async () => {
    const redirect = { ...listener, actions: [{ type: 'redirect', targetGroups: [null] }] };
    await start({ listeners: [redirect, { ...listener, port: 443, protocol: 'HTTPS' }] });
    const { text } = await answerTo('/');
    expect(JSON.parse(text)).toMatchObject({ headers: { 'x-forwarded-port': '443', 'x-forwarded-proto': 'https' } });
  });

  it.each([
    ['rules', { ...listener, rules: 1 }],
    ['another action', { ...listener, actions: [{ type: 'redirect', targetGroups: [null] }] }],
    ['two groups', { ...listener, actions: [{ type: 'forward', targetGroups: [group, another] }] }],
  ])('says that it knows no %s', async (_, one) => {
    await expect(start({ listeners: [one] })).rejects.toThrow(/knows no more than/);
  });
});
