import { describe, expect, it } from 'vitest';

import { check, rules } from '../../src/rules/check.js';
import { withoutKeys } from '../../src/terraform/addresses.js';
import type { Project } from '../../src/terraform/project.js';
import { Budget } from '../../src/terraform/budget.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { readPlan, readState } from '../../src/terraform/read-json.js';
import { planOf, planOfBrackets, shapes, stateOf } from '../support/large-projects.mjs';

const [small, large] = [1000, 8000];
/** A project of eight times the size may take this many times as long: what grows with the square takes 64. */
const most = 12;
/** Milliseconds; what takes less is not told from what else the process does, such as to collect garbage. */
const leastTold = 10;
const attempts = 3;

/** Reads with as much time as it takes: a rule that is ended early is not slow. */
const unhurried = (read: typeof readPlan, text: string) => () => read(text, new Budget(Infinity));

type Times = ReadonlyMap<string, number>;

/** Milliseconds of the processor that this process has had: what else the machine does is not in them. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds that reading takes and that each rule does. */
async function timesOf(read: () => Promise<Project> | Project): Promise<Times> {
  const times = new Map<string, number>();
  const start = processorTime();
  const project = await read();
  times.set('reading', processorTime() - start);
  for (const rule of rules.values()) {
    const before = processorTime();
    const { unfinished } = check([project], [rule]);
    expect(unfinished).toEqual([]);
    times.set(rule.name, processorTime() - before);
  }
  return times;
}

/** What takes more than its share, in each of several attempts: one may have fallen into a collection of garbage. */
async function tooSlow(read: (size: number) => () => Promise<Project> | Project): Promise<string[]> {
  let slow: string[] | undefined;
  for (let attempt = 0; attempt < attempts && slow?.length !== 0; attempt++) {
    const [before, after] = [await timesOf(read(small)), await timesOf(read(large))];
    const isSlow = (name: string) => after.get(name)! > most * Math.max(leastTold, before.get(name)!);
    slow = (slow ?? [...after.keys()]).filter(isSlow);
  }
  return slow!;
}

const hcl = Object.entries(shapes).filter(([name]) => !name.startsWith('mixed'));

describe('eight times as much takes about eight times as long', () => {
  it.each(hcl)('%s', async (_name, files) => {
    const read = (size: number) => {
      const sources = memorySources(files(size));
      return () => readHclProject(sources, { budget: new Budget(Infinity) });
    };
    expect(await tooSlow(read)).toEqual([]);
  });

  it.each([
    ['a plan, by reference', (size: number) => unhurried(readPlan, planOf(size))],
    ['a plan, by name', (size: number) => unhurried(readPlan, planOf(size, 'name'))],
    ['a state', (size: number) => unhurried(readState, stateOf(size))],
    ['brackets without an end', (size: number) => unhurried(readPlan, planOfBrackets(size * 50))],
  ])('%s', async (_name, read) => {
    expect(await tooSlow(read)).toEqual([]);
  });
});

it.each([
  ['aws_vpc.a', 'aws_vpc.a'],
  ['module.a["x"].aws_vpc.b[0]', 'module.a.aws_vpc.b'],
  ['module.x["a]b"].aws_vpc.b["c[0].d"]', 'module.x.aws_vpc.b'],
  ['aws_vpc.a["say \\"]\\" twice"].id', 'aws_vpc.a.id'],
  ['aws_vpc.a[each.key].id', 'aws_vpc.a.id'],
  ['aws_vpc.a[0', 'aws_vpc.a[0'],
  ['aws_vpc.a["[[', 'aws_vpc.a["[['],
])('an address without its keys: %s', (address, plain) => {
  expect(withoutKeys(address)).toBe(plain);
});
