import { describe, expect, it } from 'vitest';

import { Budget } from '../../src/terraform/budget.js';
import { NotReadable, readPlan, readState } from '../../src/terraform/read-json.js';
import { show } from '../../src/terraform/value.js';

/** A plan as terraform show -json prints it, cut to what is read of it: a VPC in a module, and what refers to it. */
const plan = {
  format_version: '1.2',
  variables: { aws_region: { value: 'eu-west-1' } },
  planned_values: {
    root_module: {
      resources: [
        {
          address: 'aws_lb.app',
          mode: 'managed',
          type: 'aws_lb',
          name: 'app',
          values: { name: 'app', access_logs: [{ enabled: true, prefix: '' }], security_groups: [] },
        },
        {
          address: 'aws_s3_bucket.logs',
          mode: 'managed',
          type: 'aws_s3_bucket',
          name: 'logs',
          values: { bucket: 'logs' },
        },
      ],
      child_modules: [
        {
          address: 'module.network',
          resources: [0, 1].map((index) => ({
            address: `module.network.aws_subnet.public[${index}]`,
            mode: 'managed',
            type: 'aws_subnet',
            name: 'public',
            index,
            values: { availability_zone: `eu-west-1${'ab'[index]}`, cidr_block: `10.0.${index}.0/24` },
          })),
        },
      ],
    },
  },
  resource_changes: [
    {
      address: 'aws_lb.app',
      change: { after_unknown: { arn: true, subnets: true, ip_address_type: true, access_logs: [{ bucket: true }] } },
    },
    { address: 'module.network.aws_subnet.public[0]', change: { after_unknown: { id: true, vpc_id: true } } },
  ],
  prior_state: {
    values: {
      root_module: {
        resources: [
          {
            address: 'data.aws_caller_identity.current',
            mode: 'data',
            type: 'aws_caller_identity',
            name: 'current',
            values: { account_id: '123456789012' },
          },
        ],
      },
    },
  },
  configuration: {
    provider_config: { aws: { expressions: { region: { references: ['var.aws_region'] } } } },
    root_module: {
      resources: [
        {
          address: 'aws_lb.app',
          expressions: {
            name: { constant_value: 'app' },
            subnets: { references: ['module.network.subnet_ids', 'module.network'] },
            access_logs: [
              {
                bucket: { references: ['aws_s3_bucket.logs.id', 'aws_s3_bucket.logs'] },
                enabled: { constant_value: true },
              },
            ],
          },
          depends_on: ['aws_s3_bucket.logs'],
        },
        { address: 'aws_s3_bucket.logs', expressions: { bucket: { constant_value: 'logs' } } },
      ],
      module_calls: {
        network: {
          module: {
            outputs: { subnet_ids: { expression: { references: ['aws_subnet.public'] } } },
            resources: [{ address: 'aws_subnet.public', expressions: { vpc_id: { references: ['var.vpc_id'] } } }],
          },
          expressions: { vpc_id: { references: ['aws_vpc.main.id', 'aws_vpc.main'] } },
        },
      },
    },
  },
};

describe('a plan', () => {
  const project = readPlan(JSON.stringify(plan));
  const [lb] = project.all('aws_lb');

  it('has the resources of all modules, with their keys, and the data sources that were read', () => {
    expect(project.resources.map(({ address }) => address)).toEqual([
      'aws_lb.app',
      'aws_s3_bucket.logs',
      'module.network.aws_subnet.public[0]',
      'module.network.aws_subnet.public[1]',
      'data.aws_caller_identity.current',
    ]);
    expect(project.all('aws_subnet').map(({ configAddress }) => configAddress)).toEqual([
      'module.network.aws_subnet.public',
      'module.network.aws_subnet.public',
    ]);
  });

  it('tells what is written and not known from what only AWS sets, and from what is not set', () => {
    expect(show(lb!.get('subnets'))).toBe('…');
    expect(lb!.get('ip_address_type')).toBeUndefined();
    expect(lb!.get('security_groups')).toBeUndefined();
    expect(lb!.get('access_logs.enabled')).toBe(true);
    expect(lb!.get('access_logs.prefix')).toBeUndefined();
    expect(show(lb!.get('access_logs.bucket'))).toBe('…');
  });

  it('follows references through outputs of modules, into blocks, and by name', () => {
    expect(lb!.refs('subnets').map(({ address }) => address)).toEqual([
      'module.network.aws_subnet.public[0]',
      'module.network.aws_subnet.public[1]',
    ]);
    expect(lb!.refs('access_logs.bucket').map(({ address }) => address)).toEqual(['aws_s3_bucket.logs']);
    expect(lb!.dependsOn()).toEqual(['aws_s3_bucket.logs']);
    const [bucket] = project.all('aws_s3_bucket');
    expect(project.linked('aws_lb', 'access_logs.bucket', bucket!)).toEqual([lb]);
  });

  it('knows region, account and partition', () => {
    const { region, account, partition } = lb!.surroundings;
    expect([region, account, partition]).toEqual(['eu-west-1', '123456789012', 'aws']);
  });
});

