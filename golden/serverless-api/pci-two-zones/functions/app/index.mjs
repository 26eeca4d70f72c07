import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data';

import { createHandler } from './handler.mjs';
import { createLog } from './log.mjs';
import { createOrders } from './orders.mjs';
import { createPositions } from './positions.mjs';
import { readSettings } from './settings.mjs';

const settings = readSettings(process.env);

// Lambda ends the function after 25 s. A request makes at most two calls to DynamoDB or one to the database,
// so that these limits, which hold for all attempts of a call together, leave it five seconds to answer.
const dynamodb = { client: new DynamoDBClient(retrying(3, 3_000)), limit: 10_000 };
const database = { client: new RDSDataClient(retrying(2, 9_500)), limit: 20_000 };

// Made once for each instance of the function: connections outlive a request.
export const handler = createHandler({
  settings,
  orders: createOrders({
    settings,
    getItem: calls(dynamodb, GetItemCommand),
    putItem: calls(dynamodb, PutItemCommand),
  }),
  positions: createPositions({ settings, executeStatement: calls(database, ExecuteStatementCommand) }),
  log: createLog(),
});

function retrying(maxAttempts, requestTimeout) {
  return {
    maxAttempts,
    // Without throwOnRequestTimeout the SDK warns of a late answer, and goes on waiting.
    requestHandler: { connectionTimeout: 1_000, requestTimeout, throwOnRequestTimeout: true },
  };
}

function calls({ client, limit }, Command) {
  return (input) => client.send(new Command(input), { abortSignal: AbortSignal.timeout(limit) });
}
