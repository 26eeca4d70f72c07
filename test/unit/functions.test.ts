import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { zipSync } from 'fflate';
import { check, resolveConfig } from 'prettier';
import { beforeAll, describe, expect, it } from 'vitest';

import {
  filesBelow,
  functionSources,
  runIn,
  sourcesInRecord,
  sourcesInTerraform,
  unnoticed,
  withTerraform,
  writeSources,
  type Mutation,
} from '../support/functions.js';
import { scratchFolder } from '../support/scratch.js';

const sources = functionSources(['functions-node', 'orders', 'jwt-authorizer']);
const functions = ['app', 'authorizer'];

/** Runs Node in a folder; nothing of the run that this test is part of may be seen there. */
function node(folder: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...inherited } = process.env;
  return runIn(folder, process.execPath, args, { ...inherited, ...env });
}

const counted = (tap: string, what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(tap)?.[1]);

const built = writeSources(sources);

beforeAll(async () => {
  await node(built, ['functions/build.mjs']);
});

describe('the functions of a project', () => {
  it('are templates without an expression, written as prettier writes', async () => {
    const style = await resolveConfig('package.json');
    for (const [file, text] of sources) {
      expect(text.includes('{{'), file).toBe(false);
      if (/\.(mjs|json)$/.test(file)) expect(await check(text, { ...style, filepath: file }), file).toBe(true);
    }
  });

  it('import the clients of AWS in one place, and nothing else that Node does not bring', () => {
    for (const [file, text] of sources) {
      const packages = [...text.matchAll(/from '([^.'][^']*)'/g)].map((match) => match[1]!);
      const foreign = packages.filter((name) => !name.startsWith('node:'));
      const clients = ['@aws-sdk/client-dynamodb', '@aws-sdk/client-rds-data'];
      expect(foreign, file).toEqual(file === 'functions/app/index.mjs' ? clients : []);
    }
  });

  it('pass their own tests, and those of what is deployed say that nothing is', async () => {
    const { status, stdout } = await node(built, ['--test', '--test-reporter=tap']);
    expect(status, stdout).toBe(0);
    expect(counted(stdout, 'pass')).toBeGreaterThan(70);
    expect(counted(stdout, 'fail')).toBe(0);
    const skipped = stdout.match(/# SKIP .*$/gm) ?? [];
    expect(skipped.length).toBe(counted(stdout, 'skipped'));
    expect(skipped.length).toBeGreaterThan(5);
    expect(new Set(skipped)).toEqual(new Set(['# SKIP not deployed']));
  });
});

describe('functions/build.mjs', () => {
  // Two that UTF-16 has the other way round, what git and Node leave hidden, and what Python would leave out.
  const odd = {
    'functions/app/lib/größe.txt': '1',
    'functions/app/lib/\u{1F600}.txt': '2',
    'functions/app/lib/\uFB01.txt': '3',
    'functions/app/lib.mjs': '4',
    'functions/app/empty': '',
    'functions/app/.hidden': '5',
    'functions/app/node_modules/x/.cache/a': '6',
    'functions/app/node_modules/x/__pycache__/m.pyc': '7',
  };

  it.each(['UTC', 'America/New_York', 'Asia/Kolkata'])('packs what fflate packs, in %s', async (zone) => {
    const folder = writeSources(sources, odd);
    const { status, stderr } = await node(folder, ['functions/build.mjs'], { TZ: zone });
    expect(status, stderr).toBe(0);
    for (const name of functions) {
      const root = path.join(folder, 'functions', name);
      const mtime = new Date(1980, 0, 1);
      const shown = filesBelow(root).filter((file) => !/(^|\/)\./.test(file));
      const entries = shown.map((file) => [
        file,
        [readFileSync(path.join(root, file)), { level: 0, mtime, os: 3, attrs: 0o644 << 16 }],
      ]);
      const theirs = zipSync(Object.fromEntries(entries));
      expect(readFileSync(path.join(folder, `functions/${name}.zip`)).equals(theirs), name).toBe(true);
    }
  });

  it('records what Terraform finds, whatever files are called', async () => {
    const folder = writeSources(sources, odd);
    await node(folder, ['functions/build.mjs']);
    for (const name of functions)
      expect(sourcesInRecord(folder, name), name).toBe(sourcesInTerraform(folder, name, 'node'));
  });

  it('builds the same again', async () => {
    const folder = scratchFolder();
    cpSync(built, folder, { recursive: true });
    const { stdout } = await node(folder, ['functions/build.mjs']);
    expect(stdout).toBe('functions/ is up to date\n');
  });
});

describe('functions/app/index.mjs', () => {
  /** A request to the function as it is deployed, where packages that look like the SDK stand in for it. */
  async function request(env: NodeJS.ProcessEnv, answer: string) {
    const client = (names: string[], commands: string[]) =>
      [
        ...names.map(
          (name) => `export class ${name} {
            constructor(options) { this.options = options; }
            async send(command, { abortSignal }) {
              console.error(JSON.stringify({ options: this.options, ...command, bounded: abortSignal instanceof AbortSignal }));
              ${answer}
            }
          }`,
        ),
        ...commands.map((name) => `export class ${name} { constructor(input) { this.${name} = input; } }`),
      ].join('\n');
    const folder = writeSources(sources, {
      'node_modules/@aws-sdk/client-dynamodb/package.json': '{"exports":"./index.mjs"}',
      'node_modules/@aws-sdk/client-dynamodb/index.mjs': client(
        ['DynamoDBClient'],
        ['GetItemCommand', 'PutItemCommand'],
      ),
      'node_modules/@aws-sdk/client-rds-data/package.json': '{"exports":"./index.mjs"}',
      'node_modules/@aws-sdk/client-rds-data/index.mjs': client(['RDSDataClient'], ['ExecuteStatementCommand']),
      'request.mjs': `import { handler } from './functions/app/index.mjs';
        const requestContext = { requestId: 'request-1', path: '/v1/orders' };
        const answers = [
          await handler({
            requestContext,
            resource: '/orders',
            httpMethod: 'POST',
            headers: { 'idempotency-key': 'key' },
            body: JSON.stringify({ symbol: 'ACME', side: 'buy', quantity: 1 }),
          }),
          await handler({ requestContext, resource: '/orders/{id}', httpMethod: 'GET', pathParameters: { id: '0'.repeat(32) } }),
          await handler({ requestContext, resource: '/positions', httpMethod: 'GET' }),
        ];
        console.log(JSON.stringify(answers.map(({ statusCode, body }) => [statusCode, JSON.parse(body)])));`,
    });
    const { status, stdout, stderr } = await node(folder, ['request.mjs'], env);
    expect(status, stderr).toBe(0);
    const lines = (text: string) =>
      text
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, any>);
    const printed = lines(stdout);
    return { answers: printed.at(-1) as unknown as [number, any][], log: printed.slice(0, -1), calls: lines(stderr) };
  }

  const environment = {
    ORDERS_TABLE: 'orders',
    API_AUTH: 'none',
    ORDER_RETENTION_DAYS: '30',
    DATABASE_ARN: 'arn:database',
    DATABASE_SECRET_ARN: 'arn:secret',
    DATABASE_NAME: 'app',
  };

  it('hands the clients to the handler, and every call has its limit', async () => {
    const { answers, calls } = await request(environment, 'return {};');
    expect(answers.map(([status]) => status)).toEqual([201, 404, 200]);
    expect(calls.map((call) => Object.keys(call).find((name) => name.endsWith('Command')))).toEqual([
      'PutItemCommand',
      'GetItemCommand',
      'ExecuteStatementCommand',
    ]);
    for (const { options, bounded } of calls) {
      expect(bounded).toBe(true);
      expect(options.requestHandler.throwOnRequestTimeout).toBe(true);
      // API Gateway gives up after 29 seconds, and Lambda after 25.
      expect(options.maxAttempts * options.requestHandler.requestTimeout).toBeLessThanOrEqual(20_000);
    }
  });

  it('answers with a request id where it is not configured', async () => {
    const unset = Object.fromEntries(Object.keys(environment).map((name) => [name, '']));
    const { answers, calls, log } = await request(unset, 'return {};');
    for (const [status, body] of answers) {
      expect(status).toBe(500);
      expect(body).toEqual({ error: 'internal error', requestId: 'request-1' });
    }
    expect(calls).toEqual([]);
    expect(log.length).toBe(3);
    for (const name of Object.keys(environment)) expect(log[0]!.message).toContain(`${name} is not set`);
  });
});

