import { allowedByName } from '../lib/code-roles.js';
import { coversAction } from '../lib/patterns.js';
import { isGranted, keyOf, roleMay, roleMayUseKey } from '../lib/permissions.js';
import { mayHaveMorePolicies } from '../lib/presence.js';
import type { Project, Resource } from '../../terraform/project.js';
import { identity, joinText } from '../../terraform/value.js';
import { defineRule } from '../rule.js';

const example = (more: string) => `resource "aws_kms_key" "orders" {
  description         = "Encrypts the orders"
  enable_key_rotation = true
}

resource "aws_dynamodb_table" "orders" {
  name     = "orders"
  hash_key = "id"

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.orders.arn
  }
}

data "aws_iam_policy_document" "orders" {
  statement {
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [aws_dynamodb_table.orders.arn]
  }
${more}}

resource "aws_iam_role" "orders" {
  name               = "orders"
  assume_role_policy = "{}"
}

resource "aws_iam_role_policy" "orders" {
  role   = aws_iam_role.orders.id
  policy = data.aws_iam_policy_document.orders.json
}
`;

/** Calls for which DynamoDB opens the table's key in the caller's name. */
const itemCalls = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem'];

export default defineRule({
  name: 'table-user-may-use-key',
  severity: 'error',
  title: 'who may read or write the items of a table may decrypt with the key that encrypts it',
  why: 'DynamoDB opens the key of the table in the name of whoever reads or writes: "AccessDeniedException: KMS key access denied error: ... is not authorized to perform: kms:Decrypt". The grants that it has on the key are for its own work.',
  remedy:
    "Allow the role kms:Decrypt on the key's ARN, with kms:ViaService dynamodb.<region>.amazonaws.com as a condition.",
  catalogue: ['S002-08'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html',
  example: {
    broken: example(''),
    sound: example(`
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.orders.arn]
  }
`),
  },
  check(project, { finding, abstain }) {
    const encrypted = encryptedTables(project);
    if (encrypted.length === 0) return;
    for (const role of project.all('aws_iam_role')) {
      if (mayHaveMorePolicies(project, role)) continue;
      for (const { table, key } of encrypted) {
        const call = itemCalls.find((name) => isMeantFor(project, role, `dynamodb:${name}`, table));
        if (call === undefined) continue;
        const { region } = table.surroundings;
        const context = {
          'kms:viaservice': joinText(['dynamodb.', region, '.amazonaws.com']),
          'kms:calleraccount': role.surroundings.account,
          'kms:encryptioncontext:aws:dynamodb:tablename': table.computed('name'),
        };
        const answer = roleMayUseKey(project, key, role, { action: 'kms:Decrypt', context });
        if (answer === 'denied')
          finding(
            role,
            `may call ${call} on ${table.configAddress}, and not kms:Decrypt with ${key.configAddress}, which encrypts it`,
          );
        else if (answer === 'unknown') abstain(role, `whether it may decrypt with ${key.configAddress} is not known`);
      }
    }
  },
});

interface EncryptedTable {
  table: Resource;
  key: Resource;
}

/** The tables that are encrypted with a key of the project which nobody is given by a grant. */
function encryptedTables(project: Project): EncryptedTable[] {
  return project.all('aws_dynamodb_table').flatMap((table) => {
    const [settings] = table.blocks('server_side_encryption');
    const key = settings && settings.truth('enabled') === true ? keyOf(project, settings, 'kms_key_arn') : undefined;
    return key && key.mode === 'managed' && !isGranted(project, key) ? [{ table, key }] : [];
  });
}

/** Whether a role surely may make a call on a table, by a statement that names the table and the service. */
function isMeantFor(project: Project, role: Resource, action: string, table: Resource): boolean {
  const arn = identity(table.computed('arn'));
  if (arn === undefined) return false;
  const isNamed = allowedByName(project, role).some(
    ({ statement, actions }) =>
      actions.some((one) => one.startsWith('dynamodb:') && coversAction(one, action) === true) &&
      (statement.resources ?? []).some((resource) => identity(resource) === arn),
  );
  return isNamed && roleMay(project, role, { action, resource: table.computed('arn') }) === 'allowed';
}
