import { rmSync } from 'node:fs';
import path from 'node:path';

import { pythonWith } from '../support/python.js';
import { findToolchain } from '../terraform/terraform.js';
import type { Tools } from './proof.js';
import { simulatorTools } from './simulator.js';

/**
 * Prepares terraform, its provider and the simulator; `clear` removes what only this run needs. Throws where terraform is
 * missing, or with pip's own words where the simulator cannot be had.
 */
export function prepareTools(): { tools: Tools; clear: () => void } {
  const toolchain = findToolchain();
  if (toolchain.unavailable !== undefined)
    throw new Error(`the simulated AWS needs terraform: ${toolchain.unavailable}`);
  const clear = () => rmSync(path.dirname(toolchain.dataFolder), { recursive: true, force: true, maxRetries: 3 });
  try {
    const python = pythonWith(simulatorTools);
    const providers = path.join(toolchain.dataFolder, 'providers');
    return { tools: { python, providers, lockFile: toolchain.lockFile }, clear };
  } catch (error) {
    clear();
    throw error;
  }
}

/** Does something with these tools, and clears up whatever happens, an end by a signal included. */
export async function withTools<T>(work: (tools: Tools) => Promise<T>): Promise<T> {
  const { tools, clear } = prepareTools();
  process.on('exit', clear);
  try {
    return await work(tools);
  } finally {
    clear();
    process.off('exit', clear);
  }
}
