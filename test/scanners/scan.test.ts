import { beforeAll, describe, expect, inject, it } from 'vitest';

import { stackRows } from '../../scripts/samples.mjs';
import { renderProject } from '../../src/render/render.js';
import { everyPair } from '../support/covering.js';
import { declarations } from '../support/extremes.js';
import { keepingLogs } from '../support/logs.js';
import { faultsTogether } from './limits.js';
import { plannedInCi, scannedProjects } from './projects.js';
import { scanTable, stalePages } from './report.js';
import { scanTogether, type Scan } from './scan.js';

const scanners = inject('scanners');

describe.skipIf(!scanners)('Checkov and TFLint', () => {
  if (!scanners) return;
  const { planning: _, ...withoutPlan } = scanners;
  const projects = scannedProjects();
  const planned = plannedInCi();
  const pairs = everyPair().map(({ label, answers }) => ({ name: label, answers, files: renderProject(answers) }));
  let scans: Promise<Scan[]>;
  let pairScans: Promise<Scan[]>;

  beforeAll(() => {
    const ofStack = (stack: string) => projects.filter(({ answers }) => answers.stack === stack);
    // One stack after the other, because all take the processor; told in the order in which docs/ tells them.
    scans = Object.keys(stackRows)
      .reduce<Promise<Scan[]>>(
        async (before, stack) => [
          ...(await before),
          ...(await keepingLogs(stack, (folder) =>
            scanTogether(ofStack(stack), { ...scanners, isPlanned: ({ name }) => planned.has(name) }, folder),
          )),
        ],
        Promise.resolve([]),
      )
      .then((all) => projects.flatMap(({ name }) => all.filter(({ sample }) => sample === name)));
    pairScans = keepingLogs('pairs', (folder) => scanTogether(pairs, withoutPlan, folder));
    // Each is awaited by its tests, and none is unhandled before.
    for (const all of [scans, pairScans]) all.catch(() => {});
  });

  it.each(projects)('have nothing to ask about $name', async (project) => {
    const { faults, hcl, plan } = (await scans).find(({ sample }) => sample === project.name)!;
    expect(faults).toEqual([]);
    // Several checks look at each resource, but for a few.
    expect(hcl.passed).toBeGreaterThan(2 * declarations(project));
    expect(plan !== undefined).toBe(planned.has(project.name));
    if (!plan) return;
    expect(plan.passed).toBeGreaterThan(2 * declarations(project));
    // The plan has what bootstrap/ and the project have.
    const skipped = (result: typeof hcl) => result.skipped.map(({ check, resource }) => `${check} ${resource}`).sort();
    expect(skipped(plan)).toEqual(skipped(hcl));
  });

  it('skip few checks, and what docs/ says', async () => {
    const all = await scans;
    process.stdout.write(`\n${scanTable(all)}\n`);
    expect(faultsTogether(all)).toEqual([]);
    expect(await stalePages(all), 'npm run test:scanners -- --write brings them up to date').toEqual([]);
  });

  it.each(pairs)('have nothing to ask about $name', async ({ name }) => {
    const { faults, suppressions } = (await pairScans).find(({ sample }) => sample === name)!;
    expect(faults).toEqual([]);
    expect(suppressions.length).toBeGreaterThan(0);
  });
});
