import type { TestProject } from 'vitest/node';

import type { Tools } from './proof.js';
import { prepareTools } from './tools.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Absent where the simulator is left out. */
    simulatorTools: Tools | undefined;
  }
}

/** Prepares terraform and the simulator in CI, or where they are asked for; elsewhere says what was left out. */
export default function setup(project: TestProject): () => void {
  if (!process.env.CI && process.env.SIMULATED_AWS !== '1') {
    project.provide('simulatorTools', undefined);
    return () =>
      process.stdout.write(
        '\nLeft out:\n  - what the simulated AWS refuses, and that the proof by deployment can fail.\n' +
          '    SIMULATED_AWS=1 npm test includes it; it needs terraform and python3. npm run test:deploy is the proof.\n',
      );
  }
  const { tools, clear } = prepareTools();
  project.provide('simulatorTools', tools);
  return clear;
}
