import { isCopy, isKeyOfAws, isSet } from '../lib/databases.js';
import type { Block, Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

/** The names that a table's attribute blocks define, and those that its keys and indexes use. */
interface Attributes {
  defined: Set<string>;
  used: Set<string>;
}

/** The attributes of a table; undefined where some are not known. */
function attributesOf(table: Resource): Attributes | undefined {
  const indexes = [...table.blocks('global_secondary_index'), ...table.blocks('local_secondary_index')];
  const blocks = table.blocks('attribute');
  if ([...indexes, ...blocks].some(({ uncertain }) => uncertain)) return undefined;
  const defined = blocks.map((block) => block.text('name'));
  const used = [table, ...indexes].flatMap((block) => keysOf(block));
  if (defined.includes(undefined) || used.includes(undefined)) return undefined;
  return { defined: new Set(defined as string[]), used: new Set(used as string[]) };
}

/** The names of the hash and range key of a table or index; undefined for one that is not known. */
function keysOf(block: Block): (string | undefined)[] {
  const named = ['hash_key', 'range_key'].filter((name) => isSet(block, name)).map((name) => block.text(name));
  // From version 6 of the provider on an index can have several of each.
  const schema = block.blocks('key_schema').map((key) => (key.uncertain ? undefined : key.text('attribute_name')));
  return [...named, ...schema];
}

/** What is wrong with a table's capacity, if anything. */
function wrongCapacity(table: Resource): string | undefined {
  const mode = table.get('billing_mode') ?? 'PROVISIONED';
  const capacities = ['read_capacity', 'write_capacity'] as const;
  if (mode === 'PAY_PER_REQUEST') {
    const given = capacities.filter((name) => (table.number(name) ?? 0) > 0);
    return given.length > 0 ? `is billed by request, and has ${given.join(' and ')}` : undefined;
  }
  if (mode !== 'PROVISIONED') return undefined;
  const missing = capacities.filter((name) => !table.has(name) || table.number(name) === 0);
  return missing.length > 0 ? `is billed by capacity, and has no ${missing.join(' and ')}` : undefined;
}

/** Whether encryption with a key of the customer is on; undefined where that is not known. */
function hasCustomerKey(table: Resource): boolean | undefined {
  const [block] = table.blocks('server_side_encryption');
  if (!block) return false;
  if (block.uncertain || (block.has('enabled') && block.truth('enabled') === undefined)) return undefined;
  return block.truth('enabled') === true && isSet(block, 'kms_key_arn') && !isKeyOfAws(block, 'kms_key_arn');
}

export default defineRules(
  {
    name: 'dynamodb-recovery',
    severity: 'warning',
    title: 'a DynamoDB table can be restored to a point in time',
    why: 'A faulty deployment that overwrites or deletes items cannot be undone: without point-in-time recovery DynamoDB keeps no backup.',
    remedy: 'Add point_in_time_recovery { enabled = true }.',
    catalogue: ['S002-08', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html',
    example: {
      broken: `resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}
`,
      sound: `resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }
}
`,
    },
    check(project, { finding, abstain }) {
      for (const table of project.all('aws_dynamodb_table')) {
        const [block] = table.blocks('point_in_time_recovery');
        if (!block) finding(table, 'has no point_in_time_recovery');
        else if (block.truth('enabled') === false) finding(block, 'is off', 'enabled');
        else if (block.truth('enabled') === undefined || block.uncertain)
          abstain(table, 'whether point_in_time_recovery is on is not known');
      }
    },
  },
  {
    name: 'dynamodb-customer-key',
    severity: 'warning',
    title: 'a DynamoDB table is encrypted with a key of the customer',
    why: "With AWS's own key nobody can say who may decrypt the table, and no use of the key is logged in the account.",
    remedy: 'Add server_side_encryption with enabled = true and kms_key_arn.',
    catalogue: ['S002-08', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html',
    example: {
      broken: `resource "aws_dynamodb_table" "orders" {
  name     = "orders"
  hash_key = "id"

  server_side_encryption {
    enabled = true
  }
}
`,
      sound: `resource "aws_dynamodb_table" "orders" {
  name     = "orders"
  hash_key = "id"

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.orders.arn
  }
}

resource "aws_kms_key" "orders" {
  enable_key_rotation = true
}
`,
    },
    check(project, { finding, abstain }) {
      for (const table of project.all('aws_dynamodb_table')) {
        const own = hasCustomerKey(table);
        if (own === false) finding(table, "is encrypted with AWS's key", 'server_side_encryption');
        else if (own === undefined) abstain(table, 'how it is encrypted is not known');
      }
    },
  },
  {
    name: 'dynamodb-capacity',
    severity: 'error',
    title: 'a DynamoDB table has capacities exactly if it is billed by them',
    why: 'The plan fails: "read_capacity can not be set when billing_mode is "PAY_PER_REQUEST"", or, as PROVISIONED is the default, "read_capacity must be at least 1 when billing_mode is "PROVISIONED"". validate does not look.',
    remedy: 'Set billing_mode to PAY_PER_REQUEST and drop read_capacity and write_capacity, or set both.',
    catalogue: ['S002-08'],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/dynamodb_table.html.markdown',
    example: {
      broken: `resource "aws_dynamodb_table" "orders" {
  name           = "orders"
  billing_mode   = "PAY_PER_REQUEST"
  read_capacity  = 5
  write_capacity = 5
  hash_key       = "id"
}
`,
      sound: `resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
}
`,
    },
    check(project, { finding }) {
      for (const table of project.all('aws_dynamodb_table')) {
        // A restored table and a replica take over what their source has.
        if (isCopy(table) || isSet(table, 'restore_source_name')) continue;
        const wrong = wrongCapacity(table);
        if (wrong !== undefined) finding(table, wrong, 'billing_mode');
      }
    },
  },
  {
    name: 'dynamodb-attributes',
    severity: 'error',
    title: 'a DynamoDB table defines the attributes of its keys and indexes, and no others',
    why: 'The plan fails: "all attributes must be indexed. Unused attributes: ["status"]", or "all indexes must match a defined attribute. Unmatched indexes: ["status"]". Other attributes of items are not declared.',
    remedy: 'Have one attribute block for each key of the table and its indexes, and none besides.',
    catalogue: ['S002-08'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/dynamodb_table.html.markdown',
    example: {
      broken: `resource "aws_dynamodb_table" "orders" {
  name     = "orders"
  hash_key = "id"

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "status"
    type = "S"
  }
}
`,
      sound: `resource "aws_dynamodb_table" "orders" {
  name     = "orders"
  hash_key = "id"

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "status"
    type = "S"
  }

  global_secondary_index {
    name            = "by-status"
    hash_key        = "status"
    projection_type = "ALL"
  }
}
`,
    },
    check(project, { finding, abstain }) {
      for (const table of project.all('aws_dynamodb_table')) {
        if (isCopy(table) || isSet(table, 'restore_source_name')) continue;
        const attributes = attributesOf(table);
        if (!attributes) {
          abstain(table, 'its attributes are not known');
          continue;
        }
        const { defined, used } = attributes;
        const unused = [...defined].filter((name) => !used.has(name));
        const undeclared = [...used].filter((name) => !defined.has(name));
        if (unused.length > 0) finding(table, `defines ${unused.join(', ')}, which no key uses`, 'attribute');
        if (undeclared.length > 0) finding(table, `has keys on ${undeclared.join(', ')}, which it does not define`);
      }
    },
  },
  {
    name: 'dynamodb-on-demand',
    severity: 'note',
    scope: 'generated',
    title: 'a DynamoDB table is billed by request',
    why: 'A capacity that is set beforehand throttles or costs too much until somebody has tuned it.',
    remedy: 'Set billing_mode to PAY_PER_REQUEST.',
    catalogue: ['S002-08', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html',
    example: {
      broken: `resource "aws_dynamodb_table" "orders" {
  name           = "orders"
  billing_mode   = "PROVISIONED"
  read_capacity  = 5
  write_capacity = 5
  hash_key       = "id"
}
#>> .create-secure-infra.json
{}
`,
      sound: `resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
}
#>> .create-secure-infra.json
{}
`,
    },
    check(project, { finding }) {
      for (const table of project.all('aws_dynamodb_table'))
        if ((table.get('billing_mode') ?? 'PROVISIONED') === 'PROVISIONED')
          finding(table, 'is billed by capacity', 'billing_mode');
    },
  },
  {
    name: 'dynamodb-ttl',
    severity: 'note',
    scope: 'generated',
    title: 'a DynamoDB table has an attribute by which items expire',
    why: 'Without one, items that nobody needs any more stay for ever and are paid for.',
    remedy: 'Add ttl { attribute_name = "expires_at", enabled = true }.',
    catalogue: ['S002-08', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html',
    example: {
      broken: `resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
}
#>> .create-secure-infra.json
{}
`,
      sound: `resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }
}
#>> .create-secure-infra.json
{}
`,
    },
    check(project, { finding }) {
      for (const table of project.all('aws_dynamodb_table'))
        if (!isSet(table, 'ttl') || table.truth('ttl.enabled') === false) finding(table, 'has no ttl', 'ttl');
    },
  },
);
