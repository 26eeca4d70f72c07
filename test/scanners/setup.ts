import type { TestProject } from 'vitest/node';

import { prepareTools } from '../simulated-aws/tools.js';
import type { Scanners } from './scan.js';
import { prepareScanners } from './tools.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Absent where the scanners are left out. */
    scanners: Scanners | undefined;
  }
}

/** Prepares the scanners in CI, or where they are asked for; elsewhere says what was left out. */
export default async function setup(project: TestProject): Promise<() => void> {
  if (!process.env.CI && process.env.SCANNERS !== '1') {
    project.provide('scanners', undefined);
    return () =>
      process.stdout.write(
        '\nLeft out:\n  - what Checkov and TFLint say of the samples, and that they can say something.\n' +
          '    SCANNERS=1 npm test includes it; it needs terraform, python3 and go. npm run test:scanners is the proof.\n',
      );
  }
  const { tools, clear } = prepareTools();
  try {
    const scanners = await prepareScanners();
    if (scanners.awsRuleset.unavailable) process.stdout.write(`${scanners.awsRuleset.unavailable}\n`);
    project.provide('scanners', { ...scanners, planning: tools });
  } catch (error) {
    clear();
    throw error;
  }
  return clear;
}
