import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createLog } from '../../functions/app/log.mjs';
import { ENVIRONMENT, ORDER, awsError, fakeTable, project } from './support.mjs';

const failing = (error) => ({
  ...fakeTable(),
  putItem: async () => {
    throw error;
  },
});

test('every answer is JSON, not to be kept, and over HTTPS alone', async () => {
  const { place, get, call } = project();
  for (const answer of [await place(), await get('none'), await call('GET', '/nothing')]) {
    assert.equal(answer.headers['Content-Type'], 'application/json');
    assert.equal(answer.headers['Cache-Control'], 'no-store');
    assert.equal(answer.headers['X-Content-Type-Options'], 'nosniff');
    assert.match(answer.headers['Strict-Transport-Security'], /^max-age=31536000\b/);
  }
});

test('an unknown route is not found', async () => {
  const { call } = project();
  for (const [method, resource] of [
    ['GET', '/'],
    ['DELETE', '/orders/{id}'],
    ['GET', '/orders'],
    ['toString', ''],
  ]) {
    const { status, body } = await call(method, resource);
    assert.equal(status, 404);
    assert.deepEqual(body, { error: 'there is no such resource', requestId: 'request-1' });
  }
});

test('the location of an order is where the caller would find it', async () => {
  for (const [path, location] of [
    ['/v1/orders', '/v1/orders/'],
    ['/v1/orders/', '/v1/orders/'],
    ['/orders', '/orders/'],
    ['/trading/orders', '/trading/orders/'],
  ]) {
    const { headers, body } = await project().place(ORDER, { requestContext: { path } });
    assert.equal(headers.Location, location + body.id);
  }
});

test('the idempotency key is needed, however its name is written', async () => {
  const post = (headers) => project().call('POST', '/orders', { headers, body: JSON.stringify(ORDER) });

  for (const name of ['Idempotency-Key', 'idempotency-key', 'IDEMPOTENCY-KEY']) {
    assert.equal((await post({ [name]: 'a_B-1' })).status, 201, name);
  }
  assert.equal((await post({ 'Idempotency-Key': 'x'.repeat(64) })).status, 201);

  for (const key of ['', 'x'.repeat(65), 'a b', 'a/b', 'key\n']) {
    const { status, body } = await post({ 'Idempotency-Key': key });
    assert.equal(status, 400, JSON.stringify(key));
    assert.match(body.error, /Idempotency-Key/);
  }
  assert.equal((await post({})).status, 400);
  assert.equal((await post(null)).status, 400);
});

test('a body that is no JSON or no order is a mistake of the caller, and nothing is written', async () => {
  const { place, table } = project();
  for (const body of [null, '', '{', 'null', '[]', '"text"', '{}', JSON.stringify({ ...ORDER, quantity: 0 })]) {
    const answer = await place(ORDER, { body });
    assert.equal(answer.status, 400, String(body));
    assert.equal(answer.body.requestId, 'request-1');
  }
  assert.equal(table.writes.length, 0);
});

test('all faults of a body are named at once', async () => {
  const { body } = await project().place({ side: 'hold', quantity: 1.5, extra: 1 });
  for (const fault of [
    /symbol is required/,
    /side must be one of buy, sell/,
    /quantity must be of type integer/,
    /extra/,
  ]) {
    assert.match(body.error, fault);
  }
});

test('a body in base64 is read', async () => {
  const body = Buffer.from(JSON.stringify(ORDER)).toString('base64');
  assert.equal((await project().place(ORDER, { body, isBase64Encoded: true })).status, 201);
});

test('missing settings are named in the log, and not to the caller', async () => {
  for (const name of Object.keys(ENVIRONMENT)) {
    const { place, entries } = project({ environment: { ...ENVIRONMENT, [name]: undefined } });
    const { status, body } = await place();
    assert.equal(status, 500);
    assert.deepEqual(body, { error: 'internal error', requestId: 'request-1' });
    assert.equal(entries.length, 1);
    assert.equal(entries[0].level, 'ERROR');
    assert.ok(entries[0].message.includes(`${name} is not set`), entries[0].message);
  }
  for (const days of ['0', '-1', '1.5', 'many', '30 ']) {
    const { place, entries } = project({ environment: { ...ENVIRONMENT, ORDER_RETENTION_DAYS: days } });
    assert.equal((await place()).status, 500);
    assert.ok(entries[0].message.includes(`ORDER_RETENTION_DAYS is ${days}`));
  }
});

