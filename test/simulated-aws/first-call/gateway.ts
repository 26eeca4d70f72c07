import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import Ajv from 'ajv-draft-04';

import type { Simulator } from '../simulator.js';
import type { DeployedFunction, Surroundings } from './deployed-function.js';
import { Functions, isLike } from './functions.js';
import { bodyOf, Loopback, type Response } from './loopback.js';
import { isSigned } from './signature.js';

interface Method {
  httpMethod: string;
  authorizationType: string;
  authorizerId?: string;
  requestValidatorId?: string;
  requestParameters?: Record<string, boolean | string>;
  requestModels?: Record<string, string>;
  methodIntegration?: { type: string; uri: string; httpMethod: string };
}

interface ApiResource {
  path: string;
  resourceMethods?: Record<string, Method>;
}

interface Authorizer {
  id: string;
  type: string;
  authorizerUri: string;
  identitySource?: string;
  identityValidationExpression?: string;
}

interface Validator {
  id: string;
  validateRequestBody: boolean;
  validateRequestParameters: boolean;
}

interface GatewayResponse {
  responseType: string;
  statusCode?: string;
  responseParameters?: Record<string, string>;
  responseTemplates?: Record<string, string>;
}

interface Model {
  name: string;
  schema: string;
}

interface Request {
  id: string;
  method: string;
  /** Below the stage. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What API Gateway answers itself, and not the function. */
class Refused extends Error {
  constructor(
    readonly type: string,
    readonly status: number,
    message: string,
    readonly validation = '',
  ) {
    super(message);
  }
}

/**
 * An API as the simulator has it, called as API Gateway would call it, on loopback: who calls, parameters and body are looked
 * at as its methods say, and its functions are the code that is deployed.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export class Gateway {
  private readonly ajv = new Ajv({ strict: false });
  private loopback!: Loopback;
  /** How many requests reached a function, and how many were refused before, by what API Gateway calls it. */
  readonly seen = new Map<string, number>();

  private constructor(
    private readonly api: Api,
    private readonly functions: Functions,
  ) {}

  static async start(stage: StageOfApi, around: Surroundings): Promise<Gateway> {
    const functions = new Functions('apigateway.amazonaws.com', around);
    const gateway = new Gateway(await readApi(stage, around.simulator), functions);
    gateway.loopback = await Loopback.start((message) => gateway.serve(message));
    return gateway;
  }

  /** The address of the stage. */
  get url(): string {
    return `${this.loopback.url}/${this.api.stage.stageName}`;
  }

  async stop(): Promise<void> {
    this.loopback.stop();
    await this.functions.stop();
  }

  private async serve(message: IncomingMessage): Promise<Response> {
    const url = new URL(message.url!, 'http://127.0.0.1');
    const prefix = `/${this.api.stage.stageName}`;
    const request: Request = {
      id: randomUUID(),
      method: message.method!,
      path: url.pathname.startsWith(`${prefix}/`) ? url.pathname.slice(prefix.length) : '',
      query: url.searchParams,
      headers: message.headers,
      body: (await bodyOf(message)).toString(),
    };
    try {
      const response = await this.answer(request, url);
      this.count('answered');
      return response;
    } catch (error) {
      const refused =
        error instanceof Refused ? error : new Refused('DEFAULT_5XX', 500, `the test's gateway: ${String(error)}`);
      this.count(refused.type);
      return this.refusal(refused, request.id);
    }
  }

  private count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  private async answer(request: Request, url: URL): Promise<Response> {
    const { region } = this.api.stage;
    const [resource, pathParameters] = this.resourceOf(request.path);
    const method = resource?.resourceMethods?.[request.method];
    if (!resource || !method) throw new Refused('MISSING_AUTHENTICATION_TOKEN', 403, 'Missing Authentication Token');
    const identity: Identity = { requestContext: {}, source: {} };
    if (method.authorizationType === 'AWS_IAM') {
      if (!request.headers.authorization)
        throw new Refused('MISSING_AUTHENTICATION_TOKEN', 403, 'Missing Authentication Token');
      if (!(await isSigned(request, url, region)))
        throw new Refused('INVALID_SIGNATURE', 403, 'The request signature we calculated does not match');
      identity.source = { userArn: 'arn:aws:iam::123456789012:user/simulated', accessKey: 'simulated' };
      Object.assign(identity.source, { accountId: '123456789012', user: 'AIDASIMULATED', caller: 'AIDASIMULATED' });
    } else if (method.authorizationType === 'CUSTOM') {
      identity.requestContext = { authorizer: await this.authorized(method, request) };
    } else if (method.authorizationType !== 'NONE') throw new Error(`it knows no ${method.authorizationType}`);
    this.validate(method, request, pathParameters);
    return this.proxied(method, resource, request, pathParameters, identity);
  }

