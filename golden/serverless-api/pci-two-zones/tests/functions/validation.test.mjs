import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { compile, faultsOfOrder } from '../../functions/app/validation.mjs';
import { ORDER } from './support.mjs';

test('sound orders have no faults', () => {
  for (const change of [
    {},
    { limitPrice: '1' },
    { limitPrice: '999999999.99999999' },
    { limitPrice: '0.10' },
    { limitPrice: '0.00000001' },
    { quantity: 1 },
    { quantity: 1_000_000 },
    { side: 'sell' },
    { symbol: 'A' },
    { symbol: 'BRK.B' },
    { symbol: 'BTC-EUR' },
  ]) {
    assert.deepEqual(faultsOfOrder({ ...ORDER, ...change }), [], JSON.stringify(change));
  }
});

test('each fault is found, and named once', () => {
  for (const [change, fault] of [
    [{ symbol: '' }, 'symbol'],
    [{ symbol: 'acme' }, 'symbol'],
    [{ symbol: 'ACME\n' }, 'symbol'],
    [{ symbol: 'ABCDEFGHIJKLM' }, 'symbol'],
    [{ symbol: 7 }, 'symbol'],
    [{ symbol: null }, 'symbol'],
    [{ side: 'BUY' }, 'side'],
    [{ side: ['buy'] }, 'side'],
    [{ quantity: 0 }, 'quantity'],
    [{ quantity: 1_000_001 }, 'quantity'],
    [{ quantity: 0.5 }, 'quantity'],
    [{ quantity: '10' }, 'quantity'],
    [{ limitPrice: 101.5 }, 'limitPrice'],
    [{ limitPrice: '0' }, 'limitPrice'],
    [{ limitPrice: '0.0' }, 'limitPrice'],
    [{ limitPrice: '0.000000001' }, 'limitPrice'],
    [{ limitPrice: '0.123456789' }, 'limitPrice'],
    [{ limitPrice: '-1' }, 'limitPrice'],
    [{ limitPrice: '1.' }, 'limitPrice'],
    [{ limitPrice: '.5' }, 'limitPrice'],
    [{ limitPrice: '01' }, 'limitPrice'],
    [{ limitPrice: '1e3' }, 'limitPrice'],
    [{ limitPrice: '1.123456789' }, 'limitPrice'],
    [{ owner: 'anna' }, 'owner'],
    [{ constructor: 1 }, 'constructor'],
  ]) {
    const faults = faultsOfOrder({ ...ORDER, ...change });
    assert.equal(faults.length, 1, `${JSON.stringify(change)}: ${faults}`);
    assert.ok(faults[0].includes(fault), faults[0]);
  }
  assert.equal(faultsOfOrder(JSON.parse(`{"__proto__": 1, ${JSON.stringify(ORDER).slice(1)}`)).length, 1);
});

test('what is required is required', () => {
  for (const name of ['symbol', 'side', 'quantity']) {
    const { [name]: _, ...rest } = ORDER;
    assert.deepEqual(faultsOfOrder(rest), [`${name} is required`]);
  }
});

test('a number that is too long to be a price is refused', () => {
  assert.equal(faultsOfOrder({ ...ORDER, limitPrice: '9'.repeat(19) }).length > 0, true);
});

test('a keyword that is not known here is an error, wherever it stands', () => {
  assert.throws(() => compile({ type: 'string', format: 'date' }), /the keyword format/);
  assert.throws(
    () => compile({ type: 'object', properties: { at: { type: 'string', minLength: 1 } } }),
    /at .*minLength/,
  );
  assert.throws(() => compile({ type: 'array' }), /the type array/);
  assert.throws(() => compile({ pattern: 'x' }), /the type undefined/);
  assert.throws(() => compile({ type: 'object', properties: {}, additionalProperties: {} }), /additionalProperties/);
});

test('the schema is one that API Gateway takes as a model', () => {
  const schema = JSON.parse(readFileSync(new URL('../../functions/app/order.schema.json', import.meta.url), 'utf8'));
  assert.equal(schema.$schema, 'http://json-schema.org/draft-04/schema#');
  assert.equal(schema.additionalProperties, false);
});