describe('tests/integration/signing.mjs', () => {
  it("signs AWS's example as AWS does", async () => {
    const { sign } = await import(pathToFileURL(path.join(built, 'tests/integration/signing.mjs')).href);
    // "get-vanilla" of the test suite that AWS publishes for Signature Version 4.
    const { authorization } = sign({
      method: 'GET',
      url: new URL('https://example.amazonaws.com/'),
      region: 'us-east-1',
      service: 'service',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
      now: new Date('2015-08-30T12:36:00Z'),
    });
    expect(authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
        'Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    );
  });
});

describe.skipIf(process.platform === 'win32')('tests/integration', () => {
  /** Runs the tests of what is deployed, where a shell script stands in for terraform. */
  async function integration(script: string, env: NodeJS.ProcessEnv = {}) {
    const { folder, terraform } = withTerraform(built, script);
    const args = ['--test', '--test-reporter=tap', 'tests/integration/api.test.mjs'];
    // Without the AWS CLI, whatever this machine has.
    return node(folder, args, { TERRAFORM: terraform, PATH: folder, ...env });
  }

  const outputs = (more: Record<string, unknown> = {}) => {
    const values = {
      api_auth: 'jwt',
      application_url: 'http://127.0.0.1:9/v1',
      aws_region: 'eu-central-1',
      deletion_protection: false,
      function_name: 'api',
      orders_table_name: 'orders',
      ...more,
    };
    const json = JSON.stringify(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])));
    return `echo '${json}'`;
  };

  it.each([
    ['an empty state', "echo '{}'"],
    ['terraform init -backend=false', `echo 'Reason: Initial configuration of the requested backend "s3"' >&2; exit 1`],
  ])('are skipped after %s', async (_, script) => {
    const { status, stdout } = await integration(script);
    expect(status, stdout).toBe(0);
    expect(counted(stdout, 'pass')).toBe(0);
    expect(stdout.match(/# SKIP not deployed$/gm)?.length).toBe(counted(stdout, 'tests'));
  });

  it.each([
    [
      'terraform fails',
      "echo 'Error: ExpiredToken: the token is expired' >&2; exit 1",
      'ExpiredToken: the token is expired',
    ],
    ['terraform is not there', 'exec /nowhere/terraform', 'output failed'],
    ['outputs are missing', outputs({ application_url: undefined }), 'there is no output application_url'],
    ['there is no token', outputs(), 'set API_TOKEN to an access token'],
    ['the API does not answer', outputs({ api_auth: 'none' }), 'fetch failed'],
  ])('fail where %s', async (_, script, words) => {
    const { status, stdout, stderr } = await integration(script, { API_TOKEN: '', AWS_ACCESS_KEY_ID: '' });
    expect(status).not.toBe(0);
    expect(stdout + stderr).toContain(words);
    expect(stdout).not.toContain('# SKIP not deployed');
  });
});

