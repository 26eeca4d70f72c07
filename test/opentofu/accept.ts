import path from 'node:path';

import { textOf, type ProjectFiles } from '../../src/render/project-files.js';
import { bounds } from '../support/bounds.mjs';
import { run, type Outcome } from '../support/process.js';
import { runsIn, testFile } from '../terraform/project-tests.js';
import { environment, modulesOf, placeProject } from '../terraform/terraform.js';
import { diagnostics } from '../terraform/together.js';
import type { Tofu } from './tofu.js';

/** What is done with a project, in this order. */
const steps = ['fmt', 'init', 'validate', 'test'] as const;

/** What OpenTofu did with a project, and the seconds that each step took. */
export interface Acceptance {
  /** How many of its own tests passed; undefined where OpenTofu cannot run them. */
  tests: number | undefined;
  seconds: Record<(typeof steps)[number], number>;
}

/**
 * Tests that OpenTofu cannot run: it makes up the same values for everything of a type, and these subnets must be in
 * different zones. https://github.com/opentofu/opentofu/blob/v1.12.6/internal/tofu/provider_for_test_framework.go
 */
const beyondOpenTofu = 'mock_data "aws_subnet"';

/**
 * Formats, initialises, validates and tests a project in `folder`, and validates its bootstrap/ too. Throws with what tofu
 * said where it does not accept one of them, a warning included.
 */
export async function accept(files: ProjectFiles, tofu: Tofu, folder: string): Promise<Acceptance> {
  const project = path.join(folder, 'project');
  placeProject(files, project, tofu.lockFile);
  const modules = modulesOf(files, project);
  const seconds = { fmt: 0, init: 0, validate: 0, test: 0 };

  async function step(name: (typeof steps)[number], cwd: string, ...args: string[]): Promise<Outcome> {
    const start = performance.now();
    const log = path.join(folder, 'log');
    const settings = { cwd, log, boundMilliseconds: bounds.command, env: environment() };
    const outcome = await run(tofu.program, [name, ...args], settings);
    seconds[name] += (performance.now() - start) / 1000;
    return outcome;
  }
  async function succeed(...args: Parameters<typeof step>): Promise<string> {
    const { status, output } = await step(...args);
    if (status !== 0) throw new Error(`tofu ${args[0]} ended with ${status}:\n${output}`);
    return output;
  }

  await succeed('fmt', project, '-check', '-diff', '-recursive', '-no-color');
  for (const module of modules) {
    await succeed('init', module, '-backend=false', '-input=false', '-no-color', `-plugin-dir=${tofu.providers}`);
    const { stdout } = await step('validate', module, '-json');
    const found = diagnostics({ status: 0, output: stdout }, (file) => path.relative(project, path.join(module, file)));
    if (found.length > 0) throw new Error(`tofu validate:\n${found.join('\n')}`);
  }

  const tests = textOf(files, testFile);
  if (tests.includes(beyondOpenTofu)) {
    const { output } = await step('test', project, '-no-color');
    const errors = new Set(output.match(/^Error: .*/gm));
    if (errors.size !== 1 || !errors.has('Error: Resource precondition failed'))
      throw new Error(`tofu test was to stop at subnets in one zone, and no longer does:\n${output}`);
    return { tests: undefined, seconds };
  }
  const output = await succeed('test', project, '-no-color');
  if (!output.includes(`Success! ${runsIn(tests)} passed, 0 failed.`)) throw new Error(`tofu test:\n${output}`);
  return { tests: runsIn(tests), seconds };
}

/** `fmt 0.1 s, init 1.5 s, validate 6.0 s, test 30.2 s` */
export function timesOf({ seconds }: Acceptance): string {
  return steps.map((name) => `${name} ${seconds[name].toFixed(1)} s`).join(', ');
}
