import { describe, expect, it } from 'vitest';

import { covers, coversAction } from '../../src/rules/lib/patterns.js';
import { decide, keyPolicy, roleMay, roleMayUseKey, type Wish } from '../../src/rules/lib/permissions.js';
import { policiesOf, readPolicy, type Policy } from '../../src/rules/lib/policies.js';
import { readState } from '../../src/terraform/read-json.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import type { Project } from '../../src/terraform/project.js';
import { decodeJson, joinText, show, Text, Unknown, unknown, type Value } from '../../src/terraform/value.js';

const named = (symbol: string) => new Unknown(symbol);

describe('JSON that is known in part', () => {
  const parts = (...pieces: Value[]) => joinText(pieces);

  it('has values that are not known inside texts', () => {
    expect(decodeJson(parts('{"a": "arn:', named('x'), ':b"}'))).toEqual(
      new Map([['a', new Text(['arn:', named('x'), ':b'])]]),
    );
  });

  it('has values that are not known in place of texts and lists', () => {
    expect(decodeJson(parts('{"a": "', named('x'), '", "b": ', named('y'), '}'))).toEqual(
      new Map([
        ['a', named('x')],
        ['b', named('y')],
      ]),
    );
  });

  it('has names that are put together', () => {
    expect(decodeJson(parts('{"', named('x'), ':sub": 1}'))).toEqual(new Map([['${x}:sub', 1]]));
  });

  it('knows a quotation mark within a text', () => {
    expect(decodeJson(parts('{"a": "\\"", "b": ', unknown, '}'))).toEqual(
      new Map<string, Value>([
        ['a', '"'],
        ['b', unknown],
      ]),
    );
  });

  it('is wrong where a mistake cannot come from what is not known', () => {
    expect(decodeJson(parts('{"a": "', named('x'), '",}'))).toBeInstanceOf(Error);
  });

  it('is not known where it can', () => {
    expect(decodeJson(parts('{"a": 1 ', named('more'), '}'))).toBeUndefined();
    expect(decodeJson(unknown)).toBeUndefined();
  });
});

describe('a pattern', () => {
  it.each<[Value, Value, boolean | undefined]>([
    ['*', unknown, true],
    ['arn:aws:s3:::logs/*', 'arn:aws:s3:::logs/a/b', true],
    ['arn:aws:s3:::logs/*', 'arn:aws:s3:::logs', false],
    ['arn:aws:s3:::log?/a', 'arn:aws:s3:::logs/a', true],
    // The same value that is not known, on both sides.
    [joinText([named('a.arn'), '/*']), joinText([named('a.arn'), '/x']), true],
    [joinText([named('a.arn'), ':*']), named('a.arn'), false],
    [named('a.arn'), joinText([named('a.arn'), ':log-stream:x']), false],
    // What stands around it differs, whatever it is.
    [joinText([named('p'), '-web']), joinText([named('p'), '-app']), false],
    // It may be anything, itself a pattern.
    [named('var.pattern'), 'arn:aws:s3:::logs', undefined],
    ['arn:aws:s3:::logs', named('var.arn'), undefined],
    ['arn:aws:s3:::logs', joinText(['arn:aws:sqs:', unknown]), false],
    // A field of an ARN has no colon in it.
    [
      'arn:aws:logs:*:*:log-group:/web:*',
      joinText(['arn:aws:logs:', named('var.region'), ':1:log-group:/app:a']),
      false,
    ],
    // The ARNs of two resources are two.
    [named('aws_kms_key.a.arn'), named('aws_kms_key.b.arn'), false],
    [named('aws_kms_key.a.arn'), named('var.key_arn'), undefined],
    // A secret and its version have one ARN.
    [named('aws_secretsmanager_secret_version.a.arn'), named('aws_secretsmanager_secret.a.arn'), undefined],
    // AWS fills these in when it decides.
    ['arn:aws:s3:::homes/${aws:username}/*', 'arn:aws:s3:::homes/ana/a', undefined],
    ['arn:aws:s3:::homes/${aws:username}/*', 'arn:aws:s3:::logs/ana/a', false],
  ])('%o covers %o: %s', (pattern, text, expected) => {
    expect(covers(pattern, text), `${show(pattern)} ${show(text)}`).toBe(expected);
  });

  it('for actions takes no notice of capitals', () => {
    expect(coversAction('S3:get*', 's3:GetObject')).toBe(true);
    expect(coversAction('s3:Get*', 's3:PutObject')).toBe(false);
    expect(coversAction(unknown, 's3:PutObject')).toBeUndefined();
  });
});

