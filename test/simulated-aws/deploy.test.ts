import { describe, expect, inject, it } from 'vitest';

import { extremes } from '../support/extremes.js';
import { goldenSamples } from '../support/golden-samples.js';
import { keepingLogs } from '../support/logs.js';
import { prove } from './proof.js';
import { documentIsCurrent, proofTable } from './report.js';
import { modulesToProve } from './samples.js';
import { describeSimulator } from './simulator.js';

const tools = inject('simulatorTools');

// `npm run test:deploy` is the whole of it.
describe.skipIf(!tools).concurrent('the smallest and the largest sample of each stack', () => {
  if (!tools) return;
  const deployed = extremes(goldenSamples());
  it.each(deployed)('$name deploys, as docs/proof.md says', async (sample) => {
    const proof = await keepingLogs(sample.name, (folder) =>
      prove(sample, tools, folder, { modules: modulesToProve(sample, deployed) }),
    );
    process.stdout.write(`\n${proofTable([proof])}\n`);
    const results = { proofs: [proof], regions: [], ...describeSimulator(tools.python) };
    expect(await documentIsCurrent(results), 'npm run test:deploy -- --write brings it up to date').toBe(true);
  });
});
