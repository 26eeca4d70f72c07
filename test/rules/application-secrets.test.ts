import { expect, it } from 'vitest';

import { check, rules } from '../../src/rules/check.js';
import { readPlan, readState } from '../../src/terraform/read-json.js';
import { checkFiles, filesIn } from '../support/rules.js';

const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-0a1b2c3d-AbCdEf';
const definition = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/app:1';
const role = 'arn:aws:iam::123456789012:role/app';

/** What two rules say of a state with a service whose role may do the action on the secret. */
function found(action: string): string[] {
  const resource = (type: string, values: object) => ({
    address: `${type}.a`,
    mode: 'managed',
    type,
    name: 'a',
    values,
  });
  const policy = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: action, Resource: secret }] });
  const containers = [
    { name: 'app', image: 'app', secrets: [{ name: 'PASSWORD', valueFrom: `${secret}:password::` }] },
  ];
  const resources = [
    resource('aws_rds_cluster', { manage_master_user_password: true, master_user_secret: [{ secret_arn: secret }] }),
    resource('aws_iam_role', { name: 'app', id: 'app', arn: role }),
    resource('aws_iam_role_policy', { role: 'app', policy }),
    resource('aws_ecs_task_definition', {
      family: 'app',
      arn: definition,
      task_role_arn: role,
      container_definitions: JSON.stringify(containers),
    }),
    resource('aws_ecs_service', { name: 'app', task_definition: definition }),
  ];
  const state = readState(JSON.stringify({ format_version: '1.0', values: { root_module: { resources } } }));
  return check([state])
    .findings.filter(({ rule: { name } }) => /application/.test(name))
    .map(({ rule: { name }, message }) => `${name}: ${message}`);
}

it('a state shows who has the password of the master user, and who would not see it change', () => {
  const given = 'has the password of the master user of aws_rds_cluster.a: it is given PASSWORD of container app';
  expect(found('secretsmanager:GetSecretValue')).toEqual([
    `application-not-database-master: ${given}, and aws_iam_role.a may read the secret`,
  ]);
  expect(found('rds-db:connect')).toEqual([
    `application-not-database-master: ${given}`,
    'rotation-reaches-application: is given PASSWORD of container app once, from a secret that rotates, and aws_iam_role.a may not read the secret again',
  ]);
});

it('a plan that does not know the ARN of a secret yet takes no other for it', () => {
  const resource = (type: string, values: object, mode = 'managed') => ({
    address: `${mode === 'data' ? 'data.' : ''}${type}.a`,
    mode,
    type,
    name: 'a',
    values,
  });
  const other = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:other-AbCdEf';
  const containers = [{ name: 'app', image: 'app', secrets: [{ name: 'PASSWORD', valueFrom: `${other}:password::` }] }];
  const resources = [
    resource('aws_rds_cluster', { manage_master_user_password: true, master_user_secret: [{ kms_key_id: 'a' }] }),
    resource('aws_ecs_task_definition', {
      family: 'app',
      arn: definition,
      container_definitions: JSON.stringify(containers),
    }),
    resource('aws_ecs_service', { name: 'app', task_definition: definition }),
  ];
  const change = {
    address: 'aws_rds_cluster.a',
    mode: 'managed',
    type: 'aws_rds_cluster',
    name: 'a',
    change: {
      actions: ['create'],
      before: null,
      after: resources[0]!.values,
      after_unknown: { master_user_secret: [{ secret_arn: true }] },
    },
  };
  const looked = resource('aws_secretsmanager_secret', { name: 'other', id: other, arn: other }, 'data');
  const plan = readPlan(
    JSON.stringify({
      format_version: '1.2',
      planned_values: { root_module: { resources } },
      resource_changes: [change],
      prior_state: { format_version: '1.0', values: { root_module: { resources: [looked] } } },
      configuration: { root_module: {} },
    }),
  );
  expect(check([plan]).findings.filter(({ rule: { name } }) => /application/.test(name))).toEqual([]);
});

const databaseWith = (password: string) => `resource "aws_db_instance" "main" {\n  password = ${password}\n}\n`;
const database = `resource "random_password" "db" {}\n${databaseWith('random_password.db.result')}`;
const read = `
data "aws_secretsmanager_secret_version" "app" {
  secret_id = "prod/app"
}
resource "aws_db_instance" "main" {
  password = jsondecode(data.aws_secretsmanager_secret_version.app.secret_string)["db_password"]
}
`;
const url = 'resource "aws_lambda_function_url" "web" {\n  function_name = aws_lambda_function.web.function_name\n}\n';
const lambda = (value: string) =>
  `resource "aws_lambda_function" "web" {\n  environment {\n    variables = { DB_PASSWORD = ${value} }\n  }\n}\n`;
const instance = (data: string) => `resource "aws_instance" "web" {\n  ${data}\n}\n`;
const task = (from: string) => `
resource "aws_ecs_task_definition" "web" {
  container_definitions = jsonencode([{ name = "web", secrets = [{ name = "PASSWORD", valueFrom = ${from} }] }])
}
resource "aws_ecs_service" "web" {
  task_definition = aws_ecs_task_definition.web.arn
}
`;

it.each([
  ['user data that is encoded', database + instance('user_data = base64encode("P=${random_password.db.result}")')],
  ['user data with an encoded part', database + instance('user_data = "P=${base64encode(random_password.db.result)}"')],
  [
    'a template that cannot be read',
    database + instance('user_data_base64 = base64encode(templatefile("a.sh", { p = random_password.db.result }))'),
  ],
  [
    'user data with a variable that is encoded',
    `variable "password" {}\n${databaseWith('var.password')}${instance('user_data = base64encode("P=${var.password}")')}`,
  ],
  ['a secret that a variable gives', `variable "secret" {}\n${task('"${var.secret}:password::"')}`],
  ['a function that nothing calls', database + lambda('random_password.db.result')],
  [
    'a key that is not known',
    `variable "key" {}\n${read}${url}${lambda('jsondecode(data.aws_secretsmanager_secret_version.app.secret_string)[var.key]')}`,
  ],
])('says that it does not know whether an application has the password, with %s', async (_title, text) => {
  const result = await checkFiles(filesIn(text), [rules.get('application-not-database-master')!]);
  expect(result.findings).toEqual([]);
  expect(result.abstentions).toHaveLength(1);
});

it('says nothing of a function that is given another key of the secret', async () => {
  const text = `${read}${url}${lambda('jsondecode(data.aws_secretsmanager_secret_version.app.secret_string).smtp')}`;
  const result = await checkFiles(filesIn(text), [rules.get('application-not-database-master')!]);
  expect([...result.findings, ...result.abstentions]).toEqual([]);
});