async function projectOf(text: string): Promise<Project> {
  return readHclProject(memorySources(new Map([['main.tf', text]])));
}

/** The first policy of a project. */
async function policyOf(text: string): Promise<Policy> {
  const [policy] = policiesOf(await projectOf(text));
  if (!policy) throw new Error('there is no policy');
  return policy;
}

const jsonPolicy = (statements: string) => `
variable "given" { type = string }
variable "list" { type = list(string) }
resource "aws_iam_policy" "app" {
  policy = jsonencode({ Version = "2012-10-17", Statement = ${statements} })
}
`;

describe('a policy', () => {
  const wish: Wish = { action: 's3:GetObject', resource: 'arn:aws:s3:::logs/a' };
  const allow = (more: string) => `{ Effect = "Allow", ${more} }`;
  const logs = 'Action = "s3:GetObject", Resource = "arn:aws:s3:::logs/*"';

  it.each<[string, string, string]>([
    ['a single statement', allow(logs), 'allowed'],
    ['a list of statements', `[${allow('Action = "sqs:*", Resource = "*"')}, ${allow(logs)}]`, 'allowed'],
    ['texts or lists', allow('Action = ["s3:Put*", "s3:Get*"], Resource = ["arn:aws:s3:::logs/*"]'), 'allowed'],
    ['another action', allow('Action = "s3:PutObject", Resource = "*"'), 'denied'],
    ['another resource', allow('Action = "s3:*", Resource = "arn:aws:s3:::other/*"'), 'denied'],
    ['NotAction', allow('NotAction = "s3:Put*", Resource = "*"'), 'allowed'],
    ['NotAction that names it', allow('NotAction = "s3:*", Resource = "*"'), 'denied'],
    ['NotResource', allow('Action = "s3:*", NotResource = "arn:aws:s3:::other/*"'), 'allowed'],
    ['NotResource that names it', allow('Action = "s3:*", NotResource = "arn:aws:s3:::logs/*"'), 'denied'],
    ['a denial beside', `[${allow(logs)}, { Effect = "Deny", Action = "s3:*", Resource = "*" }]`, 'denied'],
    [
      'a denial on a condition that is not known',
      `[${allow(logs)}, { Effect = "Deny", Action = "s3:*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } }]`,
      'unknown',
    ],
    ['an effect that is not known', '{ Effect = var.given, Action = "*", Resource = "*" }', 'unknown'],
    ['actions that are not known', allow('Action = var.list, Resource = "*"'), 'unknown'],
    ['a resource that is not known', allow('Action = "s3:*", Resource = [var.given]'), 'unknown'],
    ['statements that are not known', 'var.list', 'unknown'],
  ])('with %s', async (_title, statements, expected) => {
    expect(decide([await policyOf(jsonPolicy(statements))], wish)).toBe(expected);
  });

  it('in a heredoc with references is read like any other', async () => {
    const policy = await policyOf(`
variable "bucket" { type = string }
data "aws_partition" "current" {}
resource "aws_iam_policy" "app" {
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:\${data.aws_partition.current.partition}:s3:::\${var.bucket}/*"
      }
    }
  EOT
}
`);
    expect(policy).toMatchObject({ complete: true, version: '2012-10-17' });
    const bucket = named('var.bucket');
    const partition = named('data.aws_partition.current.partition');
    const ask = (action: string, rest: string) =>
      decide([policy], { action, resource: joinText(['arn:', partition, ':s3:::', bucket, rest]) });
    expect(ask('s3:GetObject', '/a')).toBe('allowed');
    expect(ask('s3:PutObject', '/a')).toBe('denied');
    expect(ask('s3:GetObject', '')).toBe('denied');
  });

  it('in a document takes in others, whose statements give way to those of the same sid', async () => {
    const policy = await policyOf(`
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Read"
    actions   = ["s3:*"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "narrow" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::logs/*"]
  }
}
data "aws_iam_policy_document" "app" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = [data.aws_iam_policy_document.narrow.json]
  statement {
    actions   = ["sqs:SendMessage"]
    resources = ["*"]
  }
}
resource "aws_iam_policy" "app" {
  policy = data.aws_iam_policy_document.app.json
}
`);
    expect(policy.complete).toBe(true);
    expect(policy.statements.map(({ actions }) => actions)).toEqual([['sqs:SendMessage'], ['s3:GetObject']]);
  });

  it('in a document that takes in what is not known is not complete', async () => {
    const policy = await policyOf(`
variable "more" { type = list(string) }
data "aws_iam_policy_document" "app" {
  source_policy_documents = var.more
}
resource "aws_iam_policy" "app" {
  policy = data.aws_iam_policy_document.app.json
}
`);
    expect(policy).toMatchObject({ statements: [], complete: false });
  });

  it.each([
    ['no JSON', '"{"'],
    ['no object', 'jsonencode([])'],
    ['no statements', 'jsonencode({ Version = "2012-10-17" })'],
  ])('that is %s says so', async (_title, text) => {
    const policy = await policyOf(`resource "aws_iam_policy" "app" {\n  policy = ${text}\n}\n`);
    expect(policy.malformed).toBeDefined();
    expect(decide([policy], wish)).toBe('unknown');
  });

  it('of one of two documents is known in neither', async () => {
    const project = await projectOf(`
variable "wide" { type = bool }
data "aws_iam_policy_document" "a" {}
data "aws_iam_policy_document" "b" {}
resource "aws_iam_policy" "app" {
  policy = var.wide ? data.aws_iam_policy_document.a.json : data.aws_iam_policy_document.b.json
}
`);
    expect(readPolicy(project.all('aws_iam_policy')[0]!, 'policy')).toEqual({ statements: [], complete: false });
  });
});

