import { rmSync } from 'node:fs';
import path from 'node:path';

import type { TestProject } from 'vitest/node';

import { findToolchain, mirrorVariable, type Toolchain } from './terraform.js';

declare module 'vitest' {
  export interface ProvidedContext {
    toolchain: Toolchain;
    /** Whether everything is proved, or what a laptop has the time for. */
    wholeProof: boolean;
  }
}

/** Prepares terraform once for all test files, and says at the very end what was left out. */
export default function setup(project: TestProject): () => void {
  const toolchain = findToolchain();
  const ci = Boolean(process.env.CI);
  if (toolchain.unavailable !== undefined && ci)
    throw new Error(`CI must prove the projects with terraform: ${toolchain.unavailable}`);
  const isWhole = ci || process.env.WHOLE_PROOF === '1';
  project.provide('toolchain', toolchain);
  project.provide('wholeProof', isWhole);
  return () => {
    if (toolchain.unavailable === undefined)
      rmSync(path.dirname(toolchain.dataFolder), { recursive: true, force: true });
    const left = leftOut(toolchain, isWhole);
    process.stdout.write(`\nLeft out:\n${left.map((line) => `  - ${line}\n`).join('')}\n`);
  };
}

function leftOut(toolchain: Toolchain, isWhole: boolean): string[] {
  const openTofu =
    'fmt, init, validate and test of every sample with OpenTofu.\n    npm run test:opentofu is the proof; it needs tofu, or go to build it once.';
  if (toolchain.unavailable !== undefined) {
    return [
      `terraform fmt, validate and test on every project: ${toolchain.unavailable}.\n    Install Terraform 1.11 or newer; ${mirrorVariable}=FOLDER names a provider mirror where there is no registry.`,
      openTofu,
    ];
  }
  if (isWhole) return [openTofu];
  return [
    'terraform on every pair of answers, and the own tests of all but the smallest sample of each stack.\n    WHOLE_PROOF=1 npm test proves all.',
    openTofu,
  ];
}
