import { spawnSync } from 'node:child_process';

import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Whether there is a Python that the functions of a project can be tried with. */
    python: boolean;
  }
}

const atLeast310 = 'import sys; sys.exit(sys.version_info < (3, 10))';

/** Looks for Python; where it is missing, says what was left out, and in CI fails. */
export default function setup(project: TestProject): (() => void) | void {
  const isThere = spawnSync('python3', ['-c', atLeast310]).status === 0;
  if (!isThere && process.env.CI) throw new Error('the functions in Python need python3, 3.10 or later, on PATH');
  project.provide('python', isThere);
  if (isThere) return;
  return () => {
    process.stdout.write(
      '\nLeft out:\n  - the functions in Python, with their own tests and what must turn those red.\n' +
        '    They are included where python3, 3.10 or later, is on PATH.\n',
    );
  };
}