describe('a state', () => {
  const vpc = {
    address: 'aws_vpc.main',
    mode: 'managed',
    type: 'aws_vpc',
    name: 'main',
    values: { id: 'vpc-1', arn: 'arn:aws:ec2:eu-west-3:123456789012:vpc/vpc-1' },
  };
  const subnet = {
    address: 'aws_subnet.a',
    mode: 'managed',
    type: 'aws_subnet',
    name: 'a',
    values: { id: 'subnet-1', vpc_id: 'vpc-1' },
    depends_on: ['aws_vpc.main'],
  };
  const project = readState(
    JSON.stringify({ format_version: '1.0', values: { root_module: { resources: [vpc, subnet] } } }),
  );

  it('follows references by what AWS calls things, and knows region and account from their ARNs', () => {
    const [a] = project.all('aws_subnet');
    expect(a!.refs('vpc_id').map(({ address }) => address)).toEqual(['aws_vpc.main']);
    expect(a!.dependsOn()).toEqual(['aws_vpc.main']);
    expect([a!.surroundings.region, a!.surroundings.account]).toEqual(['eu-west-3', '123456789012']);
  });

  it.each([
    [100, true],
    [101, false],
  ])('%i resources of one identifier are what it means: %s', (count, found) => {
    const resources = Array.from({ length: count }, (_, at) => ({
      address: `aws_iam_role.r${at}`,
      mode: 'managed',
      type: 'aws_iam_role',
      name: `r${at}`,
      values: { id: 'r' },
    }));
    const attachment = {
      address: 'aws_iam_role_policy_attachment.a',
      mode: 'managed',
      type: 'aws_iam_role_policy_attachment',
      name: 'a',
      values: { role: 'r' },
    };
    const budget = new Budget();
    const state = { format_version: '1.0', values: { root_module: { resources: [...resources, attachment] } } };
    const [attached] = readState(JSON.stringify(state), budget).all('aws_iam_role_policy_attachment');
    for (let asked = 0; asked < 2; asked++)
      expect(attached?.refs('role', 'aws_iam_role')).toHaveLength(found ? count : 0);
    expect(budget.cuts).toHaveLength(found ? 0 : 1);
  });

  it('may be empty', () => {
    expect(readState('{"format_version":"1.0"}').resources).toEqual([]);
  });
});

describe('what is neither is refused with what it is', () => {
  it.each([
    [readPlan, '{"format_version":"1.0","values":{}}', 'is a state, not a plan'],
    [readState, '{"planned_values":{}}', 'is a plan, not a state'],
    [readState, '{"lineage":"x","serial":3,"resources":[]}', 'as terraform keeps it'],
    [readPlan, 'PK\u0003\u0004', 'make JSON of it with terraform show -json'],
    [readPlan, '{', 'is not JSON'],
    [readPlan, '[]', 'is no JSON object'],
  ] as const)('%o of %j', (read, text, message) => {
    expect(() => read(text)).toThrow(NotReadable);
    expect(() => read(text)).toThrow(message);
  });
});

describe('where a resource of a plan is', () => {
  it('is what its ARN says, its own region, or its provider', () => {
    const resource = (name: string, values: object) => ({
      address: `aws_sns_topic.${name}`,
      mode: 'managed',
      type: 'aws_sns_topic',
      name,
      values,
    });
    const region = (name: string) => ({ expressions: { region: { constant_value: name } } });
    const project = readPlan(
      JSON.stringify({
        planned_values: {
          root_module: {
            resources: [
              resource('here', {}),
              resource('there', {}),
              resource('somewhere', {}),
              resource('own', { region: 'us-west-2' }),
              resource('made', { arn: 'arn:aws:sns:eu-north-1:123456789012:made' }),
            ],
          },
        },
        configuration: {
          provider_config: { aws: region('eu-west-1'), 'aws.there': region('us-east-1'), 'aws.somewhere': {} },
          root_module: {
            resources: ['here', 'there', 'somewhere', 'own', 'made'].map((name) => ({
              address: `aws_sns_topic.${name}`,
              provider_config_key: ['there', 'somewhere'].includes(name) ? `aws.${name}` : 'aws',
            })),
          },
        },
      }),
    );
    expect(project.resources.map(({ name, surroundings }) => `${name} ${show(surroundings.region)}`)).toEqual([
      'here eu-west-1',
      'there us-east-1',
      'somewhere ${region of aws.somewhere}',
      'own us-west-2',
      'made eu-north-1',
    ]);
  });
});
