import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { bounds } from '../support/bounds.mjs';
import { run, type Outcome } from '../support/process.js';
import { override, overrideFile, type Tools } from './proof.js';
import { simulatedEnvironment, type Simulator } from './simulator.js';

/** A project of one file, in us-east-1. Returns what runs terraform in it. */
export async function smallProject(
  file: string,
  folder: string,
  tools: Tools,
  simulator: Simulator,
): Promise<(...args: string[]) => Promise<Outcome>> {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'provider.tf'), 'provider "aws" {\n  region = "us-east-1"\n}\n');
  writeFileSync(path.join(folder, overrideFile), override);
  copyFileSync(file, path.join(folder, 'main.tf'));
  copyFileSync(tools.lockFile, path.join(folder, '.terraform.lock.hcl'));
  const terraform = (...args: string[]) =>
    run('terraform', args, {
      cwd: folder,
      env: simulatedEnvironment(simulator, folder),
      log: path.join(folder, 'terraform.log'),
      boundMilliseconds: bounds.command,
    });
  const { status, output } = await terraform('init', '-input=false', '-no-color', `-plugin-dir=${tools.providers}`);
  if (status !== 0) throw new Error(output);
  return terraform;
}
