import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Mutation } from './rules.js';

const orders = readFileSync(path.resolve('test/rules/additions/orders.tf'), 'utf8');

const ownLogGroup = '"/ecs/${local.name_prefix}/app",';

/**
 * A golden sample with an API of orders added: API Gateway, a function in the VPC, a table, and Aurora by the Data API. It
 * keeps every rule, but for what is replaced in it.
 */
export function withOrders(...replaced: readonly (readonly [from: string | RegExp, to: string])[]): Mutation {
  const changed = replaced.reduce((text, [from, to]) => {
    const after = text.replace(from, to);
    if (after === text) throw new Error(`nothing in the addition matches ${String(from)}`);
    return after;
  }, orders);
  const groups = ['/aws/lambda/${local.name_prefix}-orders', '/apigateway/${local.name_prefix}/orders'];
  const execution = 'API-Gateway-Execution-Logs_*';
  const admitted = [...groups, execution].map((name) => `\n        "${name}",`).join('');
  return {
    edits: [
      ['orders.tf', '', changed],
      ['kms.tf', ownLogGroup, `${ownLogGroup}${admitted}`],
      ['aurora.tf', 'engine             = "aurora-postgresql"\n', '$&  enable_http_endpoint = true\n'],
      [
        'README.md',
        /$/,
        '\n`set_api_gateway_account` sets the role with which API Gateway logs; `orders_url` is the URL of the API, `orders_table` the table.\n',
      ],
    ],
  };
}