  private resourceOf(path: string): [ApiResource | undefined, Record<string, string>] {
    const asked = path.split('/');
    const fits = this.api.resources.flatMap((resource): [ApiResource, Record<string, string>][] => {
      const parts = resource.path.split('/');
      if (parts.length !== asked.length) return [];
      const parameters: Record<string, string> = {};
      const isSame = parts.every((part, index) => {
        const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
        if (name) parameters[name] = decodeURIComponent(asked[index]!);
        return name ? asked[index] !== '' : part === asked[index];
      });
      return isSame ? [[resource, parameters]] : [];
    });
    // A path that is written out goes before one with a parameter.
    return fits.sort(([, a], [, b]) => Object.keys(a).length - Object.keys(b).length)[0] ?? [undefined, {}];
  }

  private async authorized(method: Method, request: Request): Promise<Record<string, unknown>> {
    const authorizer = this.api.authorizers.find(({ id }) => id === method.authorizerId)!;
    const header = /^method\.request\.header\.(.+)$/.exec(authorizer.identitySource ?? '')?.[1];
    const token = header ? request.headers[header.toLowerCase()] : undefined;
    const expression = authorizer.identityValidationExpression;
    if (typeof token !== 'string' || !token || (expression && !new RegExp(expression).test(token)))
      throw new Refused('UNAUTHORIZED', 401, 'Unauthorized');
    const methodArn = `${this.api.executionArn}/${this.api.stage.stageName}/${request.method}${request.path}`;
    const called = await this.called(authorizer.authorizerUri, `${this.api.executionArn}/authorizers/${authorizer.id}`);
    const answer = await called.invoke({ type: 'TOKEN', authorizationToken: token, methodArn });
    if ('error' in answer) {
      if (answer.error.errorMessage === 'Unauthorized') throw new Refused('UNAUTHORIZED', 401, 'Unauthorized');
      throw new Refused('AUTHORIZER_FAILURE', 500, 'Internal server error');
    }
    const { principalId, policyDocument, context } = answer.result as {
      principalId: string;
      policyDocument: { Statement: { Effect: string; Action: string; Resource: string | string[] }[] };
      context?: Record<string, unknown>;
    };
    const effects = policyDocument.Statement.filter(({ Resource: resources }) =>
      [resources].flat().some((pattern) => isLike(pattern, methodArn)),
    ).map(({ Effect: effect }) => effect);
    if (effects.length === 0 || effects.includes('Deny'))
      throw new Refused('ACCESS_DENIED', 403, 'User is not authorized to access this resource');
    return { principalId, ...context };
  }

  private validate(method: Method, request: Request, path: Record<string, string>): void {
    const validator = this.api.validators.find(({ id }) => id === method.requestValidatorId);
    if (validator?.validateRequestParameters) {
      const missing = Object.entries(method.requestParameters ?? {}).flatMap(([parameter, required]) => {
        const [, where, name] = /^method\.request\.(header|path|querystring)\.(.+)$/.exec(parameter) ?? [];
        const value = {
          header: request.headers[name!.toLowerCase()],
          path: path[name!],
          querystring: request.query.get(name!),
        };
        return String(required) === 'true' && !value[where as keyof typeof value] ? [name!] : [];
      });
      if (missing.length > 0)
        throw new Refused(
          'BAD_REQUEST_PARAMETERS',
          400,
          `Missing required request parameters: [${missing.join(', ')}]`,
        );
    }
    // A body of another type than the model's passes, as it does API Gateway.
    const type = (request.headers['content-type'] ?? 'application/json').split(';')[0]!;
    const name = method.requestModels?.[type];
    if (!validator?.validateRequestBody || !name) return;
    const model = this.api.models.find((one) => one.name === name)!;
    const invalid = (why: string) => new Refused('BAD_REQUEST_BODY', 400, 'Invalid request body', why);
    let content: unknown;
    try {
      content = JSON.parse(request.body);
    } catch {
      throw invalid('[is not valid JSON]');
    }
    if (!this.ajv.validate(JSON.parse(model.schema) as object, content)) throw invalid(`[${this.ajv.errorsText()}]`);
  }

