import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { bounds } from '../support/bounds.mjs';
import { run, type Outcome } from '../support/process.js';
import { lockFile } from '../terraform/terraform.js';
import { override, overrideFile, type Tools } from './proof.js';
import { simulatedEnvironment, type Simulator } from './simulator.js';

/** A project of one file, in us-east-1. Returns what runs terraform in it. */
export function smallProject(
  file: string,
  folder: string,
  tools: Tools,
  simulator: Simulator,
): (...args: string[]) => Promise<Outcome> {
  // A project without a backend needs nothing else of `terraform init`, which takes longer than its plan.
  mkdirSync(path.join(folder, '.terraform'), { recursive: true });
  symlinkSync(tools.providers, path.join(folder, '.terraform/providers'));
  writeFileSync(path.join(folder, 'provider.tf'), 'provider "aws" {\n  region = "us-east-1"\n}\n');
  writeFileSync(path.join(folder, overrideFile), override);
  copyFileSync(file, path.join(folder, 'main.tf'));
  copyFileSync(tools.lockFile, path.join(folder, lockFile));
  return (...args) =>
    run('terraform', args, {
      cwd: folder,
      env: simulatedEnvironment(simulator, folder),
      log: path.join(folder, 'terraform.log'),
      boundMilliseconds: bounds.command,
    });
}
