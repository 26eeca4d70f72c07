import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { bounds } from '../support/bounds.mjs';
import { run, type Outcome } from '../support/process.js';
import { pythonWith, type PythonTools } from '../support/python.js';
import { simulatedEnvironment } from './proof.js';
import type { Simulator } from './simulator.js';

const here = path.join(import.meta.dirname, 'aws-cli');

const awsCli: PythonTools = {
  name: 'aws-cli',
  requirements: path.join(here, 'requirements.txt'),
  constraints: path.join(here, 'constraints.txt'),
  modules: ['awscli.clidriver'],
};

/** Returns what runs a script of a README, its `aws` being the AWS CLI that takes the simulator for AWS. */
export function awsShell(simulator: Simulator, folder: string): (script: string) => Promise<Outcome> {
  const bin = path.join(folder, 'bin');
  const aws = path.join(bin, 'aws');
  mkdirSync(bin);
  // Version 1 takes no endpoint for RDS in us-east-1 from the environment.
  writeFileSync(aws, `#!/bin/sh\nexec "${pythonWith(awsCli)}" -m awscli --endpoint-url "$AWS_ENDPOINT_URL" "$@"\n`);
  chmodSync(aws, 0o755);
  return (script) =>
    run('sh', ['-euc', script], {
      cwd: folder,
      env: { ...simulatedEnvironment(simulator, folder), PATH: `${bin}:${process.env.PATH}` },
      log: path.join(folder, 'aws.log'),
      boundMilliseconds: bounds.command,
    });
}
