import { renderProject, stacks as stacksById } from 'create-secure-infra';
import { check, memorySources, readHclProject, readPlan } from 'create-secure-infra/check';

import { texts } from '../../src/render/project-files.js';
import { stackRows } from '../../scripts/samples.mjs';
import { soundAnswers } from '../support/answers.js';
import { zoneNames } from './facts.js';
import { Planner } from './planner.js';
import type { Tools } from './proof.js';
import { startSimulator } from './simulator.js';

/** What the plans of the default projects say in a region. */
export interface RegionPlan {
  region: string;
  /** Zones that an account can count on there. */
  zones: readonly string[];
  /** Those that the projects are spread over. */
  used: readonly string[];
  /** How many resources are planned, by stack; none of a stack that refuses the region. */
  resources: Readonly<Record<string, number>>;
}

const stacks = Object.keys(stackRows);

/** Whether a stack takes a region, rather than to say what it has not. */
function takes(stack: string, region: string): boolean {
  return !stacksById.get(stack)?.lacking?.regions.has(region);
}

/**
 * Plans the default project of each stack in each region that it takes, on one simulated account, as many at once as `atATime` lets.
 * `folder` gets the projects and the logs. Throws where a plan fails, has no two zones, or others than that of another
 * stack, names a zone that the region does not have, or breaks a rule.
 */
export async function planInRegions(
  regions: readonly string[],
  tools: Tools,
  folder: string,
  atATime: <T>(task: () => Promise<T>) => Promise<T>,
): Promise<RegionPlan[]> {
  const simulator = await startSimulator(tools.python, folder, { region: 'us-east-1' });
  const planner = new Planner(simulator, tools, folder);

  async function planIn(region: string, stack: string): Promise<{ resources: number; used: string[] }> {
    const files = renderProject(soundAnswers({ stack, suffix: 'dev1', region }));
    const plan = await planner.plan(planner.place(files, `${stack}-${region}`));
    const { findings } = check([await readHclProject(memorySources(texts(files))), readPlan(plan)]);
    if (findings.length > 0)
      throw new Error(
        `${stack} in ${region}: ${findings.map(({ rule, message }) => `${rule.name}: ${message}`).join('\n')}`,
      );
    const found = readResources(plan);
    const zones = zoneNames(region);
    if (found.used.length < 2 || !found.used.every((zone) => zones.includes(zone)))
      throw new Error(
        `${stack} in ${region}: spread over ${found.used.join(', ')}; the region has ${zones.join(', ')}`,
      );
    return found;
  }

  async function planAllIn(region: string): Promise<RegionPlan> {
    const plans = await Promise.all(
      stacks
        .filter((stack) => takes(stack, region))
        .map(async (stack) => [stack, await atATime(() => planIn(region, stack))] as const),
    );
    const [used, ...others] = new Set(plans.map(([, plan]) => plan.used.join(' ')));
    if (others.length > 0) throw new Error(`${region}: one stack is spread over ${used}, another over ${others[0]}`);
    return {
      region,
      zones: zoneNames(region),
      used: used!.split(' '),
      resources: Object.fromEntries(plans.map(([stack, { resources }]) => [stack, resources])),
    };
  }

  try {
    const settled = await Promise.allSettled(regions.map(planAllIn));
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
