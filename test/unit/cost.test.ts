import { describe, expect, it } from 'vitest';

import { readFlags } from '../../src/answers/flags.js';
import type { Answers } from '../../src/answers/answers.js';
import { offeredClasses } from '../../src/aws/database-classes.js';
import { regionsWithEcsEndpoints } from '../../src/aws/vpc-endpoints.js';
import { costOf, type Cost } from '../../src/render/cost.js';
import { numbersIn } from '../../src/render/declarations.js';
import { textOf, texts, type ProjectFiles } from '../../src/render/project-files.js';
import { renderProject } from '../../src/render/render.js';
import type { Project, Resource } from '../../src/terraform/project.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { certificateArn, existingVpc, soundAnswers } from '../support/answers.js';
import { everyPair } from '../support/covering.js';
import { samples } from '../support/samples.js';

const quantities = ({ components }: Pick<Cost, 'components'>) =>
  Object.fromEntries(components.map(({ component, quantity }) => [component, quantity]));
const amounts = ({ components }: Cost) =>
  Object.fromEntries(components.map(({ component, monthlyUsd }) => [component, monthlyUsd]));
const production = { profile: 'production', https: true, certificateArn };

describe('the cost of a project', () => {
  it('is, for the defaults, what a calculator says', () => {
    const cost = costOf(soundAnswers());
    expect(amounts(cost)).toMatchObject({
      'Aurora instances, db.t4g.medium': 106.58,
      'Interface endpoints, in each zone': 87.6,
      'NAT gateways': 32.85,
      'Fargate vCPU': 29.55,
      'Load balancer': 16.43,
      'Public IPv4 addresses': 14.6,
      'AWS WAF, rules': 6,
    });
    expect(cost).toMatchObject({ region: 'us-east-1', notPriced: [] });
    expect(cost.monthlyUsd).toBeGreaterThan(300);
    expect(cost.monthlyUsd).toBeLessThan(330);
  });

  it('has a gateway in each zone and larger instances in production', () => {
    const cost = costOf(soundAnswers(production));
    expect(amounts(cost)).toMatchObject({
      'Aurora instances, db.r7g.large': 402.96,
      'NAT gateways': 98.55,
      'Public IPv4 addresses': 21.9,
    });
  });

  it('is the sum of its rows, most expensive first', () => {
    for (const { answers } of [...everyPair(), ...samples()]) {
      const { components, monthlyUsd } = costOf(answers);
      const each = components.map((row) => row.monthlyUsd ?? 0);
      expect(each).toEqual([...each].sort((a, b) => b - a));
      expect(each.reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(monthlyUsd);
    }
  });

  it('names what has no price instead of taking it for nothing', () => {
    const cost = costOf(soundAnswers({ dbInstanceClass: 'db.r7i.large' }));
    expect(cost.notPriced).toEqual(['Aurora instances, db.r7i.large']);
    expect(cost.components.at(-1)).toEqual({ component: 'Aurora instances, db.r7i.large', quantity: 2 });
    expect(JSON.stringify(cost)).not.toContain('null');
    // What it would be with another class says nothing of what it is less.
    expect(cost.savings.map(({ answer }) => answer)).not.toContain('--db-instance-class db.t4g.medium');
    const readme = renderProject(soundAnswers({ dbInstanceClass: 'db.r7i.large' })).get('README.md')!;
    expect(readme).toMatch(/^\| Aurora instances, db\.r7i\.large +\| 2 +\| not priced +\|$/m);
    expect(readme).toMatch(/^\| Sum +\| +\| more than \d+\.\d\d \|$/m);
    expect(readme).toContain('That is without Aurora instances, db.r7i.large, whose price is not known here.');
  });

  it('is of the same prices in another region, which the README says', () => {
    const here = costOf(soundAnswers());
    const there = costOf(soundAnswers({ region: 'eu-west-1' }));
    expect([there.region, there.monthlyUsd]).toEqual(['us-east-1', here.monthlyUsd]);
    const readme = (region: string) => renderProject(soundAnswers({ region })).get('README.md')!;
    expect(readme('eu-west-1')).toContain('list prices of US East (N. Virginia)');
    expect(readme('eu-west-1')).toContain('\nthose of Europe (Ireland) differ.');
    expect(readme('us-east-1')).not.toContain('differ.');
  });

  it('follows the network that was asked for', () => {
    const none = quantities(costOf(soundAnswers({ nat: 'none' })));
    expect(none).not.toHaveProperty('NAT gateways');
    expect(none['Public IPv4 addresses']).toBe(3);
    const withoutEndpoints = quantities(costOf(soundAnswers({ privateEndpoints: false })));
    expect(withoutEndpoints).not.toHaveProperty('Interface endpoints, in each zone');
    const existing = quantities(costOf(soundAnswers(existingVpc)));
    expect(Object.keys(existing).filter((name) => /NAT|endpoint/.test(name))).toEqual([]);
    expect(existing['Public IPv4 addresses']).toBe(2);
    const opened = quantities(costOf(soundAnswers({ region: regionsWithEcsEndpoints[0], availabilityZones: 2 })));
    expect(opened['Interface endpoints, in each zone']).toBe(14);
  });

  it('of a serverless database is that of its least capacity', () => {
    expect(amounts(costOf(soundAnswers({ dbInstanceClass: 'db.serverless' })))).toMatchObject({
      'Aurora capacity units, at the minimum': 87.6,
    });
  });

  it('is known for the class of every new project', () => {
    for (const profile of ['ephemeral', 'production'])
      expect(costOf(soundAnswers({ ...production, profile })).notPriced).toEqual([]);
    expect(offeredClasses('aurora-postgresql', 'us-east-1')).toContain('db.r7i.large');
  });
});

describe('what other answers save', () => {
  const saved = (answers: object) => costOf(soundAnswers(answers)).savings.map(({ answer }) => answer);

  it.each([
    [{}, ['--no-private-endpoints', '--availability-zones 2']],
    [production, ['--no-private-endpoints', '--nat single']],
    [{ availabilityZones: 2, privateEndpoints: false, nat: 'per-zone' }, ['--nat single']],
    [existingVpc, []],
    [{ ...existingVpc, profile: 'production', https: true, certificateArn }, []],
  ])('with %j is told of two at most', (answers, expected) => {
    expect(saved(answers)).toEqual(expected);
  });

  it('is not told of an answer that would be refused', () => {
    expect(saved({ nat: 'none' })).toEqual(['--availability-zones 2']);
    expect(saved({ privateEndpoints: false })).not.toContain('--nat none');
    // Each alone would do, and the two together leave no way out.
    expect(saved({ availabilityZones: 2 })).toEqual(['--no-private-endpoints']);
  });

  it('is what the project then costs less, to the cent', () => {
    let compared = 0;
    for (const { answers, label } of everyPair()) {
      const cost = costOf(answers);
      for (const { answer, monthlyUsd } of cost.savings) {
        const { given } = readFlags(answer.split(' ')).reading;
        const others = Object.fromEntries(Object.entries(given).map(([key, { value }]) => [key, value]));
        const less = cost.monthlyUsd - costOf(soundAnswers({ ...answers, ...others })).monthlyUsd;
        expect(monthlyUsd, `${label}: ${answer}`).toBeCloseTo(less);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(10);
  });
});

/** How many of each component the rendered configuration makes, as far as its rows come of resources. */
async function made(files: ProjectFiles): Promise<Record<string, number>> {
  const bootstrap = new Map(
    [...texts(files)].flatMap(([path, text]) => (path.startsWith('bootstrap/') ? [[path.slice(10), text]] : [])),
  );
  const projects = [await readHclProject(memorySources(texts(files)))];
  if (bootstrap.size > 0) projects.push(await readHclProject(memorySources(bootstrap)));
  const all = (type: string) => projects.flatMap((project: Project) => project.all(type));
  const items = (resource: Resource, argument: string) => (resource.get(argument) as unknown[]).length;
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const instances = all('aws_rds_cluster_instance');
  const databases = all('aws_db_instance');
  // A standby is paid like the one it stands by for.
  const copies = (database: Resource) => (database.truth('multi_az') ? 2 : 1);
  const groups = all('aws_autoscaling_group');
  const templates = all('aws_launch_template');
  const least = sum(groups.map((group) => Number(group.get('min_size'))));
  const isServerless = instances[0]?.text('instance_class') === 'db.serverless';
  return Object.fromEntries(
    Object.entries({
      'KMS keys': all('aws_kms_key').length,
      Secrets:
        all('aws_secretsmanager_secret').length +
        [...all('aws_rds_cluster'), ...databases].filter((database) => database.truth('manage_master_user_password'))
          .length,
      // Target tracking makes two of its own, above and below its target.
      Alarms:
        2 *
          [...all('aws_appautoscaling_policy'), ...all('aws_autoscaling_policy')].filter(
            (policy) => policy.text('policy_type') === 'TargetTrackingScaling',
          ).length +
        sum(
          all('aws_cloudwatch_metric_alarm').map((alarm) =>
            Math.max(1, sum(alarm.blocks('metric_query').map((query) => query.blocks('metric').length))),
          ),
        ),
      Dashboards: all('aws_cloudwatch_dashboard').length,
      'NAT gateways': all('aws_nat_gateway').length,
      'Public IPv4 addresses': all('aws_eip').length + sum(all('aws_lb').map((balancer) => items(balancer, 'subnets'))),
      'Interface endpoints, in each zone': sum(
        all('aws_vpc_endpoint')
          .filter((endpoint) => endpoint.text('vpc_endpoint_type') === 'Interface')
          .map((endpoint) => items(endpoint, 'subnet_ids')),
      ),
      'Load balancer': all('aws_lb').length,
      'AWS WAF, web ACL': all('aws_wafv2_web_acl').length,
      'AWS WAF, rules': sum(all('aws_wafv2_web_acl').map((acl) => acl.blocks('rule').length)),
      [isServerless ? '' : `Aurora instances, ${instances[0]?.text('instance_class')}`]: instances.length,
      [`RDS instances, ${databases[0]?.text('instance_class')}`]: sum(databases.map(copies)),
      'RDS storage in GB': sum(
        databases.map((database) => copies(database) * Number(database.get('allocated_storage'))),
      ),
      [`EC2 instances, ${templates[0]?.text('instance_type')}`]: least,
      'EBS volumes in GB':
        least *
        sum(
          templates.flatMap((template) =>
            template
              .blocks('block_device_mappings')
              .flatMap((mapping) => mapping.blocks('ebs').map((volume) => Number(volume.get('volume_size')))),
          ),
        ),
      'Metrics of memory and disk': new Set(
        all('aws_cloudwatch_metric_alarm')
          .filter((alarm) => /^[a-z0-9-]+$/.test(alarm.text('namespace') ?? ''))
          .map((alarm) => alarm.text('metric_name')),
      ).size,
      // AWS counts seven.
      'EC2 metrics by the minute':
        7 * least * Number(templates.some((template) => template.blocks('monitoring')[0]?.truth('enabled'))),
    }).filter(([component, count]) => component !== '' && count > 0),
  );
}

describe('the quantities', () => {
  it('are those of the resources that are written, for every sample and every pair of answers', async () => {
    const pairs = everyPair().map(({ label, answers }) => ({ name: label, answers, files: renderProject(answers) }));
    for (const { name, answers, files } of [...samples(), ...pairs]) {
      const written = await made(files);
      expect(Object.keys(written).length, name).toBeGreaterThan(6);
      const told = quantities(costOf(answers));
      expect(Object.fromEntries(Object.keys(told).map((key) => [key, told[key]])), name).toMatchObject(written);
      const others = Object.keys(told).filter((component) => !(component in written));
      expect(
        others.filter((component) => !/^(?:Fargate|Aurora capacity)/.test(component)),
        name,
      ).toEqual([]);
    }
  });

  const files = new Map([
    [
      'terraform.tfvars',
      'count_of    = 3\nrange = {\n  min = 2\n  max = 6\n}\nids = ["a", "b, \\"c\\""]\nname = "x"\n',
    ],
    [
      'variables.tf',
      [
        'variable "count_of" {\n  type    = number\n  default = 1\n}\n',
        'variable "share" {\n  default     = 0.5\n}\n',
        'variable "sizes" {\n  default = {\n    min = 0.5\n  }\n}\n',
        'variable "none" {\n  type = number\n}\n',
      ].join('\n'),
    ],
    [
      'a.tf',
      [
        'resource "aws_kms_key" "one" {\n  description = "a"\n}\n',
        'resource "aws_kms_key" "many" {\n  count = 2\n}\n',
        'resource "aws_kms_key" "each" {\n  for_each = toset(["a"])\n}\n',
        'resource "aws_cloudwatch_metric_alarm" "plain" {\n  period = 60\n}\n',
        'resource "aws_cloudwatch_metric_alarm" "ratio" {\n  metric_query {\n    id = "m1"\n\n    metric {\n      period = 60\n    }\n  }\n\n  metric_query {\n    id = "m2"\n\n    metric {\n      period = 60\n    }\n  }\n}\n',
      ].join('\n'),
    ],
    ['sub/b.tf', 'resource "aws_kms_key" "two" {\n  description = "b"\n}\n'],
    ['README.md', 'resource "aws_kms_key" "shown" {\n}\n'],
  ]);

  it.each([
    ['4', 4],
    ['0.5', 0.5],
    ['count_of', 3],
    ['range.min', 2],
    ['share', 0.5],
    ['sizes.min', 0.5],
    ['ids', 2],
    ['resources(aws_kms_key)', 2],
    ['resources(aws_cloudwatch_metric_alarm)', 3],
    ['resources(aws_sqs_queue)', 0],
  ])('are read of %s: %d', (factor, number) => {
    expect(numbersIn(files)(factor)).toBe(number);
  });

  it.each(['nothing', 'none', 'name', 'range', 'range.middle', '-1', '1e3', 'resources()', ''])(
    'cannot be read of %j, which throws',
    (factor) => {
      expect(() => numbersIn(files)(factor)).toThrow(/is no number|there is no variable/);
    },
  );
});

it('the README says the same', () => {
  for (const { answers, files } of samples()) {
    const { components, monthlyUsd } = costOf(answers as Answers);
    const section = textOf(files, 'README.md').split('## What it costs')[1]!.split('\n## ')[0]!;
    const rows = [...section.matchAll(/^\| (.+?) +\| (\S*) +\| (.+?) +\|$/gm)]
      .slice(1)
      .filter(([, name]) => !/^-+$/.test(name!));
    expect(rows.slice(0, -1).map(([, name, many]) => [name, Number(many)])).toEqual(
      components.map(({ component, quantity }) => [component, quantity]),
    );
    expect(rows.at(-1)!.slice(1)).toEqual(['Sum', '', monthlyUsd.toFixed(2)]);
  }
});
