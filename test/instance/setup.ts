import type { TestProject } from 'vitest/node';

import { foundInstanceTools, prepareInstanceTools, type InstanceTools } from './tools.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Absent where what runs on instances is left out. */
    instanceTools: InstanceTools | undefined;
  }
}

/** Finds the tools, or in CI installs them; where they are missing, says what was left out. */
export default function setup(project: TestProject): (() => void) | void {
  const tools = process.env.CI || process.env.INSTANCE === '1' ? prepareInstanceTools() : foundInstanceTools();
  project.provide('instanceTools', tools);
  if (tools) return;
  return () => {
    process.stdout.write(
      '\nLeft out:\n  - what makes a web server of an instance, run with an nginx that then answers.\n' +
        '    It is included where nginx and shellcheck are on PATH; INSTANCE=1 npm test installs them, on Debian or Ubuntu.\n',
    );
  };
}