it('a state shows the policy of a topic once, with the resource that sets it', () => {
  const policy = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sns:Publish","Resource":"*"}]}';
  const resource = (type: string, values: object) => ({
    address: `${type}.a`,
    mode: 'managed',
    type,
    name: 'a',
    values: { ...values, policy },
  });
  const arn = 'arn:aws:sns:eu-west-1:123456789012:a';
  const project = readState(
    JSON.stringify({
      format_version: '1.0',
      values: {
        root_module: { resources: [resource('aws_sns_topic', { arn }), resource('aws_sns_topic_policy', { arn })] },
      },
    }),
  );
  expect(policiesOf(project).map(({ holder }) => holder.type)).toEqual(['aws_sns_topic_policy']);
});

describe('a condition', () => {
  it.each<[string, Value | undefined, string]>([
    ['StringEquals = { "aws:SourceAccount" = "1" }', '1', 'allowed'],
    ['StringEquals = { "AWS:SourceAccount" = ["2", "1"] }', '1', 'allowed'],
    ['StringEquals = { "aws:SourceAccount" = "2" }', '1', 'denied'],
    ['StringEquals = { "aws:SourceAccount" = "2" }', undefined, 'unknown'],
    ['StringEquals = { "aws:SourceAccount" = var.given }', '1', 'unknown'],
    ['StringEqualsIfExists = { "aws:SourceAccount" = "1" }', '1', 'allowed'],
    ['"ForAnyValue:StringEquals" = { "aws:SourceAccount" = ["1"] }', '1', 'allowed'],
    ['"ForAllValues:StringLike" = { "aws:SourceAccount" = ["1*"] }', '12', 'allowed'],
    ['StringNotEquals = { "aws:SourceAccount" = "1" }', '1', 'denied'],
    ['StringNotLike = { "aws:SourceAccount" = "2*" }', '1', 'allowed'],
    ['StringEqualsIgnoreCase = { "aws:SourceAccount" = "A" }', 'a', 'allowed'],
    ['ArnLike = { "aws:SourceAccount" = "arn:aws:sns:*:1:*" }', 'arn:aws:sns:eu-west-1:1:a', 'allowed'],
    ['Bool = { "aws:SourceAccount" = "true" }', true, 'allowed'],
    ['NumericLessThan = { "aws:SourceAccount" = "5" }', '1', 'unknown'],
    ['Null = { "aws:SourceAccount" = "true" }', '1', 'denied'],
    ['Null = { "aws:SourceAccount" = "false" }', '1', 'allowed'],
    ['Null = { "aws:SourceAccount" = var.given }', '1', 'unknown'],
  ])('%s with %o: %s', async (condition, value, expected) => {
    const policy = await policyOf(
      jsonPolicy(`{ Effect = "Allow", Action = "a:B", Resource = "*", Condition = { ${condition} } }`),
    );
    const context = value === undefined ? {} : { 'aws:sourceaccount': value };
    expect(decide([policy], { action: 'a:B', resource: 'x', context })).toBe(expected);
  });

  it.each([
    ['StringEquals', '"1"', 'denied'],
    ['StringNotEquals', '"1"', 'allowed'],
    ['StringEqualsIfExists', '"1"', 'allowed'],
    ['ForAllValues:StringEquals', '"1"', 'allowed'],
    ['ForAnyValue:StringEquals', '"1"', 'denied'],
    ['ForAnyValue:StringNotEquals', '"1"', 'denied'],
    ['ForAnyValue:StringEqualsIfExists', '"1"', 'unknown'],
    ['Null', '"true"', 'allowed'],
    ['Null', 'false', 'denied'],
    ['Null', 'var.given', 'unknown'],
  ])('%s = %s on a key that is not set: %s', async (test, value, expected) => {
    const condition = `"${test}" = { "aws:SourceAccount" = ${value} }`;
    const policy = await policyOf(
      jsonPolicy(`{ Effect = "Allow", Action = "a:B", Resource = "*", Condition = { ${condition} } }`),
    );
    expect(decide([policy], { action: 'a:B', resource: 'x', absent: ['aws:sourceaccount'] })).toBe(expected);
  });
});

