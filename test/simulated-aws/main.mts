import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { findToolchain } from '../terraform/terraform.js';
import { prove } from './proof.js';
import { pythonWith, simulatorTools } from './python.js';
import { goldenSamples } from './samples.js';

const { values } = parseArgs({ options: { sample: { type: 'string' } } });
const toolchain = findToolchain();
if (toolchain.unavailable !== undefined) throw new Error(toolchain.unavailable);
const python = pythonWith(simulatorTools);
for (const sample of goldenSamples().filter(({ name }) => name.endsWith(values.sample!))) {
  const folder = mkdtempSync(path.join(tmpdir(), 'create-secure-infra-deploy-'));
  console.log(folder);
  try {
    console.log(
      await prove(
        sample,
        { python, providers: path.join(toolchain.dataFolder, 'providers'), lockFile: toolchain.lockFile },
        folder,
        console.log,
      ),
    );
  } catch (error) {
    console.log(String(error));
  }
}
rmSync(path.dirname(toolchain.dataFolder), { recursive: true, force: true });
