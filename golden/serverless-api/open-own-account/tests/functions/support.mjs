import { createHandler } from '../../functions/app/handler.mjs';
import { createOrders } from '../../functions/app/orders.mjs';
import { createPositions } from '../../functions/app/positions.mjs';
import { readSettings } from '../../functions/app/settings.mjs';

export const ENVIRONMENT = {
  API_AUTH: 'none',
  ORDERS_TABLE: 'the-orders-table',
  ORDER_RETENTION_DAYS: '30',
  DATABASE_ARN: 'arn:aws:rds:eu-central-1:111122223333:cluster:the-database',
  DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:the-secret',
  DATABASE_NAME: 'the_database',
};

export const ORDER = { symbol: 'ACME', side: 'buy', quantity: 10, limitPrice: '101.50' };

/** The function as index.mjs puts it together, with a table in memory and a clock that stands still. */
export function project({ environment = ENVIRONMENT, table = fakeTable(), executeStatement } = {}) {
  const settings = readSettings(environment);
  const clock = { now: new Date('2031-05-06T07:08:09.123Z') };
  const entries = [];
  const handler = createHandler({
    settings,
    orders: createOrders({ settings, ...table, now: () => clock.now }),
    positions: createPositions({ settings, executeStatement }),
    log: (level, message, fields) => entries.push({ level, message, ...fields }),
  });

  async function call(method, resource, more = {}) {
    const response = await handler(request(method, resource, more));
    return { status: response.statusCode, headers: response.headers, body: JSON.parse(response.body) };
  }

  return {
    call,
    clock,
    entries,
    table,
    place: (content = ORDER, { key = 'key-1', ...more } = {}) =>
      call('POST', '/orders', { headers: { 'idempotency-key': key }, body: JSON.stringify(content), ...more }),
    get: (id, more = {}) => call('GET', '/orders/{id}', { pathParameters: { id }, ...more }),
    list: (more = {}) => call('GET', '/positions', more),
  };
}

/** A request as API Gateway hands it to its proxy integration. */
function request(httpMethod, resource, { requestContext = {}, ...more }) {
  return {
    httpMethod,
    resource,
    headers: {},
    body: null,
    isBase64Encoded: false,
    pathParameters: null,
    ...more,
    requestContext: { requestId: 'request-1', path: `/v1${resource}`, identity: {}, ...requestContext },
  };
}

export const asUser = (principalId) => ({ requestContext: { authorizer: { principalId } } });
export const asRole = (userArn, more = {}) => ({ requestContext: { identity: { userArn, ...more } } });

/** DynamoDB, as far as the orders need it; with returnsItem false like one that keeps the old item to itself. */
export function fakeTable({ returnsItem = true } = {}) {
  const items = new Map();
  const writes = [];
  const reads = [];

  async function putItem(input) {
    writes.push(input);
    const old = items.get(input.Item.id.S);
    const values = input.ExpressionAttributeValues;
    if (old && conditionFails(input.ConditionExpression, old, values)) {
      const asked = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
      throw awsError('ConditionalCheckFailedException', 'The conditional request failed', {
        ...(asked && returnsItem && { Item: old }),
      });
    }
    items.set(input.Item.id.S, input.Item);
  }

  async function getItem(input) {
    reads.push(input);
    return { Item: items.get(input.Key.id.S) };
  }

  return { items, writes, reads, putItem, getItem };
}

function conditionFails(condition, old, values) {
  if (condition === undefined) return false;
  if (condition === 'attribute_not_exists(id)') return true;
  if (condition === 'attribute_not_exists(id) OR expiresAt <= :now') {
    return Number(old.expiresAt.N) > Number(values[':now'].N);
  }
  throw new Error(`the table of the tests does not know the condition ${condition}`);
}

/** An error as the SDK throws it. */
export function awsError(name, message, more = {}, httpStatusCode = 400) {
  return Object.assign(new Error(message), { name, $metadata: { requestId: 'aws-1', httpStatusCode }, ...more });
}
