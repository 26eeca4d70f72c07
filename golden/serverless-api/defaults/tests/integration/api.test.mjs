// Calls the deployed API, and looks at what it left behind:
//
//   node --test tests/integration/api.test.mjs
//
// It places one order of the symbol TEST, which expires like any other. API_URL names another address for the API;
// an API that takes tokens of an issuer needs one in API_TOKEN.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { aws, readOutputs } from './outputs.mjs';
import { sign } from './signing.mjs';

const LONGEST_WAKING = 120_000;

const outputs = readOutputs();
const skip = outputs ? false : 'not deployed';

const ORDER = { symbol: 'TEST', side: 'buy', quantity: 3, limitPrice: '12.50' };
const key = randomUUID();

test('an order is placed once, and read by its id', { skip }, async (t) => {
  const placed = await place(ORDER);
  assert.equal(placed.status, 201, placed.text);
  const { id, createdAt, ...content } = placed.body;
  assert.deepEqual(content, { ...ORDER, status: 'accepted' });
  assert.ok(Math.abs(Date.now() - Date.parse(createdAt)) < 300_000, `createdAt is ${createdAt}`);

  await t.test('the answer says where the order is, and is not to be kept', () => {
    assert.ok(placed.headers.get('location').endsWith(`/orders/${id}`));
    assert.equal(placed.headers.get('cache-control'), 'no-store');
    assert.equal(placed.headers.get('x-content-type-options'), 'nosniff');
    assert.match(placed.headers.get('strict-transport-security'), /max-age=/);
  });

  await t.test('the same request again gets the same order', async () => {
    const { status, body } = await place(ORDER);
    assert.equal(status, 201);
    assert.deepEqual(body, placed.body);
  });

  await t.test('another order with the same key is refused', async () => {
    assert.equal((await place({ ...ORDER, quantity: 4 })).status, 409);
  });

  await t.test('it is read as it was placed', async () => {
    const { status, body } = await call('GET', `/orders/${id}`);
    assert.equal(status, 200);
    assert.deepEqual(body, placed.body);
  });

  await t.test('the table has the item', () => {
    const command = ['dynamodb', 'get-item', '--consistent-read', '--table-name', outputs.orders_table_name];
    const { Item } = regional(...command, '--key', JSON.stringify({ id: { S: id } }));
    const { owner, requestHash, expiresAt, ...rest } = Item;
    assert.deepEqual(rest, {
      id: { S: id },
      symbol: { S: 'TEST' },
      side: { S: 'buy' },
      quantity: { N: '3' },
      limitPrice: { S: '12.50' },
      status: { S: 'accepted' },
      createdAt: { S: createdAt },
    });
    assert.ok(owner.S.length > 0);
    assert.ok(requestHash.S.length > 0);
    assert.ok(Number(expiresAt.N) * 1000 > Date.now());
  });
});

test('what is no order is refused', { skip }, async () => {
  for (const content of [{}, { ...ORDER, quantity: 0 }, { ...ORDER, side: 'hold' }, { ...ORDER, owner: 'me' }]) {
    assertRefused(await place(content, { 'idempotency-key': randomUUID() }), 400);
  }
  assertRefused(await call('POST', '/orders', { body: JSON.stringify(ORDER) }), 400);
});

test('an order that nobody placed is not found', { skip }, async () => {
  const { status, body } = await call('GET', `/orders/${'0'.repeat(32)}`);
  assert.equal(status, 404);
  assert.ok(body.requestId);
});

test('the positions are read, once the database has woken up', { skip, timeout: 2 * LONGEST_WAKING }, async () => {
  const deadline = Date.now() + LONGEST_WAKING;
  let answer = await call('GET', '/positions');
  while (answer.status === 503) {
    const seconds = Number(answer.headers.get('retry-after'));
    assert.ok(seconds > 0, 'an answer 503 without Retry-After');
    assert.ok(Date.now() < deadline, `the database did not wake up within ${LONGEST_WAKING / 1000} s`);
    await sleep(seconds * 1000);
    answer = await call('GET', '/positions');
  }
  const hint = 'Was the table created? terraform output -raw create_positions_command';
  assert.equal(answer.status, 200, `${answer.text}. ${hint}`);
  assert.ok(Array.isArray(answer.body.positions));
});

test(
  'nobody calls the API without credentials',
  { skip: skip || (isOpen() && 'api_auth is none: anyone may') },
  async () => {
    for (const [method, path] of [
      ['POST', '/orders'],
      ['GET', `/orders/${'0'.repeat(32)}`],
      ['GET', '/positions'],
    ]) {
      const body = method === 'POST' ? JSON.stringify(ORDER) : undefined;
      const headers = { 'idempotency-key': randomUUID() };
      assertRefused(await call(method, path, { body, headers, anonymous: true }), 401, 403);
    }
  },
);

test('the table is encrypted, backed up and protected as configured', { skip }, () => {
  const table = ['--table-name', outputs.orders_table_name];
  const { Table } = regional('dynamodb', 'describe-table', ...table);
  assert.equal(Table.SSEDescription?.Status, 'ENABLED');
  assert.equal(Table.SSEDescription.SSEType, 'KMS');
  assert.equal(Table.DeletionProtectionEnabled, outputs.deletion_protection);

  const { ContinuousBackupsDescription: backups } = regional('dynamodb', 'describe-continuous-backups', ...table);
  assert.equal(backups.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus, 'ENABLED');

  const { TimeToLiveDescription: timeToLive } = regional('dynamodb', 'describe-time-to-live', ...table);
  assert.deepEqual(timeToLive, { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
});

test('the function runs the code of this project', { skip }, () => {
  const { CodeSha256 } = regional('lambda', 'get-function-configuration', '--function-name', outputs.function_name);
  const zip = readFileSync(new URL('../../functions/app.zip', import.meta.url));
  assert.equal(CodeSha256, createHash('sha256').update(zip).digest('base64'));
});

/** Whoever refuses, the function or API Gateway: in JSON, and without a word on what is behind the API. */
function assertRefused({ status, text, body }, ...expected) {
  assert.ok(expected.includes(status), `${status}: ${text}`);
  assert.ok(body?.error && body.requestId, text);
  assert.doesNotMatch(text, /arn:|\b\d{12}\b/);
}

function place(content, headers = { 'idempotency-key': key }) {
  return call('POST', '/orders', { headers, body: JSON.stringify(content) });
}

async function call(method, path, { headers = {}, body, anonymous = false } = {}) {
  const url = new URL(`${(process.env.API_URL ?? outputs.application_url).replace(/\/$/, '')}${path}`);
  const response = await fetch(url, {
    method,
    body,
    headers: {
      ...headers,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(!anonymous && authorization({ method, url, body })),
    },
    signal: AbortSignal.timeout(35_000),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function authorization(request) {
  if (isOpen()) return {};
  if (outputs.api_auth === 'jwt') {
    const token = process.env.API_TOKEN;
    assert.ok(token, 'set API_TOKEN to an access token of the issuer for this API');
    return { authorization: `Bearer ${token}` };
  }
  return sign({ ...request, region: outputs.aws_region, credentials: credentials() });
}

function isOpen() {
  return outputs?.api_auth === 'none';
}

function credentials() {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN };
  }
  // A profile, single sign-on, or the role of the machine.
  const { AccessKeyId, SecretAccessKey, SessionToken } = aws('configure', 'export-credentials', '--format', 'process');
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

function regional(...command) {
  return aws(...command, '--region', outputs.aws_region);
}
