import { createHash } from 'node:crypto';

import { HttpError, unavailable } from './errors.mjs';

const ID = /^[0-9a-f]{32}$/;
const SECONDS_A_DAY = 24 * 60 * 60;

/** The orders of all callers, in DynamoDB; each caller reaches only their own. */
export function createOrders({ settings, getItem, putItem, now = () => new Date() }) {
  const table = settings.ordersTable;

  async function read(id) {
    // A caller may ask in the moment after the order was placed.
    const { Item } = await getItem({ TableName: table, Key: { id: { S: id } }, ConsistentRead: true });
    return Item;
  }

  // DynamoDB removes an expired item within days, not at once.
  const isAlive = (item) => Number(item.expiresAt.N) > epochSeconds(now());

  /** Writes an order once: whoever sends the same key and content again gets what was written first. */
  async function place(owner, key, content) {
    const id = idOf(owner, key);
    const requestHash = hashOf(content);
    const createdAt = now();
    const item = {
      id: { S: id },
      owner: { S: owner },
      symbol: { S: content.symbol },
      side: { S: content.side },
      quantity: { N: String(content.quantity) },
      ...(content.limitPrice !== undefined && { limitPrice: { S: content.limitPrice } }),
      status: { S: 'accepted' },
      createdAt: { S: createdAt.toISOString() },
      requestHash: { S: requestHash },
      expiresAt: { N: String(epochSeconds(createdAt) + settings.orderRetentionDays * SECONDS_A_DAY) },
    };

    try {
      await putItem({
        TableName: table,
        Item: item,
        // Of two requests at the same time one finds that the other was first.
        ConditionExpression: 'attribute_not_exists(id) OR expiresAt <= :now',
        ExpressionAttributeValues: { ':now': { N: String(epochSeconds(createdAt)) } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return orderOf(item);
    } catch (error) {
      if (error.name !== 'ConditionalCheckFailedException') throw error;
      const first = error.Item ?? (await read(id));
      if (!first) throw unavailable('the order is being replaced, please try again', 1, { cause: error });
      if (first.requestHash.S !== requestHash) {
        throw new HttpError(409, 'this Idempotency-Key was used for another order');
      }
      return orderOf(first);
    }
  }

  /** A caller's order, or undefined: of orders of others it must not be known that they exist. */
  async function find(owner, id) {
    if (!ID.test(id ?? '')) return undefined;
    const item = await read(id);
    return item && item.owner.S === owner && isAlive(item) ? orderOf(item) : undefined;
  }

  return { place, find };
}

// The same key of the same caller always names the same item, so that one conditional write is enough.
function idOf(owner, key) {
  return sha256(JSON.stringify([owner, key])).slice(0, 32);
}

function hashOf({ symbol, side, quantity, limitPrice }) {
  return sha256(JSON.stringify([symbol, side, quantity, limitPrice ?? null]));
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

function epochSeconds(date) {
  return Math.floor(date.getTime() / 1000);
}

// What the caller sees of an item.
function orderOf(item) {
  return {
    id: item.id.S,
    symbol: item.symbol.S,
    side: item.side.S,
    quantity: Number(item.quantity.N),
    ...(item.limitPrice && { limitPrice: item.limitPrice.S }),
    status: item.status.S,
    createdAt: item.createdAt.S,
  };
}
