import { describe, expect, it } from 'vitest';

import { arnOnlyKeyArguments, readBacks, type Json } from '../../src/aws/read-back.js';
import { resourceSchema, type BlockSchema } from '../../src/aws/provider-schema.js';
import { rules } from '../../src/rules/check.js';

const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
const keyId = '01234567-89ab-cdef-0123-456789abcdef';
const aliasArn = 'arn:aws:kms:eu-west-1:123456789012:alias/app';
const group = 'arn:aws:logs:eu-west-1:123456789012:log-group:app';

interface Example {
  sent: Json;
  returned: Json;
  /** The rest of the resource. */
  resource?: Record<string, Json>;
  /** What AWS returns as it is sent; beside it what the resource then is, where that makes the difference. */
  sound?: readonly (readonly [sent: Json, resource?: Record<string, Json>])[];
}

const aKey: Example = { sent: aliasArn, returned: keyArn, sound: [[keyArn], [''], [null]] };
const inCapitals = (sent: string): Example => ({
  sent,
  returned: sent.toLowerCase(),
  sound: [[sent.toLowerCase()], [null]],
});
const container = (more: { [key: string]: Json }) => JSON.stringify([{ name: 'app', ...more }]);
const stickiness: Example = {
  sent: [{ enabled: false, duration: 60 }],
  returned: [{ enabled: false, duration: 0 }],
  sound: [[[{ enabled: true, duration: 60 }]], [[]]],
};
const withoutInsights = (sent: Json): Example => ({
  sent,
  returned: null,
  resource: { performance_insights_enabled: false },
  sound: [
    [sent, { performance_insights_enabled: true }],
    [sent, { cluster_identifier: 'app' }],
    [sent, { database_insights_mode: 'advanced' }],
    [null, { performance_insights_enabled: false }],
  ],
});
const ports: Example = {
  sent: 0,
  returned: -1,
  resource: { ip_protocol: '-1' },
  sound: [
    [443, { ip_protocol: 'tcp' }],
    [-1, { ip_protocol: '-1' }],
    [null, { ip_protocol: '-1' }],
  ],
};
const level: Example = {
  sent: 'INFO',
  returned: null,
  resource: { logging_config: [{ log_format: 'Text' }] },
  sound: [['INFO', { logging_config: [{ log_format: 'JSON' }] }]],
};
const statement = (more: { [key: string]: Json }) => JSON.stringify({ Statement: [{ Effect: 'Allow', ...more }] });