  private async proxied(
    method: Method,
    resource: ApiResource,
    request: Request,
    pathParameters: Record<string, string>,
    { requestContext, source }: Identity,
  ): Promise<Response> {
    const { stageName, apiId } = this.api.stage;
    const integration = method.methodIntegration;
    if (integration?.type !== 'AWS_PROXY' || integration.httpMethod !== 'POST')
      throw new Error(`${request.method} ${resource.path} is no proxy of a function that is called by POST`);
    const sourceArn = `${this.api.executionArn}/${stageName}/${request.method}${request.path}`;
    const called = await this.called(integration.uri, sourceArn);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const),
    );
    const query = [...new Set(request.query.keys())];
    const answer = await called.invoke({
      resource: resource.path,
      path: request.path,
      httpMethod: request.method,
      headers,
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      queryStringParameters: orNull(Object.fromEntries(query.map((name) => [name, request.query.getAll(name).at(-1)]))),
      multiValueQueryStringParameters: orNull(
        Object.fromEntries(query.map((name) => [name, request.query.getAll(name)])),
      ),
      pathParameters: orNull(pathParameters),
      stageVariables: null,
      requestContext: {
        resourcePath: resource.path,
        httpMethod: request.method,
        path: `/${stageName}${request.path}`,
        accountId: '123456789012',
        protocol: 'HTTP/1.1',
        stage: stageName,
        domainName: request.headers.host,
        apiId,
        requestId: request.id,
        extendedRequestId: request.id,
        requestTimeEpoch: Date.now(),
        identity: { sourceIp: '127.0.0.1', userAgent: request.headers['user-agent'] ?? null, ...source },
        ...requestContext,
      },
      body: request.body === '' ? null : request.body,
      isBase64Encoded: false,
    });
    if ('error' in answer) throw new Refused('INTEGRATION_FAILURE', 502, 'Internal server error');
    const given = answer.result as { statusCode?: number; headers?: Record<string, string>; body?: string } | null;
    // What has another shape is a malformed proxy response, and so is a body that is no text.
    const isSound =
      Number.isInteger(given?.statusCode) && (given!.body === undefined || typeof given!.body === 'string');
    if (!isSound) throw new Refused('DEFAULT_5XX', 502, 'Internal server error');
    return { status: given!.statusCode!, headers: given!.headers ?? {}, body: given!.body ?? '' };
  }

  /** The function behind a URI, started once; API Gateway must be permitted to call it for this. */
  private async called(uri: string, sourceArn: string): Promise<DeployedFunction> {
    const arn = /functions\/(arn:[^/]+)\/invocations$/.exec(uri)![1]!;
    const called = await this.functions.permitted(arn, sourceArn);
    if (!called) throw new Refused('API_CONFIGURATION_ERROR', 500, 'Internal server error');
    return called;
  }

  /** As the API's gateway responses say, the one of the type before the one of all. */
  private refusal({ type, status, message, validation }: Refused, requestId: string): Response {
    const named = (name: string) => this.api.responses.find(({ responseType: one }) => one === name);
    const response = named(type) ?? named(status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
    const template = response?.responseTemplates?.['application/json'] ?? '{"message":$context.error.messageString}';
    const values: Record<string, string> = {
      '$context.error.messageString': JSON.stringify(message),
      '$context.error.message': message,
      '$context.error.validationErrorString': JSON.stringify(validation).slice(1, -1),
      '$context.error.responseType': type,
      '$context.requestId': requestId,
    };
    const body = template.replaceAll(/\$context(?:\.\w+)+/g, (name) => {
      if (values[name] === undefined) throw new Error(`the test's gateway does not know ${name}`);
      return values[name];
    });
    const given = Object.entries(response?.responseParameters ?? {}).map(
      ([name, value]) => [name.replace('gatewayresponse.header.', ''), value.replace(/^'(.*)'$/, '$1')] as const,
    );
    return {
      status: Number(response?.statusCode ?? status),
      headers: { 'content-type': 'application/json', ...Object.fromEntries(given) },
      body,
    };
  }
}

interface Identity {
  requestContext: Record<string, unknown>;
  source: Record<string, unknown>;
}

/** Which stage of which API, and where. */
export interface StageOfApi {
  apiId: string;
  stageName: string;
  region: string;
}

interface Api {
  stage: StageOfApi;
  executionArn: string;
  resources: ApiResource[];
  authorizers: Authorizer[];
  validators: Validator[];
  models: Model[];
  responses: GatewayResponse[];
}

async function readApi(stage: StageOfApi, simulator: Simulator): Promise<Api> {
  const { apiId, region, stageName } = stage;
  const read = async (path: string) =>
    JSON.parse(await simulator.get('apigateway', region, `/restapis/${apiId}${path}`)) as unknown;
  const list = async (path: string) => ((await read(path)) as { item: unknown[] }).item;
  await read(`/stages/${stageName}`);
  return {
    stage,
    executionArn: `arn:aws:execute-api:${region}:123456789012:${apiId}`,
    resources: (await list('/resources?embed=methods')) as ApiResource[],
    authorizers: (await list('/authorizers')) as Authorizer[],
    validators: (await list('/requestvalidators')) as Validator[],
    models: (await list('/models')) as Model[],
    responses: (await list('/gatewayresponses')) as GatewayResponse[],
  };
}

function orNull(values: Record<string, unknown>): Record<string, unknown> | null {
  return Object.keys(values).length > 0 ? values : null;
}
