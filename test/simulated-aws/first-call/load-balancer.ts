import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import type { Answer, Surroundings } from './deployed-function.js';
import { Functions } from './functions.js';
import { bodyOf, Loopback, type Response } from './loopback.js';

/** A load balancer as the simulator has it. */
interface Balancer {
  listeners: Listener[];
  targetGroups: TargetGroup[];
}

interface Listener {
  port: number;
  protocol: string;
  /** How many rules it has beside the default one. */
  rules: number;
  actions: { type: string; targetGroups: string[] }[];
}

interface TargetGroup {
  arn: string;
  type: string;
  targets: string[];
  attributes: Record<string, string>;
  healthCheck: { enabled: boolean; path: string; matcher: string };
}

interface Request {
  method: string;
  path: string;
  /** As it was sent, without the question mark. */
  query: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** What a function is to answer a load balancer with. */
interface FunctionResponse {
  statusCode: number;
  statusDescription?: string;
  headers?: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
}

/** Elastic Load Balancing hands on no more than this, and takes no more than this from a function. */
const mostBytes = 2 ** 20;

/**
 * A load balancer as the simulator has it, called on loopback: from its listener to the target group, and to the code of the
 * function that is registered there and that it may call. What it answers itself is a page of HTML, as AWS's.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
export class LoadBalancer {
  private loopback!: Loopback;

  private constructor(
    private readonly listener: Listener,
    private readonly group: TargetGroup,
    private readonly functions: Functions,
  ) {}

  /** The listener that clients call: the one of HTTPS where there is one. TLS ends before loopback. */
  static async start(arn: string, around: Surroundings): Promise<LoadBalancer> {
    const { listeners, targetGroups } = (await around.simulator.ask('load-balancer', arn)) as Balancer;
    const listener = listeners.find(({ protocol }) => protocol === 'HTTPS') ?? listeners[0];
    if (!listener) throw new Error(`${arn} has no listener`);
    const [action, ...others] = listener.actions;
    if (listener.rules > 0 || others.length > 0 || action?.type !== 'forward' || action.targetGroups.length !== 1)
      throw new Error("the test's load balancer knows no more than a default action that forwards to one group");
    const group = targetGroups.find((one) => one.arn === action.targetGroups[0])!;
    if (group.type !== 'lambda' || group.attributes['lambda.multi_value_headers.enabled'] === 'true')
      throw new Error("the test's load balancer knows no target group but of functions, with headers of one value");
    const functions = new Functions('elasticloadbalancing.amazonaws.com', around);
    const balancer = new LoadBalancer(listener, group, functions);
    balancer.loopback = await Loopback.start((message) => balancer.serve(message));
    return balancer;
  }

  get url(): string {
    return this.loopback.url;
  }

  async stop(): Promise<void> {
    this.loopback.stop();
    await this.functions.stop();
  }

  /** Makes the health check of the target group; returns what it was answered where that is not what it expects. */
  async unhealthy(): Promise<string | undefined> {
    const { enabled, path, matcher } = this.group.healthCheck;
    if (!enabled) return 'the health check is off';
    const headers = { 'user-agent': 'ELB-HealthChecker/2.0' };
    const { status, body } = await this.answer({ method: 'GET', path, query: '', headers, body: Buffer.alloc(0) });
    const isExpected = matcher.split(',').some((codes) => {
      const [from, to] = codes.split('-').map(Number) as [number, number?];
      return from <= status && status <= (to ?? from);
    });
    return isExpected ? undefined : `GET ${path} is answered with ${status}: ${body.toString()}`;
  }

  private async serve(message: IncomingMessage): Promise<Response> {
    const [path, ...query] = message.url!.split('?');
    const { port, protocol } = this.listener;
    try {
      return await this.answer({
        method: message.method!,
        path: path!,
        query: query.join('?'),
        headers: {
          ...Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
          'x-amzn-trace-id': `Root=1-${randomUUID()}`,
          'x-forwarded-for': message.socket.remoteAddress!,
          'x-forwarded-port': String(port),
          'x-forwarded-proto': protocol.toLowerCase(),
        },
        body: await bodyOf(message),
      });
    } catch (error) {
      return page(500, `the test's load balancer: ${String(error)}`);
    }
  }

  private async answer(request: Request): Promise<Response> {
    if (request.body.length > mostBytes) return page(413, 'Request Entity Too Large');
    const [target] = this.group.targets;
    if (target === undefined) return page(503, 'Service Temporarily Unavailable');
    const called = await this.functions.permitted(target, this.group.arn);
    // The access log says why: LambdaAccessDenied, LambdaInvalidResponse, LambdaUnhandled.
    if (!called) return page(502, 'Bad Gateway');
    return responseOf(await called.invoke(eventOf(this.group, request))) ?? page(502, 'Bad Gateway');
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer */
function eventOf({ arn }: TargetGroup, { method, path, query, headers, body }: Request): object {
  const parameters = query === '' ? [] : query.split('&').map((parameter) => parameter.split(/=(.*)/s));
  const type = headers['content-type'] ?? '';
  const isText = /^(text\/|application\/(json|javascript|xml)\b)/.test(type) && !headers['content-encoding'];
  const isBase64Encoded = body.length > 0 && !isText;
  return {
    requestContext: { elb: { targetGroupArn: arn } },
    httpMethod: method,
    path,
    // As they were sent, and of several with one name the last.
    queryStringParameters: Object.fromEntries(parameters.map(([name, value]) => [name!, value ?? ''])),
    headers,
    body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

/** What a client gets, or undefined where a function answered with anything but what a load balancer takes. */
function responseOf(answer: Answer): Response | undefined {
  if ('error' in answer || Buffer.byteLength(JSON.stringify(answer.result)) > mostBytes) return undefined;
  const given = answer.result as Partial<FunctionResponse> | null;
  if (typeof given !== 'object' || given === null) return undefined;
  const { statusCode, statusDescription = '', headers = {}, body = '', isBase64Encoded = false } = given;
  const isSound =
    Number.isInteger(statusCode) &&
    statusCode! >= 200 &&
    statusCode! <= 599 &&
    typeof statusDescription === 'string' &&
    typeof body === 'string' &&
    typeof isBase64Encoded === 'boolean' &&
    Object.values(headers ?? {}).every((value) => typeof value === 'string');
  if (!isSound) return undefined;
  return { status: statusCode!, headers: headers ?? {}, body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') };
}

function page(status: number, text: string): Response {
  return { status, headers: { 'content-type': 'text/html' }, body: `<html><body>${status} ${text}</body></html>` };
}