const examples: Readonly<Record<string, Example>> = {
  'fargate-storage-key': { ...aKey, sent: keyId },
  'managed-storage-key': { ...aKey, sent: 'alias/app' },
  'repository-key': { ...aKey, sent: keyId },
  'master-secret-key': { ...aKey, sent: 'alias/aws/secretsmanager' },
  'database-key': aKey,
  'graph-key': aKey,
  'insights-key': aKey,
  'table-key': aKey,
  'dms-key': aKey,
  'volume-key': aKey,
  'root-volume-key': aKey,
  'more-volume-key': aKey,
  'trail-key': aKey,
  'warehouse-key': aKey,
  'key-policy-key': { sent: keyArn, returned: keyId, sound: [[keyId], ['mrk-0123456789abcdef0123456789abcdef']] },
  'container-capabilities': {
    sent: container({ linuxParameters: { capabilities: { drop: ['ALL'] } } }),
    returned: container({ linuxParameters: { capabilities: { drop: ['ALL'], add: [] } } }),
    sound: [
      [container({ linuxParameters: { capabilities: { add: [], drop: ['ALL'] } } })],
      [container({ linuxParameters: { initProcessEnabled: true, capabilities: {} } })],
      [container({})],
      ['no JSON'],
      ['{}'],
    ],
  },
  'container-no-capabilities': {
    sent: container({ linuxParameters: { capabilities: {}, initProcessEnabled: true } }),
    returned: container({ linuxParameters: { initProcessEnabled: true } }),
    sound: [[container({ linuxParameters: { capabilities: { add: [], drop: [] }, initProcessEnabled: true } })]],
  },
  'container-valueless-variables': {
    sent: container({ environment: [{ name: 'A' }, { name: 'B', value: 'b' }, { name: 'C', value: null }] }),
    returned: container({ environment: [{ name: 'B', value: 'b' }] }),
    sound: [[container({ environment: [{ name: 'B', value: '' }] })], [container({ environment: [] })]],
  },
  'flow-log-destination': { sent: `${group}:*`, returned: group, sound: [[group], ['arn:aws:s3:::logs/app']] },
  'waf-log-destinations': { sent: [`${group}:*`], returned: [group], sound: [[[group]]] },
  'stage-log-destination': { sent: `${group}:*`, returned: group, sound: [[group]] },
  'stage-log-format': { sent: '$context.requestId\n', returned: '$context.requestId', sound: [['$context.requestId']] },
  'dms-instance-name': inCapitals('Migration'),
  'dms-subnet-group-name': inCapitals('Migration'),
  'dms-task-name': inCapitals('Migration'),
  'api-domain-name': inCapitals('Api.example.com'),
  'dms-window': inCapitals('Sun:05:00-Sun:06:00'),
  'rule-from-port': ports,
  'rule-to-port': ports,
  'redrive-count': {
    sent: '{"maxReceiveCount":"5"}',
    returned: '{"maxReceiveCount":5}',
    sound: [['{ "maxReceiveCount": 5 }'], ['']],
  },
  'bucket-policy-everybody': {
    sent: statement({ Principal: { '*': '*' } }),
    returned: statement({ Principal: '*' }),
    sound: [[statement({ Principal: '*' })], [statement({ Principal: { AWS: '*' } })]],
  },
  'api-policy-resource': {
    sent: statement({ Resource: ['execute-api:/*'] }),
    returned: statement({ Resource: ['arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*'] }),
    resource: { execution_arn: 'arn:aws:execute-api:eu-west-1:123456789012:a1b2c3' },
    sound: [[statement({ Resource: 'arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*' })], [statement({})]],
  },
  'listener-stickiness': stickiness,
  'listener-rule-stickiness': stickiness,
  'no-insights-key': withoutInsights(keyArn),
  'no-insights-retention': withoutInsights(7),
  'static-parameters': {
    sent: [{ name: 'rds.logical_replication', value: '1', apply_method: 'immediate' }],
    returned: [{ name: 'rds.logical_replication', value: '1', apply_method: 'pending-reboot' }],
    resource: { family: 'aurora-postgresql17' },
    sound: [
      [[{ name: 'rds.logical_replication', value: '1', apply_method: 'pending-reboot' }], { family: 'postgres17' }],
      [[{ name: 'max_connections', value: '1', apply_method: 'immediate' }], { family: 'mysql8.4' }],
    ],
  },
  'parameter-values': {
    sent: [
      { name: 'log_output', value: 'file' },
      { name: 'slow_query_log', value: 'ON' },
    ],
    returned: [
      { name: 'log_output', value: 'FILE' },
      { name: 'slow_query_log', value: '1' },
    ],
    sound: [
      [
        [
          { name: 'log_output', value: 'FILE' },
          { name: 'autovacuum', value: 'on' },
        ],
      ],
    ],
  },
  'function-key': {
    sent: keyArn,
    returned: '',
    resource: { environment: [], package_type: 'Zip' },
    sound: [
      [keyArn, { environment: [{ variables: { A: 'b' } }] }],
      [keyArn, { package_type: 'Image' }],
      [null, {}],
    ],
  },
  'function-no-snap-start': {
    sent: [{ apply_on: 'None' }],
    returned: [],
    sound: [[[{ apply_on: 'PublishedVersions' }]], [[]], [null]],
  },
  'function-application-log-level': level,
  'function-system-log-level': level,
  'auto-pause': {
    sent: 300,
    returned: null,
    resource: { serverlessv2_scaling_configuration: [{ min_capacity: 0.5, max_capacity: 2 }] },
    sound: [[300, { serverlessv2_scaling_configuration: [{ min_capacity: 0, max_capacity: 2 }] }]],
  },
  'mock-method': {
    sent: 'POST',
    returned: '',
    resource: { type: 'MOCK' },
    sound: [
      ['POST', { type: 'AWS_PROXY' }],
      [null, { type: 'MOCK' }],
    ],
  },
  'dms-database-name': {
    sent: 'legacy',
    returned: '',
    resource: { engine_name: 'mysql', secrets_manager_arn: 'arn' },
    sound: [
      ['legacy', { engine_name: 'postgres', secrets_manager_arn: 'arn' }],
      ['legacy', { engine_name: 'mysql', secrets_manager_arn: '' }],
      [null, { engine_name: 'mysql', secrets_manager_arn: 'arn' }],
    ],
  },
  'dms-certificate': { sent: 'PEM\n', returned: 'PEM', sound: [['PEM']] },
  'dms-rule-ids': {
    sent: '{"rules":[{"rule-id":1}]}',
    returned: '{"rules":[{"rule-id":"1"}]}',
    sound: [['{"rules":[{"rule-id":"1"}]}']],
  },
  'dms-task-settings': {
    sent: '{"TTSettings":{"EnableTT":true,"FailTaskOnTTFailure":true}}',
    returned: '{"TTSettings":{"EnableTT":true}}',
    sound: [['{"TTSettings":{"EnableTT":true}}'], ['{"Logging":{"EnableLogging":true}}']],
  },
  'rotation-days': {
    sent: [{ automatically_after_days: 30 }],
    returned: [{ automatically_after_days: null, schedule_expression: 'rate(30 days)' }],
    sound: [[[{ schedule_expression: 'rate(30 days)', automatically_after_days: null }]]],
  },
  'scaled-capacity': {
    sent: 2,
    returned: 6,
    resource: { min_size: 2, max_size: 6 },
    sound: [
      [2, { min_size: 2, max_size: 2 }],
      [null, { min_size: 2, max_size: 6 }],
    ],
  },
  'multi-az-zone': {
    sent: 'eu-west-1a',
    returned: 'eu-west-1z',
    resource: { multi_az: true },
    sound: [['eu-west-1a', { multi_az: false }]],
  },
  'cluster-zones': {
    sent: ['eu-west-1a', 'eu-west-1c'],
    returned: ['eu-west-1a', 'eu-west-1c', 'eu-west-1b'],
    sound: [[['eu-west-1a', 'eu-west-1b', 'eu-west-1c']], [['us-west-1a', 'us-west-1c']], [[]]],
  },
  'instance-version': {
    sent: '17.4',
    returned: '17.99',
    resource: { engine: 'postgres' },
    sound: [
      ['17', { engine: 'postgres' }],
      ['17.4', { engine: 'postgres', auto_minor_version_upgrade: false }],
      ['8.4', { engine: 'mysql' }],
    ],
  },
  'cluster-version': {
    sent: '16.4',
    returned: '16.99',
    resource: { engine: 'aurora-postgresql' },
    sound: [['16', { engine: 'aurora-postgresql' }]],
  },
  'dms-version': {
    sent: '3.5.3',
    returned: '3.5.99',
    sound: [['3.5.3', { auto_minor_version_upgrade: false }], [null]],
  },
};

