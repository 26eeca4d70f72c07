import { describe, expect, it } from 'vitest';

import { rules } from '../../src/rules/check.js';
import { checkFiles, filesIn } from '../support/rules.js';

/** What a rule says of a project. */
async function said(rule: string, text: string): Promise<string[]> {
  const { findings } = await checkFiles(filesIn(text), [rules.get(rule)!]);
  return findings.map(({ message }) => message);
}

/** Whether it says that it cannot tell. */
async function abstains(rule: string, text: string): Promise<boolean> {
  const { abstentions } = await checkFiles(filesIn(text), [rules.get(rule)!]);
  return abstentions.length > 0;
}

const version = (value: string, more = '') => `${more}
resource "aws_secretsmanager_secret_version" "app" {
  secret_id     = "app"
  secret_string = ${value}
}
`;

const task = (name: string, value: string, more = '') => `${more}
resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = jsonencode([
    { name = "app", image = "app:1", environment = [{ name = "${name}", value = ${value} }] },
  ])
}
`;

const parameter = (ignored: string) => `resource "aws_ssm_parameter" "password" {
  name  = "/app/password"
  type  = "SecureString"
  value = "first-value-of-it"
  lifecycle {
    ignore_changes = ${ignored}
  }
}
`;

const instance = (password: string, more = '') => `${more}
resource "aws_db_instance" "main" {
  engine   = "postgres"
  username = "app"
  password = ${password}
}
`;

describe('what is written out and is no secret', () => {
  it.each([
    ['a stand-in', 'secret-value-literal', version('"changeme"')],
    [
      'the default of a variable',
      'secret-value-literal',
      version('"redis://${var.x}"', 'variable "x" { default = "changeme" }'),
    ],
    ['one in JSON', 'secret-value-literal', version('jsonencode({ password = "REPLACE_ME" })')],
    ['a public key in JSON', 'secret-value-literal', version('jsonencode({ public_api_key = "pk_live_1" })')],
    [
      'what is set by hand later',
      'secret-value-literal',
      version('jsonencode({ password = aws_ssm_parameter.password.value })', parameter('[value]')),
    ],
    [
      'any change is left alone',
      'secret-value-literal',
      version('jsonencode({ password = aws_ssm_parameter.password.value })', parameter('all')),
    ],
    [
      'through a local value',
      'database-password-not-in-code',
      instance('local.password', `${parameter('[value]')}locals { password = aws_ssm_parameter.password.value }`),
    ],
    [
      'a container',
      'container-no-plain-secrets',
      task('DB_PASSWORD', 'aws_ssm_parameter.password.value', parameter('[value]')),
    ],
    ['a stand-in for a container', 'container-no-plain-secrets', task('DB_PASSWORD', '"dummy"')],
    ['a key for browsers', 'container-no-plain-secrets', task('GOOGLE_MAPS_PUBLIC_API_KEY', '"AIzaSyA1"')],
    [
      'a stand-in that is left alone',
      'database-password-not-in-code',
      instance('"changeme"\n  lifecycle { ignore_changes = [password] }'),
    ],
    ['a name', 'name-characters', 'resource "aws_s3_bucket" "a" { bucket = "REPLACE_ME_WITH_S3_BUCKET" }'],
    [
      'an ARN',
      'policy-resource-arn',
      `variable "function" { default = "ARN of the API function" }
resource "aws_iam_policy" "a" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "lambda:InvokeFunction", Resource = var.function }] })
}`,
    ],
  ])('%s (%s)', async (_, rule, text) => {
    expect(await said(rule, text)).toEqual([]);
  });

  it.each([
    ['a secret', 'secret-value-literal', version('"TempPassword123!"')],
    [
      'what is kept as it is made',
      'secret-value-literal',
      version('jsonencode({ password = aws_ssm_parameter.password.value })', parameter('[description]')),
    ],
    [
      'what is kept, for a container',
      'container-no-plain-secrets',
      task('DB_PASSWORD', 'aws_ssm_parameter.password.value', parameter('[tags]')),
    ],
    ['a password that a database is made with', 'database-password-not-in-code', instance('"changeme"')],
    [
      'a password that is read from elsewhere',
      'database-password-in-state',
      instance('aws_ssm_parameter.password.value', parameter('[value]')),
    ],
  ])('but %s (%s)', async (_, rule, text) => {
    expect(await said(rule, text)).toHaveLength(1);
  });
});