test('an error of AWS says nothing to the caller, and all to the log', async () => {
  const message = 'User: arn:aws:sts::111122223333:assumed-role/api is not authorized on table/the-orders-table';
  const { place, entries } = project({ table: failing(awsError('AccessDeniedException', message)) });
  const { status, body, headers } = await place();

  assert.equal(status, 500);
  assert.deepEqual(body, { error: 'internal error', requestId: 'request-1' });
  assert.equal(headers['Retry-After'], undefined);
  assert.deepEqual(entries, [
    {
      level: 'ERROR',
      message: 'internal error',
      requestId: 'request-1',
      status: 500,
      route: 'POST /orders',
      errorName: 'AccessDeniedException',
      errorMessage: message,
      awsRequestId: 'aws-1',
    },
  ]);
});

test('a fault in the code says nothing to the caller, and where it is to the log', async () => {
  const { place, entries } = project({ table: failing(new TypeError('the-orders-table is undefined')) });
  const { status, body } = await place();
  assert.equal(status, 500);
  assert.deepEqual(body, { error: 'internal error', requestId: 'request-1' });
  assert.match(entries[0].stack, /requests\.test\.mjs/);
});

test('whatever is thrown is answered', async () => {
  for (const thrown of [undefined, null, 'text', 7]) {
    const { status, body } = await project({ table: failing(thrown) }).place();
    assert.equal(status, 500);
    assert.equal(body.error, 'internal error');
  }
});

test('throttling, time-outs and failures of AWS ask for another try', async () => {
  const errors = [
    awsError('ProvisionedThroughputExceededException', 'slow down'),
    awsError('RequestLimitExceeded', 'slow down'),
    awsError('ThrottlingException', 'slow down'),
    awsError('InternalServerError', 'oops', {}, 500),
    Object.assign(new Error('late'), { name: 'TimeoutError' }),
    Object.assign(new Error('late'), { name: 'AbortError' }),
    awsError('Error', 'late', { code: 'ECONNREFUSED' }, undefined),
    awsError('Error', 'late', { code: 'ECONNRESET' }, 200),
  ];
  for (const error of errors) {
    const { place, entries } = project({ table: failing(error) });
    const { status, headers, body } = await place();
    assert.equal(status, 503, error.name);
    assert.match(headers['Retry-After'], /^[1-9]\d*$/);
    assert.doesNotMatch(body.error, /slow down|oops|late/);
    assert.equal(entries[0].level, 'WARN');
    assert.equal(entries[0].errorName, error.name);
  }
});

test('the log has no body, no key and no headers of a request', async () => {
  const { place, entries } = project({ table: failing(awsError('ValidationException', 'x'.repeat(2000))) });
  await place({ ...ORDER, symbol: 'SECRET' }, { key: 'key-of-the-caller' });
  await place({ ...ORDER, secret: 'secret' }, { key: 'key-of-the-caller' });
  assert.equal(entries.length, 2);
  assert.doesNotMatch(JSON.stringify(entries), /secret|key-of-the-caller/i);
  assert.ok(entries[0].errorMessage.length <= 500);
});

test('an entry of the log is one line of JSON', () => {
  const lines = [];
  createLog((line) => lines.push(line))('ERROR', 'two\nlines', { requestId: 'request-1' });
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^[^\n]+\n$/);
  const { timestamp, ...entry } = JSON.parse(lines[0]);
  assert.deepEqual(entry, { level: 'ERROR', message: 'two\nlines', requestId: 'request-1' });
  assert.equal(new Date(timestamp).toISOString(), timestamp);
});
