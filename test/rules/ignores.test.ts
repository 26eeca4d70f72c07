import { describe, expect, it } from 'vitest';

import { texts } from '../../src/render/project-files.js';
import { check } from '../../src/rules/check.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { readState } from '../../src/terraform/read-json.js';
import { checkFiles } from '../support/rules.js';
import { samples } from '../support/samples.js';

const balancer = (name: string) => `resource "aws_lb" "${name}" {
  name    = "${name}"
  subnets = ["subnet-0123456789abcdef0"]
}
`;
const comment = '# create-secure-infra:ignore alb-two-zones The second subnet comes later.\n';

/** The load balancers in one subnet that are told of, and those that are put aside. */
async function told(text: string) {
  const { findings, suppressed } = await checkFiles(new Map([['main.tf', text]]));
  const names = (list: { rule: { name: string }; address?: string }[]) =>
    list.filter(({ rule }) => rule.name === 'alb-two-zones').map(({ address }) => address);
  return {
    found: names(findings),
    aside: names(suppressed.map(({ finding }) => finding)),
    idle: findings.filter(({ rule }) => rule.name === 'ignore-comment').length,
  };
}

it('an ignore comment is for the block it is in or right above, and for no other', async () => {
  const above = await told(`${comment}${balancer('a')}${balancer('b')}`);
  expect(above).toEqual({ found: ['aws_lb.b'], aside: ['aws_lb.a'], idle: 0 });
  const inside = await told(`${balancer('a')}${balancer('b').replace('{\n', `{\n  ${comment}`)}`);
  expect(inside).toEqual({ found: ['aws_lb.a'], aside: ['aws_lb.b'], idle: 0 });
});

it.each([
  ['at the head of a file', `${comment}\n${balancer('a')}`],
  ['between blocks', `${balancer('b')}\n${comment}\n${balancer('a')}`],
  ['at the end of a file', `${balancer('a')}\n${comment}`],
])('one that stands alone %s suppresses nothing in a block, and is told of', async (_title, text) => {
  const { found, aside, idle } = await told(text);
  expect(found).toContain('aws_lb.a');
  expect([aside, idle]).toEqual([[], 1]);
});

it('our own conventions are not asked of a project that is not known to be ours', async () => {
  const resource = { address: 'aws_instance.a', mode: 'managed', type: 'aws_instance', name: 'a', values: {} };
  const state = readState(
    JSON.stringify({ format_version: '1.0', values: { root_module: { resources: [resource] } } }),
  );
  const ours = await readHclProject(memorySources(new Map([['.create-secure-infra.json', '{}']])));
  const names = (projects: Parameters<typeof check>[0]) => check(projects).findings.map(({ rule }) => rule.name);
  expect(names([state])).not.toContain('no-bare-instance');
  const strictly = check([state], undefined, { suppressions: false }).findings.map(({ rule }) => rule.name);
  expect(strictly).toContain('no-bare-instance');
  expect(names([state, ours])).toContain('no-bare-instance');
});

describe('of a project that may put nothing aside', () => {
  const found = async (files: Record<string, string>, suppressions: boolean) => {
    const project = await readHclProject(memorySources(new Map(Object.entries(files))));
    const { findings, suppressed } = check([project], undefined, { suppressions });
    return [...findings.map(({ rule, message }) => `${rule.name}: ${message}`), ...suppressed.map(() => 'suppressed')];
  };
  const both = async (files: Record<string, string>) => [await found(files, true), await found(files, false)] as const;

  it('what a comment names is found, and a comment that names nothing is no finding', async () => {
    const named = await both({ 'main.tf': `${comment}${balancer('a')}` });
    expect(named[0]).toContain('suppressed');
    expect(named[1]).not.toContain('suppressed');
    expect(named[1].filter((one) => one.startsWith('alb-two-zones'))).toHaveLength(1);
    const idle = await both({ 'main.tf': `${comment}\nlocals {\n  a = 1\n}\n` });
    expect(idle.map((all) => all.filter((one) => one.startsWith('ignore-comment')).length)).toEqual([1, 0]);
    const malformed = await both({ 'main.tf': `# create-secure-infra:ignore alb-two-zones\n${balancer('a')}` });
    expect(malformed.map((all) => all.filter((one) => one.startsWith('ignore-comment')).length)).toEqual([1, 1]);
  });

  it.each([
    [
      'an option that is off',
      'vpc-flow-log',
      {
        'main.tf': `resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "a" {
  count           = 0
  vpc_id          = aws_vpc.a.id
  traffic_type    = "ALL"
  log_destination = "arn:aws:s3:::logs"
}
`,
      },
    ],
    [
      'a record that says that it is ephemeral',
      'rds-multi-az',
      {
        'main.tf':
          'resource "aws_db_instance" "a" {\n  engine         = "mysql"\n  instance_class = "db.m7g.large"\n}\n',
        '.create-secure-infra.json': '{ "answers": { "profile": "ephemeral" } }',
      },
    ],
    ['having no record', 'no-bare-instance', { 'main.tf': 'resource "aws_instance" "a" {\n}\n' }],
    [
      'having no record, in production',
      'profile-production-protects',
      { 'main.tf': 'resource "aws_s3_bucket" "a" {\n  force_destroy = true\n}\n' },
    ],
  ])('%s puts nothing aside', async (_what, rule, files) => {
    const told = await both(files as Record<string, string>);
    expect(told.map((all) => all.some((one) => one.startsWith(`${rule}: `)))).toEqual([false, true]);
  });

  it('all is found that is found otherwise', async () => {
    // Each profile once.
    for (const { files } of [samples()[0]!, samples().find(({ answers }) => answers.profile === 'production')!]) {
      const [believed, not] = await both(Object.fromEntries(texts(files)));
      expect(not).toEqual(expect.arrayContaining(believed.filter((one) => one !== 'suppressed')));
    }
  });
});
