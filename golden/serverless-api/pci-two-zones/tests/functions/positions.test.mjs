import assert from 'node:assert/strict';
import { test } from 'node:test';

import { asUser, awsError, project } from './support.mjs';

const text = (...values) => values.map((stringValue) => ({ stringValue }));

function answering(records) {
  const statements = [];
  const executeStatement = async (statement) => {
    statements.push(statement);
    return { records };
  };
  return { statements, ...project({ executeStatement }) };
}

function throwing(error) {
  return project({
    executeStatement: async () => {
      throw error;
    },
  });
}

test('positions are those of the caller, their numbers as exact as the database has them', async () => {
  const { list, statements } = answering([text('ACME', '12345678901234567890', '0.10000001')]);
  const { status, body } = await list(asUser('anna'));

  assert.equal(status, 200);
  assert.deepEqual(body, {
    positions: [{ symbol: 'ACME', quantity: '12345678901234567890', averagePrice: '0.10000001' }],
    more: false,
  });
  const [{ sql, parameters, ...where }] = statements;
  assert.deepEqual(where, {
    resourceArn: 'arn:aws:rds:eu-central-1:111122223333:cluster:the-database',
    secretArn: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:the-secret',
    database: 'the_database',
  });
  assert.match(sql, /WHERE owner = :owner\b/);
  assert.match(sql, /CAST\(quantity AS text\), CAST\(average_price AS text\)/);
  assert.deepEqual(parameters[0], { name: 'owner', value: { stringValue: 'anna' } });
});

test('what the caller is called is no SQL', async () => {
  const { list, statements } = answering([]);
  const owner = "'; DROP TABLE positions; --";
  await list(asUser(owner));
  assert.equal(statements[0].sql.includes(owner), false);
  assert.deepEqual(statements[0].parameters[0].value, { stringValue: owner });
});

test('a caller without positions has an empty list', async () => {
  assert.deepEqual((await answering([]).list()).body, { positions: [], more: false });
  assert.deepEqual((await answering(undefined).list()).body, { positions: [], more: false });
});

test('an answer is bounded, and says when there is more', async () => {
  const { list, statements } = answering(Array.from({ length: 501 }, (_, at) => text(`S${at}`, '1', '1')));
  const { body } = await list();
  assert.equal(body.positions.length, 500);
  assert.equal(body.more, true);
  assert.deepEqual(statements[0].parameters[1], { name: 'limit', value: { longValue: 501 } });
  assert.match(statements[0].sql, /LIMIT :limit$/);
});

test('a database that is waking up asks for another try', async () => {
  const errors = [
    awsError('DatabaseResumingException', 'The database is resuming'),
    awsError('BadRequestException', 'Communications link failure\n\nThe last packet sent successfully'),
    awsError('BadRequestException', 'Aurora DB instance the-database is resuming after being auto-paused'),
  ];
  for (const error of errors) {
    const { list, entries } = throwing(error);
    const { status, headers, body } = await list();
    assert.equal(status, 503, error.message);
    assert.equal(headers['Retry-After'], '15');
    assert.deepEqual(body, { error: 'the database is waking up, please try again', requestId: 'request-1' });
    assert.equal(entries[0].level, 'WARN');
    assert.equal(entries[0].errorName, error.name);
  }
});

test('a database that is not available, and a password that is being rotated, ask for another try', async () => {
  for (const error of [
    awsError('DatabaseUnavailableException', 'The writer is not available', {}, 504),
    awsError('StatementTimeoutException', 'Request timed out'),
    awsError('ServiceUnavailableError', 'not available', {}, 503),
    awsError('BadRequestException', 'FATAL: password authentication failed for user "dbadmin"'),
  ]) {
    const { status, headers, body } = await throwing(error).list();
    assert.equal(status, 503);
    assert.equal(headers['Retry-After'], '5');
    assert.deepEqual(body, { error: 'temporarily unavailable, please try again', requestId: 'request-1' });
  }
});

test('throttling of the Data API asks for another try', async () => {
  const { status, headers } = await throwing(awsError('ThrottlingException', 'Rate exceeded')).list();
  assert.equal(status, 503);
  assert.equal(headers['Retry-After'], '2');
});

test('a table that was never created is for the log to explain', async () => {
  const messages = [
    'ERROR: relation "positions" does not exist; Position: 79; SQLState: 42P01',
    'ERROR: relation "positions" does not exist\n  Position: 79',
  ];
  for (const message of messages) {
    const { list, entries } = throwing(awsError('DatabaseErrorException', message));
    const { status, headers, body } = await list();
    assert.equal(status, 500);
    assert.equal(headers['Retry-After'], undefined);
    assert.deepEqual(body, { error: 'internal error', requestId: 'request-1' });
    assert.match(entries[0].message, /create_positions_command/);
  }
});

test('any other error of the database is no reason to try again', async () => {
  for (const error of [
    awsError('BadRequestException', 'Database "the_database" does not exist'),
    awsError('AccessDeniedException', 'User: arn:aws:sts::111122223333:assumed-role/api is not authorized'),
    awsError('InvalidSecretException', 'the secret arn:aws:secretsmanager:eu-central-1 is wrong'),
  ]) {
    const { status, headers, body } = await throwing(error).list();
    assert.equal(status, 500, error.name);
    assert.equal(headers['Retry-After'], undefined);
    assert.equal(body.error, 'internal error');
  }
});
