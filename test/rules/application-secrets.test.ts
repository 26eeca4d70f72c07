import { expect, it } from 'vitest';

import { check } from '../../src/rules/check.js';
import { readState } from '../../src/terraform/read-json.js';

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