const suffix = (more = '') => `variable "suffix" { default = "" }
resource "aws_cloudwatch_metric_alarm" "a" {
  namespace  = "AWS/ApplicationELB"
  dimensions = { LoadBalancer = var.suffix }
}
${more}`;
const policy = (more = '') => `variable "secrets" { default = [] }
data "aws_iam_policy_document" "a" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = var.secrets
  }
}
resource "aws_iam_policy" "a" { policy = data.aws_iam_policy_document.a.json }
${more}`;
const bucket = (more = '') => `variable "project" { default = "" }
resource "aws_s3_bucket" "a" { bucket = "-\${var.project}logs" }
${more}`;
const database = (more = '') => `variable "snapshot" { default = "" }
resource "aws_db_instance" "a" {
  engine                    = "postgres"
  final_snapshot_identifier = var.snapshot
}
${more}`;

describe('an empty default', () => {
  it.each([
    ['alarm-load-balancer-dimension', suffix],
    ['policy-statement-complete', policy],
    ['name-characters', bucket],
    ['database-final-snapshot', database],
  ])('%s: is no value where nobody runs the module, and one where somebody does', async (rule, text) => {
    expect(await said(rule, text())).toEqual([]);
    expect(await abstains(rule, text())).toBe(true);
    expect(await said(rule, text('provider "aws" {}'))).toHaveLength(1);
  });
});

describe('a list in a list', () => {
  const subnets = (type: string, argument: string, value: string) => `resource "aws_subnet" "a" { count = 2 }
resource "${type}" "a" {
  ${argument} = ${value}
}`;
  it.each([
    ['db-subnet-group-two-zones', 'aws_db_subnet_group', 'subnet_ids'],
    ['alb-two-zones', 'aws_lb', 'subnets'],
    ['asg-two-zones', 'aws_autoscaling_group', 'vpc_zone_identifier'],
  ])('%s', async (rule, type, argument) => {
    expect(await said(rule, subnets(type, argument, '["${aws_subnet.a.*.id}"]'))).toEqual([]);
    expect(await said(rule, subnets(type, argument, '[aws_subnet.a[*].id]'))).toEqual([]);
    expect(await said(rule, subnets(type, argument, '[aws_subnet.a[0].id]'))).toHaveLength(1);
  });
});

describe('two inline policies of one name', () => {
  it('are told to replace each other', async () => {
    const text = `resource "aws_iam_role" "a" { name = "app" }
resource "aws_iam_role_policy" "a" {
  name = "access"
  role = aws_iam_role.a.id
}
resource "aws_iam_role_policy" "b" {
  name = "access"
  role = aws_iam_role.a.id
}`;
    expect(await said('names-distinct', text)).toEqual(['name is "access", and replaces aws_iam_role_policy.a']);
  });
});

describe('a wide range of ports', () => {
  const rule = (protocol: string, from: number, to: number) => `resource "aws_security_group" "a" {
  ingress {
    protocol    = "${protocol}"
    from_port   = ${from}
    to_port     = ${to}
    cidr_blocks = ["0.0.0.0/0"]
  }
}`;
  it.each([
    [rule('-1', 0, 0), 'every port: SSH on 22 among them'],
    [rule('tcp', 0, 65_535), 'ports 0 to 65535: SSH on 22 among them'],
    [rule('tcp', 3000, 4000), 'ports 3000 to 4000: RDP on 3389 among them'],
    [rule('tcp', 20, 21), 'ports 20 to 21: FTP on 20'],
    [rule('tcp', 22, 22), 'port 22: SSH on 22'],
  ])('%#: %s', async (text, words) => {
    expect(await said('internet-ingress-private-ports', text)).toEqual([`lets the whole internet in on ${words}`]);
  });
});