describe('a principal', () => {
  const role = 'arn:aws:iam::123456789012:role/app';
  it.each<[string, Wish['principal'], string]>([
    ['"*"', { type: 'AWS', value: role }, 'allowed'],
    ['{ AWS = "*" }', { type: 'AWS', value: role }, 'allowed'],
    ['{ AWS = "*" }', { type: 'Service', value: 'sns.amazonaws.com' }, 'allowed'],
    [`{ AWS = "${role}" }`, { type: 'AWS', value: role }, 'allowed'],
    [`{ AWS = ["${role}2"] }`, { type: 'AWS', value: role }, 'denied'],
    ['{ AWS = "arn:aws:iam::123456789012:root" }', { type: 'AWS', value: role }, 'unknown'],
    ['{ AWS = "123456789012" }', { type: 'AWS', value: role, byAccount: 'allowed' }, 'allowed'],
    ['{ AWS = "123456789012" }', { type: 'AWS', value: role, byAccount: 'denied' }, 'denied'],
    ['{ Service = "sns.amazonaws.com" }', { type: 'Service', value: 'sns.amazonaws.com' }, 'allowed'],
    ['{ Service = "sns.amazonaws.com" }', { type: 'AWS', value: role }, 'denied'],
    ['{ Service = ["a.amazonaws.com", var.given] }', { type: 'Service', value: 'sns.amazonaws.com' }, 'unknown'],
    ['{ Service = "sns.amazonaws.com" }', undefined, 'unknown'],
  ])('%s lets %o in: %s', async (written, principal, expected) => {
    const policy = await policyOf(`
variable "given" { type = string }
resource "aws_sqs_queue_policy" "jobs" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = ${written}, Action = "sqs:*", Resource = "*" }] })
}
`);
    const wish = { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-west-1:1:jobs' };
    expect(decide([policy], principal ? { ...wish, principal } : wish)).toBe(expected);
  });
});

describe('a role', () => {
  const roleWith = (more: string) => `
variable "arn" { type = string }
resource "aws_iam_role" "app" { name = "app" }
resource "aws_iam_policy" "read" {
  name   = "read"
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "s3:GetObject", Resource = "*" } })
}
${more}`;
  const attach = (arn: string) => `
resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = ${arn}
}
`;

  it.each<[string, string, string]>([
    ['no policy', '', 'denied'],
    [
      'a policy without a name of its own',
      `resource "aws_iam_policy" "any" {\n  policy = aws_iam_policy.read.policy\n}\n${attach('aws_iam_policy.any.arn')}`,
      'allowed',
    ],
    ['a policy of the project', attach('aws_iam_policy.read.arn'), 'allowed'],
    ['a policy of AWS', attach('"arn:aws:iam::aws:policy/AmazonS3FullAccess"'), 'allowed'],
    [
      'a policy of AWS that is about something else',
      attach('"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"'),
      'denied',
    ],
    ['a policy that is not known', attach('var.arn'), 'unknown'],
    [
      'an attachment to several',
      'resource "aws_iam_policy_attachment" "a" {\n  roles = [aws_iam_role.app.name]\n  policy_arn = aws_iam_policy.read.arn\n}\n',
      'allowed',
    ],
    [
      'one of two policies',
      `variable "wide" { type = bool }\n${attach('var.wide ? aws_iam_policy.read.arn : var.arn')}`,
      'unknown',
    ],
    [
      'a module that may add to it',
      'module "more" {\n  source = "x/y/aws"\n  role = aws_iam_role.app.name\n}\n',
      'unknown',
    ],
  ])('with %s', async (_title, more, expected) => {
    const project = await projectOf(roleWith(more));
    const wish = { action: 's3:GetObject', resource: 'arn:aws:s3:::a/b' };
    expect(roleMay(project, project.all('aws_iam_role')[0]!, wish)).toBe(expected);
  });

  it.each<[string, string, string, string]>([
    ["AWS's default key policy and its own", '', 'kms:Decrypt', 'allowed'],
    ["AWS's default key policy alone", '', 's3:GetObject', 'denied'],
    ['a key policy that leaves it to the account', '{ AWS = "123456789012" }', 'kms:Decrypt', 'allowed'],
    ['a key policy that names it', '{ AWS = aws_iam_role.app.arn }', 's3:GetObject', 'allowed'],
    ['a key policy that names another', '{ AWS = "arn:aws:iam::123456789012:role/web" }', 'kms:Decrypt', 'denied'],
  ])('uses a key by %s', async (_title, principal, action, expected) => {
    const policy =
      principal &&
      `policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = ${principal}, Action = "kms:*", Resource = "*" }] })`;
    const project = await projectOf(`
resource "aws_kms_key" "app" {
  ${policy}
}
resource "aws_iam_role" "app" { name = "app" }
resource "aws_iam_role_policy" "app" {
  role   = aws_iam_role.app.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "${action}", Resource = aws_kms_key.app.arn }] })
}
`);
    const [key] = project.all('aws_kms_key');
    const [role] = project.all('aws_iam_role');
    expect(keyPolicy(project, key!) === undefined).toBe(principal === '');
    expect(roleMayUseKey(project, key!, role!, { action: 'kms:Decrypt' })).toBe(expected);
  });
});