const mutations: Mutation[] = [
  ['an order without a condition', 'app/orders.mjs', "ConditionExpression: '", "// '", 'orders'],
  ['an expired order in the way', 'app/orders.mjs', ' OR expiresAt <= :now', '', 'orders'],
  ['an order of another owner', 'app/orders.mjs', 'item.owner.S === owner && ', '', 'orders'],
  ['an order that has expired', 'app/orders.mjs', ' && isAlive(item)', '', 'orders'],
  ['a stale read', 'app/orders.mjs', 'ConsistentRead: true', 'ConsistentRead: false', 'orders'],
  ['a key that all callers share', 'app/orders.mjs', 'JSON.stringify([owner, key])', 'key', 'orders'],
  ['a key for any content', 'app/orders.mjs', 'first.requestHash.S !== requestHash', 'false', 'orders'],
  ['a price that is no content', 'app/orders.mjs', ', limitPrice ?? null]', ']', 'orders'],
  ['a second read', 'app/orders.mjs', "'ALL_OLD'", "'NONE'", 'orders'],
  ['an owner who is shown', 'app/orders.mjs', 'id: item.id.S,', 'id: item.id.S, owner: item.owner.S,', 'orders'],
  ['a retention of hours', 'app/orders.mjs', '24 * 60 * 60', '60 * 60', 'orders'],
  ['a session that owns', 'app/caller.mjs', ".replace(ASSUMED_ROLE, '$1')", '', 'orders'],
  ['callers who are one unasked', 'app/caller.mjs', 'if (!isOpen)', 'if (false)', 'orders'],
  [
    'an owner by header',
    'app/caller.mjs',
    "return 'public'",
    "return arguments[0].headers?.principalId ?? 'public'",
    'orders',
  ],
  [
    'a message that leaks',
    'app/errors.mjs',
    "new HttpError(500, 'internal error'",
    'new HttpError(500, error.message',
    'requests',
  ],
  ['no Retry-After', 'app/errors.mjs', "retryAfter ? { 'Retry-After': String(retryAfter) } : {}", '{}', 'positions'],
  ['throttling as a fault', 'app/errors.mjs', 'THROTTLED.has(error?.name)', 'false', 'requests'],
  ['a lost connection as a fault', 'app/errors.mjs', 'UNREACHABLE.has(error?.code) || ', '', 'requests'],
  ['a time-out as a fault', 'app/errors.mjs', 'LATE.has(error?.name) || ', '', 'requests'],
  ['a silent failure', 'app/handler.mjs', 'log(answer.level', '(() => {})(answer.level', 'requests'],
  ['faults in the log', 'app/handler.mjs', "{ hint: 'the body is not an order' }", '{}', 'requests'],
  ['a location without its stage', 'app/handler.mjs', 'event.requestContext?.path ?? ', '', 'requests'],
  ['a header by one spelling', 'app/http.mjs', 'key.toLowerCase() === wanted', 'key === name', 'requests'],
  ['an answer that is kept', 'app/http.mjs', "'Cache-Control': 'no-store',", '', 'requests'],
  ['an unset setting', 'app/settings.mjs', '!environment[name]', 'false', 'requests'],
  ['a schema that is not read', 'app/validation.mjs', '!Object.hasOwn(KEYWORDS, keyword)', 'false', 'validation'],
  ['more than an order', 'app/order.schema.json', ',\n  "additionalProperties": false', '', 'validation'],
  ['a waking database as a fault', 'app/positions.mjs', 'isWaking || ', '', 'positions'],
  ['an old waking as a fault', 'app/positions.mjs', 'WAKING_IN_WORDS.test(message)', 'false', 'positions'],
  ['a missing table unexplained', 'app/positions.mjs', ', hint }', ' }', 'positions'],
  ['rounded numbers', 'app/positions.mjs', 'CAST(quantity AS text)', 'quantity', 'positions'],
  ['everyone sees positions', 'app/positions.mjs', 'WHERE owner = :owner\n', '', 'positions'],
  ['a link that is followed', 'build.mjs', 'if (link) throw', 'if (false) throw', 'build'],
  [
    'files in the order of UTF-16',
    'build.mjs',
    'namesBelow(folder).sort(inOrder)',
    'namesBelow(folder).sort()',
    'build',
  ],
  ['a check that passes', 'build.mjs', '} else if (values.check) {', '} else if (false) {', 'build'],
  ['any issuer', 'authorizer/verify.mjs', 'claims.iss !== issuer', 'false', 'authorizer'],
  ['any audience', 'authorizer/verify.mjs', '!isFor(audience, claims)', 'false', 'authorizer'],
  ['an id token of Cognito', 'authorizer/verify.mjs', "use === 'access' && ", '', 'authorizer'],
  ['any signature', 'authorizer/verify.mjs', "refuse(!signed, 'the signature is wrong');", '', 'authorizer'],
  [
    'any type of key',
    'authorizer/verify.mjs',
    "refuse(jwk.kty !== kty || (crv && jwk.crv !== crv), 'alg does not go with the key');",
    '',
    'authorizer',
  ],
  [
    'a key for encryption',
    'authorizer/verify.mjs',
    "jwk.use !== undefined && jwk.use !== 'sig'",
    'false',
    'authorizer',
  ],
  ['a short key', 'authorizer/verify.mjs', 'SHORTEST_RSA_KEY = 2_048', 'SHORTEST_RSA_KEY = 512', 'authorizer'],
  ['a token for ever', 'authorizer/verify.mjs', 'exp + SECONDS_OF_SKEW <= now', 'false', 'authorizer'],
  ['no end', 'authorizer/verify.mjs', '!Number.isFinite(exp) || ', '', 'authorizer'],
  ['no skew', 'authorizer/verify.mjs', 'SECONDS_OF_SKEW = 60', 'SECONDS_OF_SKEW = 0', 'authorizer'],
  ['a critical header', 'authorizer/verify.mjs', 'header.crit !== undefined', 'false', 'authorizer'],
  ['a token of any length', 'authorizer/verify.mjs', 'token.length > LONGEST_TOKEN', 'false', 'authorizer'],
  ['no subject', 'authorizer/verify.mjs', "typeof claims.sub !== 'string' || ", '', 'authorizer'],
  [
    'HS256 with the public key',
    'authorizer/verify.mjs',
    "refuse(!algorithm, 'alg is not accepted');",
    "if (header.alg === 'HS256') return decode(body); refuse(!algorithm, 'alg is not accepted');",
    'authorizer',
  ],
  [
    'keys fetched for every forgery',
    'authorizer/keys.mjs',
    'now() - known.at >= BETWEEN_LOOKS_FOR_NEW_KEYS',
    'true',
    'authorizer',
  ],
  ['keys kept for ever', 'authorizer/keys.mjs', '!known || now() - known.at >= FRESH', '!known', 'authorizer'],
  ['keys that never rotate', 'authorizer/keys.mjs', 'else if (!known.keys.has(kid)', 'else if (false', 'authorizer'],
  ['a redirect that is followed', 'authorizer/keys.mjs', "redirect: 'error'", "redirect: 'follow'", 'authorizer'],
  ['keys over http', 'authorizer/keys.mjs', " || !url.startsWith('https://')", '', 'authorizer'],
  ['an answer without bound', 'authorizer/keys.mjs', 'size > limits.bytes', 'false', 'authorizer'],
  [
    'an issuer that is waited for',
    'authorizer/keys.mjs',
    'AbortSignal.timeout(limits.milliseconds)',
    'AbortSignal.timeout(60_000)',
    'authorizer',
  ],
  ['another issuer', 'authorizer/keys.mjs', 'named !== issuer', 'false', 'authorizer'],
  [
    'a deny that is remembered',
    'authorizer/handler.mjs',
    "throw new Error('Unauthorized')",
    "return { policyDocument: { Statement: [{ Effect: 'Deny' }] } }",
    'authorizer',
  ],
  [
    'an issuer that is down as a refusal',
    'authorizer/handler.mjs',
    'error instanceof InvalidToken',
    'true',
    'authorizer',
  ],
  ['every stage', 'authorizer/handler.mjs', '`${stage}/*`', "'*'", 'authorizer'],
  [
    'a token in the log',
    'authorizer/handler.mjs',
    '{ reason: error.message }',
    '{ reason: error.message, token: event.authorizationToken }',
    'authorizer',
  ],
];

describe('the tests of the functions', () => {
  it('notice each change for the worse', async () => {
    const missed = await unnoticed(
      mutations,
      () => sources,
      async (folder, test) => {
        const { stdout } = await node(folder, ['--test-reporter=tap', '--test', `tests/functions/${test}.test.mjs`]);
        // A test that fails, and neither a module that cannot be read nor a run that was ended.
        const noticed = /^# (?:fail|cancelled) [1-9]/m.test(stdout) && !/SyntaxError|ERR_MODULE_NOT_FOUND/.test(stdout);
        return { noticed, output: stdout };
      },
    );
    expect(missed).toEqual([]);
  });
});
