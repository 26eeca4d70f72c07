// `npm run test:deploy`: every golden sample on a simulated AWS, and a default project's plan in every region.
import { rmSync } from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { regionCodes } from 'create-secure-infra';
import pLimit from 'p-limit';

import type { Sample } from '../support/samples.js';
import { findToolchain } from '../terraform/terraform.js';
import { keepingLogs } from './logs.js';
import { endAll } from './process.js';
import { prove, type Proof, type Tools } from './proof.js';
import { pythonWith, simulatorTools } from './python.js';
import { planInRegions, type RegionPlan } from './regions.js';
import { documentIsCurrent, proofTable, regionTable, writeDocument, type Results } from './report.js';
import { goldenSamples } from './samples.js';
import { describeSimulator } from './simulator.js';

/** More than four wait for the processor instead of for the provider, and each takes about 1 GB. */
const defaultSideBySide = Math.min(4, Math.max(1, Math.floor(totalmem() / 2 ** 31)));

const help = `npm run test:deploy -- [options]

  --sample NAME       only this sample of golden/, such as defaults or ecs-fargate/defaults; may be given again
  --side-by-side N    so many samples at once; each takes about 1 GB of memory [${defaultSideBySide}]
  --no-regions        leave out the plan of a default project in every region
  --write             write the tables into docs/proof.md
  --help              show this help

Without --sample it also fails where docs/proof.md does not say what was found.
`;

class WrongUsage extends Error {}

interface Settings {
  samples: Sample[];
  sideBySide: number;
  regions: boolean;
  /** Whether docs/proof.md is written, or must already say what is found. */
  document: 'write' | 'compare' | 'leave';
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
  const sideBySide = Number(values['side-by-side'] ?? defaultSideBySide);
  if (!Number.isInteger(sideBySide) || sideBySide < 1)
    throw new WrongUsage(`--side-by-side is ${values['side-by-side']}; it must be a number from 1 on`);
  const regions = !named && !values['no-regions'];
  if (values.write && !regions) throw new WrongUsage('--write needs every sample and every region');
  return {
    samples: named ? [...new Set(named)] : all,
    sideBySide,
    regions,
    document: values.write ? 'write' : named ? 'leave' : 'compare',
  };
}

/** One run: what it works with, and what went wrong so far. */
interface Run {
  settings: Settings;
  tools: Tools;
  failures: string[];
}

/** Runs everything and returns the exit code. */
async function main(settings: Settings): Promise<number> {
  const toolchain = findToolchain();
  if (toolchain.unavailable !== undefined) throw new Error(toolchain.unavailable);
  const clear = () => rmSync(path.dirname(toolchain.dataFolder), { recursive: true, force: true, maxRetries: 3 });
  // Simulators end with this process, and what has not failed leaves no folder.
  process.on('exit', clear);
  try {
    const tools = {
      python: pythonWith(simulatorTools),
      providers: path.join(toolchain.dataFolder, 'providers'),
      lockFile: toolchain.lockFile,
    };
    const run: Run = { settings, tools, failures: [] };
    const [proofs, regions] = await Promise.all([proveSamples(run), settings.regions ? planEverywhere(run) : []]);
    await report(run, { proofs, regions, ...describeSimulator(tools.python) });
    return run.failures.length === 0 ? 0 : 1;
  } finally {
    clear();
    process.off('exit', clear);
  }
}

async function proveSamples(run: Run): Promise<Proof[]> {
  const atATime = pLimit(run.settings.sideBySide);
  const proofs = run.settings.samples.map((sample) =>
    atATime(() =>
      noted(run, sample.name, (folder) =>
        prove(sample, run.tools, folder, (step) => console.log(`${clock()}  ${sample.name}: ${step}`)),
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

const start = performance.now();

/** Minutes and seconds since the start: `3:07`. */
function clock(): string {
  const seconds = Math.floor((performance.now() - start) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** What a shell expects of a command that a signal ended. */
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
for (const [signal, exitCode] of Object.entries(signals)) {
  process.on(signal, () => {
    endAll();
    console.error(`\nEnded by ${signal}.`);
    process.exit(exitCode);
  });
}

async function command(): Promise<number> {
  try {
    const settings = readSettings(process.argv.slice(2));
    if (settings) return await main(settings);
    console.log(help);
    return 0;
  } catch (error) {
    console.error(error instanceof WrongUsage ? `${error.message}\n\n${help}` : (error as Error).message);
    return error instanceof WrongUsage ? 2 : 1;
  }
}

void (async () => {
  process.exitCode = await command();
})();
