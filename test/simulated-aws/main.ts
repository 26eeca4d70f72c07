// `npm run test:deploy`: every golden sample on a simulated AWS, and every stack's default project planned in every region.
import { totalmem } from 'node:os';

import { regionCodes } from 'create-secure-infra';
import pLimit from 'p-limit';

import { clock, runCommand, samplesNamed, WrongUsage } from '../support/command.js';
import { goldenSamples } from '../support/golden-samples.js';
import { keepingLogs } from '../support/logs.js';
import type { Sample } from '../support/samples.js';
import { prove, type Proof, type Tools } from './proof.js';
import { planInRegions, type RegionPlan } from './regions.js';
import { documentIsCurrent, proofTable, regionTable, writeDocument, type Results } from './report.js';
import { modulesToProve } from './samples.js';
import { describeSimulator } from './simulator.js';
import { withTools } from './tools.js';

/** More than four wait for the processor instead of for the provider, and each takes about 1 GB. */
const defaultSideBySide = Math.min(4, Math.max(1, Math.floor(totalmem() / 2 ** 31)));

const help = `npm run test:deploy -- [options]

  --sample NAME       only this sample of golden/, such as defaults or ecs-fargate/defaults; may be given again
  --side-by-side N    so many samples at once; each takes about 1 GB of memory [${defaultSideBySide}]
  --no-regions        leave out the plans of default projects in every region
  --write             write the tables into docs/proof.md
  --help              show this help

Without --sample it also fails where docs/proof.md does not say what was found.
`;

interface Settings {
  samples: Sample[];
  sideBySide: number;
  regions: boolean;
  /** Whether docs/proof.md is written, or must already say what is found. */
  document: 'write' | 'compare' | 'leave';
}

/** One run: what it works with, and what went wrong so far. */
interface Run {
  settings: Settings;
  tools: Tools;
  failures: string[];
}

/** Runs everything and returns the exit code. */
function main(settings: Settings): Promise<number> {
  return withTools(async (tools) => {
    const run: Run = { settings, tools, failures: [] };
    const [proofs, regions] = await Promise.all([proveSamples(run), settings.regions ? planEverywhere(run) : []]);
    await report(run, { proofs, regions, ...describeSimulator(tools.python) });
    return run.failures.length === 0 ? 0 : 1;
  });
}

async function proveSamples(run: Run): Promise<Proof[]> {
  const atATime = pLimit(run.settings.sideBySide);
  const proofs = run.settings.samples.map((sample) =>
    atATime(() =>
      noted(run, sample.name, (folder) =>
        prove(sample, run.tools, folder, {
          say: (step) => console.log(`${clock()}  ${sample.name}: ${step}`),
          modules: modulesToProve(sample, run.settings.samples),
        }),
      ),
    ),
  );
  return (await Promise.all(proofs)).filter((proof) => proof !== undefined);
}

async function planEverywhere(run: Run): Promise<RegionPlan[]> {
  // Plans wait for nothing but the processor.
  const atATime = pLimit(2);
  const plans = await noted(run, 'regions', (folder) => planInRegions(regionCodes, run.tools, folder, atATime));
  if (plans) console.log(`${clock()}  planned in ${plans.length} regions`);
  return plans ?? [];
}

/** What a task in a folder of its own gives; where it fails that is noted, and the others go on. */
async function noted<T>(run: Run, name: string, task: (folder: string) => Promise<T>): Promise<T | undefined> {
  try {
    return await keepingLogs(name, task);
  } catch (error) {
    run.failures.push((error as Error).message);
    console.log(`${clock()}  FAILED ${(error as Error).message}`);
    return undefined;
  }
}

async function report({ settings, failures }: Run, results: Results): Promise<void> {
  if (results.proofs.length > 0) console.log(`\n${proofTable(results.proofs)}`);
  if (results.regions.length > 0) console.log(`\n${regionTable(results.regions)}`);
  if (failures.length === 0 && settings.document === 'write') await writeDocument(results);
  else if (failures.length === 0 && settings.document === 'compare' && !(await documentIsCurrent(results)))
    failures.push(
      'docs/proof.md does not say what was found. Run npm run test:deploy -- --write and commit the result.',
    );
  if (failures.length > 0) console.error(`\n${failures.length} failed:\n\n${failures.join('\n\n')}`);
}

const options = {
  'side-by-side': { type: 'string' },
  'no-regions': { type: 'boolean' },
  write: { type: 'boolean' },
} as const;

runCommand(help, options, (values) => {
  const samples = samplesNamed(values.sample, goldenSamples());
  const sideBySide = Number(values['side-by-side'] ?? defaultSideBySide);
  if (!Number.isInteger(sideBySide) || sideBySide < 1)
    throw new WrongUsage(`--side-by-side is ${values['side-by-side']}; it must be a number from 1 on`);
  const regions = !values.sample && !values['no-regions'];
  if (values.write && !regions) throw new WrongUsage('--write needs every sample and every region');
  const document = values.write ? 'write' : values.sample ? 'leave' : 'compare';
  return main({ samples, sideBySide, regions, document });
});