const returned = (row: (typeof readBacks)[number], sent: Json, resource: Record<string, Json> = {}) =>
  row.returns(sent, { resource, keyArn: () => keyArn });

describe.each(readBacks)('$id', (row) => {
  const example = examples[row.id]!;

  it('says what AWS returns for what it returns otherwise', () => {
    expect(returned(row, example.sent, example.resource)).toEqual(example.returned);
  });

  it('leaves alone what AWS returns', () => {
    for (const [sent, resource] of example.sound ?? []) expect(returned(row, sent, resource)).toEqual(sent);
  });

  it('is not changed twice', () => {
    const once = returned(row, example.sent, example.resource);
    expect(returned(row, once, example.resource)).toEqual(once);
  });

  it('is of an argument that the provider has', () => {
    for (const type of row.types) expect(hasArgument(type, row.argument), `${type}.${row.argument}`).toBe(true);
  });

  it('has a source, and a rule that is there', () => {
    expect(row.source).toMatch(/^https:\/\/\S+(?: \(.+\))?$/);
    if (row.rule !== undefined) expect([...rules.keys()]).toContain(row.rule);
  });
});

function hasArgument(type: string, argument: string): boolean {
  const names = argument.split('.');
  const last = names.pop()!;
  const holder = names.reduce<BlockSchema | undefined>(
    (schema, name) => schema?.block(name)?.schema,
    resourceSchema('resource', type),
  );
  return holder?.attribute(last) !== undefined || holder?.block(last) !== undefined;
}

it('every row has an example of its own', () => {
  expect(readBacks.map(({ id }) => id).sort()).toEqual(Object.keys(examples).sort());
});

it('every argument that takes only an ARN is one of the provider', () => {
  for (const [type, argument] of Object.entries(arnOnlyKeyArguments))
    expect(hasArgument(type, argument), type).toBe(true);
});
