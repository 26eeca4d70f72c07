// `npm run test:deploy`: every golden sample on a simulated AWS, and a default project's plan in every region.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { regionCodes } from 'create-secure-infra';
import pLimit from 'p-limit';

import { findToolchain } from '../terraform/terraform.js';
import { endAll } from './process.js';
import { prove, type Proof, type Tools } from './proof.js';
import { pythonWith, simulatorTools } from './python.js';
import { planInRegions, type RegionPlan } from './regions.js';
import { documentIsCurrent, proofTable, regionTable, writeDocument, type Results } from './report.js';
import { goldenSamples, type Sample } from './samples.js';
import { describeSimulator } from './simulator.js';

const help = `npm run test:deploy -- [options]

  --sample NAME       only this sample of golden/, such as defaults or ecs-fargate/defaults; may be given again
  --side-by-side N    so many samples at once; each takes about 1 GB of memory [as many as there is memory for]
  --no-regions        leave out the plan of a default project in every region
  --write             write the tables into docs/proof.md
  --help              show this help

Without --sample and --no-regions it also fails where docs/proof.md does not say what was found.
`;

class WrongUsage extends Error {}

interface Settings {
  samples: Sample[];
  sideBySide: number;
  regions: boolean;
  /** Whether everything is looked at that docs/proof.md tells of. */
  isWhole: boolean;
  write: boolean;
}

function readSettings(args: string[]): Settings | undefined {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        sample: { type: 'string', multiple: true },
        'side-by-side': { type: 'string' },
        'no-regions': { type: 'boolean' },
        write: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new WrongUsage((error as Error).message);
  }
  if (values.help) return undefined;
  const all = goldenSamples();
  const named = values.sample?.map((name) => {
    const found = all.find((sample) => sample.name === name || sample.name.endsWith(`/${name}`));
    if (!found)
      throw new WrongUsage(`there is no sample ${name}; there are ${all.map((sample) => sample.name).join(', ')}`);
    return found;
  });
  const sideBySide = Number(values['side-by-side'] ?? Math.min(8, Math.max(1, Math.floor(totalmem() / 2 ** 31))));
  if (!Number.isInteger(sideBySide) || sideBySide < 1)
    throw new WrongUsage(`--side-by-side is ${values['side-by-side']}; it must be a number from 1 on`);
  const regions = !values['no-regions'] && !named;
  const isWhole = regions && !named;
  if (values.write && !isWhole) throw new WrongUsage('--write needs every sample and every region');
  return { samples: named ?? all, sideBySide, regions, isWhole, write: values.write ?? false };
}

/** One run: what it works with, and what went wrong so far. */
interface Run {
  settings: Settings;
  tools: Tools;
  /** Folder of this run; what failed stays in it. */
  scratch: string;
  failures: string[];
}

/** Runs everything and returns the exit code. */
async function main(settings: Settings): Promise<number> {
  const toolchain = findToolchain();
  if (toolchain.unavailable !== undefined) throw new Error(toolchain.unavailable);
  const scratch = mkdtempSync(path.join(tmpdir(), 'create-secure-infra-deploy-'));
  const clear = (folder: string) => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const stop = (signal: NodeJS.Signals) => {
    // What runs is ended; simulators end with this process.
    endAll();
    clear(path.dirname(toolchain.dataFolder));
    clear(scratch);
    console.error(`\nEnded by ${signal}.`);
    process.exit(130);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const tools = {
      python: pythonWith(simulatorTools),
      providers: path.join(toolchain.dataFolder, 'providers'),
      lockFile: toolchain.lockFile,
    };
    const run: Run = { settings, tools, scratch, failures: [] };
    const [proofs, regions] = await Promise.all([proveSamples(run), settings.regions ? planEverywhere(run) : []]);
    await report(run, { proofs, regions, ...describeSimulator(tools.python) });
    if (run.failures.length === 0) clear(scratch);
    return run.failures.length === 0 ? 0 : 1;
  } finally {
    clear(path.dirname(toolchain.dataFolder));
  }
}

async function proveSamples(run: Run): Promise<Proof[]> {
  const atATime = pLimit(run.settings.sideBySide);
  const proofs = run.settings.samples.map((sample) =>
    atATime(() =>
      inFolder(run, sample.name.replace('/', '-'), (folder) =>
        prove(sample, run.tools, folder, (step) => console.log(`${clock()}  ${sample.name}: ${step}`)),
      ),
    ),
  );
  return (await Promise.all(proofs)).filter((proof) => proof !== undefined);
}

async function planEverywhere(run: Run): Promise<RegionPlan[]> {
  // Plans wait for nothing but the processor.
  const atATime = pLimit(2);
  const plans = await inFolder(run, 'regions', (folder) => planInRegions(regionCodes, run.tools, folder, atATime));
  if (plans) console.log(`${clock()}  planned in ${plans.length} regions`);
  return plans ?? [];
}

/** Does something in a folder of its own, which stays if that fails; the failure is noted, with where to look. */
async function inFolder<T>(run: Run, name: string, task: (folder: string) => Promise<T>): Promise<T | undefined> {
  const folder = path.join(run.scratch, name);
  mkdirSync(folder);
  try {
    const result = await task(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    return result;
  } catch (error) {
    run.failures.push(`${name}: ${(error as Error).message}\n\nIts logs are in ${folder}`);
    console.log(`${clock()}  ${name}: FAILED`);
    return undefined;
  }
}

async function report({ settings, failures }: Run, results: Results): Promise<void> {
  if (results.proofs.length > 0) console.log(`\n${proofTable(results.proofs)}`);
  if (results.regions.length > 0) console.log(`\n${regionTable(results.regions)}`);
  if (failures.length === 0 && settings.write) await writeDocument(results);
  else if (failures.length === 0 && settings.isWhole && !(await documentIsCurrent(results)))
    failures.push(
      'docs/proof.md does not say what was found. Run npm run test:deploy -- --write and commit the result.',
    );
  for (const failure of failures) console.error(`\n${failure}`);
}

const start = performance.now();

/** Minutes and seconds since the start: `3:07`. */
function clock(): string {
  const seconds = Math.floor((performance.now() - start) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

try {
  const settings = readSettings(process.argv.slice(2));
  if (settings) process.exitCode = await main(settings);
  else console.log(help);
} catch (error) {
  console.error(error instanceof WrongUsage ? `${error.message}\n\n${help}` : (error as Error).message);
  process.exitCode = error instanceof WrongUsage ? 2 : 1;
}
