import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { bounds } from '../support/bounds.mjs';
import { run, type Outcome } from '../support/process.js';
import { simulatedEnvironment, type Simulator } from './simulator.js';

/**
 * Returns what runs a script of a README in `cwd`, its `aws` being the AWS CLI that takes the simulator for AWS. `python` has
 * the CLI, and `folder` is the simulator's own, where the log goes.
 */
export function awsShell(
  simulator: Simulator,
  python: string,
  folder: string,
  cwd: string,
): (script: string) => Promise<Outcome> {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  // Version 1 takes no endpoint for RDS in us-east-1 from the environment.
  const aws = `#!/bin/sh\nexec "${python}" -m awscli --endpoint-url "$AWS_ENDPOINT_URL" "$@"\n`;
  writeFileSync(path.join(bin, 'aws'), aws, { mode: 0o755 });
  const env = simulatedEnvironment(simulator, folder);
  return (script) =>
    run('sh', ['-euc', script], {
      cwd,
      env: { ...env, PATH: [bin, env.PATH].join(path.delimiter) },
      log: path.join(folder, 'aws.log'),
      boundMilliseconds: bounds.command,
    });
}
