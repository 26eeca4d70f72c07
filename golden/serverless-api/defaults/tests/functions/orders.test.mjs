import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ENVIRONMENT, ORDER, asRole, asUser, awsError, fakeTable, project } from './support.mjs';

test('an order is written once, and answered with where it is', async () => {
  const { place, table } = project();
  const { status, headers, body } = await place();

  assert.equal(status, 201);
  assert.match(body.id, /^[0-9a-f]{32}$/);
  assert.deepEqual(body, { id: body.id, ...ORDER, status: 'accepted', createdAt: '2031-05-06T07:08:09.123Z' });
  assert.equal(headers.Location, `/v1/orders/${body.id}`);

  assert.equal(table.writes.length, 1);
  const { Item, TableName } = table.writes[0];
  assert.equal(TableName, 'the-orders-table');
  assert.deepEqual(Object.keys(Item).sort(), [
    'createdAt',
    'expiresAt',
    'id',
    'limitPrice',
    'owner',
    'quantity',
    'requestHash',
    'side',
    'status',
    'symbol',
  ]);
  assert.deepEqual(Item.owner, { S: 'public' });
  assert.deepEqual(Item.quantity, { N: '10' });
  assert.deepEqual(Item.limitPrice, { S: '101.50' });
  // Thirty days of seconds.
  assert.equal(Number(Item.expiresAt.N), Math.floor(Date.parse(body.createdAt) / 1000) + 2_592_000);
});

test('an order without a limit has none', async () => {
  const { place, get } = project();
  const { body } = await place({ symbol: 'ACME', side: 'sell', quantity: 1 });
  assert.equal('limitPrice' in body, false);
  assert.deepEqual((await get(body.id)).body, body);
});

for (const returnsItem of [true, false]) {
  const how = returnsItem ? 'tells of' : 'does not tell of';

  test(`the same request again gets the first order, where DynamoDB ${how} the item`, async () => {
    const { place, clock, table } = project({ table: fakeTable({ returnsItem }) });
    const first = await place();
    clock.now = new Date(clock.now.getTime() + 60_000);
    const second = await place();

    assert.equal(second.status, 201);
    assert.deepEqual(second.body, first.body);
    assert.equal(second.headers.Location, first.headers.Location);
    assert.equal(table.items.size, 1);
    assert.equal(table.reads.length, returnsItem ? 0 : 1);
  });

  test(`the same key for another order is refused, where DynamoDB ${how} the item`, async () => {
    const { place, get } = project({ table: fakeTable({ returnsItem }) });
    const first = await place();
    for (const change of [{ symbol: 'OTHER' }, { side: 'sell' }, { quantity: 11 }, { limitPrice: undefined }]) {
      const { status, body } = await place({ ...ORDER, ...change });
      assert.equal(status, 409, JSON.stringify(change));
      assert.equal(body.requestId, 'request-1');
    }
    assert.deepEqual((await get(first.body.id)).body, first.body);
  });
}

test('of many requests at the same time one is written, and all get it', async () => {
  const { place, table } = project();
  const answers = await Promise.all(Array.from({ length: 5 }, () => place()));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
  assert.equal(table.items.size, 1);
});

test('the order of properties in the body makes no other order', async () => {
  const { place } = project();
  const first = await place();
  const second = await place(Object.fromEntries(Object.entries(ORDER).toReversed()));
  assert.equal(second.status, 201);
  assert.deepEqual(second.body, first.body);
});

test('the same key of another caller, or another key, is another order', async () => {
  const { place } = project();
  const ids = [
    await place(ORDER, asUser('anna')),
    await place(ORDER, asUser('ben')),
    await place(ORDER, { key: 'key-2', ...asUser('anna') }),
  ].map(({ body }) => body.id);
  assert.equal(new Set(ids).size, 3);
});

test('an item that goes between the write and the read asks for another try', async () => {
  const table = fakeTable({ returnsItem: false });
  const { place } = project({ table: { ...table, getItem: async () => ({}) } });
  await place();
  const { status, headers } = await place();
  assert.equal(status, 503);
  assert.equal(headers['Retry-After'], '1');
});

test('an order is read consistently, by its owner alone', async () => {
  const { place, get, table } = project();
  const { body } = await place(ORDER, asUser('anna'));

  assert.deepEqual(await get(body.id, asUser('anna')).then((answer) => answer.body), body);
  assert.equal(table.reads[0].ConsistentRead, true);
  assert.equal(table.reads[0].TableName, 'the-orders-table');

  const others = await get(body.id, asUser('ben'));
  const nobodys = await get('0'.repeat(32), asUser('ben'));
  assert.equal(others.status, 404);
  assert.deepEqual(others.body, nobodys.body);
});

test('what is no id is not looked for', async () => {
  const { get, table } = project();
  for (const id of [undefined, '', 'x', '0'.repeat(33), `${'0'.repeat(32)}\n`]) {
    assert.equal((await get(id)).status, 404);
  }
  assert.equal(table.reads.length, 0);
});

test('an order whose time is over is gone, though DynamoDB still has it', async () => {
  const { place, get, clock } = project();
  const { body } = await place();
  const later = (days) => new Date(Date.parse(body.createdAt) + days * 86_400_000);

  clock.now = later(29.9);
  assert.equal((await get(body.id)).status, 200);
  clock.now = later(30);
  assert.equal((await get(body.id)).status, 404);

  const again = await place({ ...ORDER, quantity: 99 });
  assert.equal(again.status, 201);
  assert.equal(again.body.quantity, 99);
});

test('the owner is who API Gateway found the caller to be', async () => {
  const owner = async (more) => {
    const { place, table } = project();
    await place(ORDER, more);
    return table.writes[0].Item.owner.S;
  };
  const role = 'arn:aws:sts::111122223333:assumed-role/trader';

  assert.equal(await owner(asUser('anna')), 'anna');
  assert.equal(await owner(asRole(`${role}/session-1`)), role);
  assert.equal(
    await owner(asRole(`${role.replace('arn:aws:', 'arn:aws-us-gov:')}/anna@example.com`)),
    role.replace('arn:aws:', 'arn:aws-us-gov:'),
  );
  assert.equal(await owner(asRole('arn:aws:iam::111122223333:user/anna')), 'arn:aws:iam::111122223333:user/anna');
  assert.equal(await owner(asRole(`${role}/CognitoIdentityCredentials`, { cognitoIdentityId: 'pool:1' })), 'pool:1');
  assert.equal(await owner({}), 'public');
});

test('nobody is everybody where the API asks who is calling', async () => {
  for (const auth of ['iam', 'jwt']) {
    const { place, table, entries } = project({ environment: { ...ENVIRONMENT, API_AUTH: auth } });
    assert.equal((await place()).status, 500);
    assert.equal(table.writes.length, 0);
    assert.match(entries[0].message, /did not say who is calling/);
    assert.equal((await place(ORDER, asUser('anna'))).status, 201);
  }
});

test('a header does not make anyone the owner', async () => {
  const { place, table } = project();
  const headers = {
    'Idempotency-Key': 'key-1',
    principalId: 'anna',
    'x-amzn-principal-id': 'anna',
    Authorization: 'anna',
  };
  await place(ORDER, { headers });
  assert.equal(table.writes[0].Item.owner.S, 'public');
});

test('an error of DynamoDB that is no failed condition is not taken for one', async () => {
  const putItem = async () => {
    throw awsError('ResourceNotFoundException', 'Requested resource not found: Table: the-orders-table not found');
  };
  const { place } = project({ table: { ...fakeTable(), putItem } });
  assert.equal((await place()).status, 500);
});
