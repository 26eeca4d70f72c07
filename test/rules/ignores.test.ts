import { expect, it } from 'vitest';

import { check } from '../../src/rules/check.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { readState } from '../../src/terraform/read-json.js';
import { checkFiles } from '../support/rules.js';

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
  expect(names([state, ours])).toContain('no-bare-instance');
});
