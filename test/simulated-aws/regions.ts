import { renderProject } from 'create-secure-infra';
import { check, memorySources, readHclProject, readPlan } from 'create-secure-infra/check';

import { soundAnswers } from '../support/answers.js';
import { zoneNames } from './facts.js';
import { Planner } from './planner.js';
import type { Tools } from './proof.js';
import { startSimulator } from './simulator.js';

/** What the plan of a stack's default project says in a region. */
export interface RegionPlan {
  stack: string;
  region: string;
  /** Zones that an account can count on there. */
  zones: readonly string[];
  /** Those that the project is spread over. */
  used: readonly string[];
  resources: number;
}

/**
 * Plans a default project of each stack in each region, on one simulated account, as many at once as `atATime` lets. `folder` gets the
 * projects and the logs. Throws where a plan fails, has no two zones, names a zone that the region does not have, or breaks a rule.
 */
export async function planInRegions(
  stacks: readonly string[],
  regions: readonly string[],
  tools: Tools,
  folder: string,
  atATime: <T>(task: () => Promise<T>) => Promise<T>,
): Promise<RegionPlan[]> {
  const simulator = await startSimulator(tools.python, folder, { region: 'us-east-1' });
  const planner = new Planner(simulator, tools, folder);

  async function planIn(stack: string, region: string): Promise<RegionPlan> {
    const where = `${stack} in ${region}`;
    const files = renderProject(soundAnswers({ stack, suffix: 'dev1', region }));
    const plan = await planner.plan(planner.place(files, `${stack}-${region}`));
    const { findings } = check([await readHclProject(memorySources(files)), readPlan(plan)]);
    if (findings.length > 0)
      throw new Error(`${where}: ${findings.map(({ rule, message }) => `${rule.name}: ${message}`).join('\n')}`);
    const found = { stack, region, zones: zoneNames(region), ...readResources(plan) };
    if (found.used.length < 2 || !found.used.every((zone) => found.zones.includes(zone)))
      throw new Error(`${where}: spread over ${found.used.join(', ')}; the region has ${found.zones.join(', ')}`);
    return found;
  }

  try {
    const settled = await Promise.allSettled(
      stacks.flatMap((stack) => regions.map((region) => atATime(() => planIn(stack, region)))),
    );
    const failed = settled.flatMap((plan) => (plan.status === 'rejected' ? [String(plan.reason)] : []));
    if (failed.length > 0) throw new Error(failed.join('\n'));
    return settled.flatMap((plan) => (plan.status === 'fulfilled' ? [plan.value] : []));
  } finally {
    await simulator.stop();
  }
}

function readResources(plan: string): { resources: number; used: string[] } {
  const { resource_changes: changes } = JSON.parse(plan) as {
    resource_changes: { mode: string; type: string; change: { after?: { availability_zone?: string } } }[];
  };
  const managed = changes.filter(({ mode }) => mode === 'managed');
  const zones = managed.flatMap(({ type, change }) =>
    type === 'aws_subnet' && change.after?.availability_zone ? [change.after.availability_zone] : [],
  );
  return { resources: managed.length, used: [...new Set(zones)].sort() };
}
