import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { textOf } from '../../src/render/project-files.js';
import { bounds } from '../support/bounds.mjs';
import { run, type Outcome } from '../support/process.js';
import type { Sample } from '../support/samples.js';
import { scratchFolder } from '../support/scratch.js';
import { lockFile, placeProject, withoutChecksums } from '../terraform/terraform.js';
import { awsShell } from './aws-cli.js';
import { override, overrideFile, type Tools } from './proof.js';
import { givenFor } from './samples.js';
import { simulatedEnvironment, startSimulator, type Simulator } from './simulator.js';

/** A section of a sample's README, up to the next of its rank. */
export class ReadmeSection {
  readonly text: string;

  constructor(sample: Sample, heading: string) {
    const [, text] = new RegExp(`^${heading}\n([^]*?)(?=^## )`, 'm').exec(textOf(sample.files, 'README.md'))!;
    this.text = text!;
  }

  /** Its script that has this command. */
  scriptWith(command: string): string {
    const scripts = [...this.text.matchAll(/^( *)```sh\n([^]*?)^ *```$/gm)].map(([, indent, script]) =>
      script!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    );
    const [script, ...others] = scripts.filter((text) => text.includes(command));
    if (script === undefined || others.length > 0)
      throw new Error(`${script ? 'several scripts have' : 'no script has'} ${command}:\n${this.text}`);
    return script;
  }
}

/** What a plan would do to a resource, and the arguments that get another value which is known. */
export interface Doing {
  address: string;
  actions: string[];
  changed: string[];
}

type Values = Record<string, unknown>;

function doings(plan: string): Doing[] {
  const { resource_changes: changes } = JSON.parse(plan) as {
    resource_changes: {
      address: string;
      mode: string;
      change: { actions: string[] } & Record<string, Values | null>;
    }[];
  };
  return changes
    .filter(({ mode, change }) => mode === 'managed' && change.actions.join() !== 'no-op')
    .map(({ address, change: { actions, before, after, after_unknown: unknown } }) => {
      const changed = Object.keys(after ?? {}).filter(
        (name) => unknown?.[name] !== true && JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
      );
      return { address, actions, changed: changed.sort() };
    });
}

/** A project on an account of its own, of which no more is applied than the database and what is named. */
export class Deployment {
  private readonly targets: string[];
  private readonly shell: ReturnType<typeof awsShell>;

  private constructor(
    readonly simulator: Simulator,
    private readonly folder: string,
    python: string,
    targets: readonly string[],
  ) {
    this.targets = targets.map((address) => `-target=${address}`);
    this.shell = awsShell(simulator, python, folder, this.project);
  }

  static async start(sample: Sample, tools: Tools, targets: readonly string[]): Promise<Deployment> {
    const folder = scratchFolder();
    const simulator = await startSimulator(tools.python, folder, givenFor(sample.answers));
    const deployment = new Deployment(simulator, folder, tools.python, targets);
    placeProject(sample.files, deployment.project, tools.lockFile);
    writeFileSync(path.join(deployment.project, overrideFile), `${override}terraform {\n  backend "local" {}\n}\n`);
    await deployment.terraform('init', `-plugin-dir=${tools.providers}`);
    withoutChecksums(path.join(deployment.project, lockFile));
    return deployment;
  }

  private get project(): string {
    return path.join(this.folder, 'project');
  }

  async apply(...settings: string[]): Promise<void> {
    await this.terraform('apply', '-auto-approve', ...this.targets, ...settings);
  }

  async plan(...settings: string[]): Promise<Doing[]> {
    await this.terraform('plan', '-out=plan.bin', ...this.targets, ...settings);
    return doings((await this.terraform('show', '-json', 'plan.bin')).stdout);
  }

  /** Runs a script of the README in the project, with the AWS CLI; returns what it prints. */
  async sh(script: string): Promise<string> {
    const { status, output, stdout } = await this.shell(script);
    if (status !== 0) throw new Error(`${script}\n${output}`);
    return stdout;
  }

  /** Writes a file of the project once more. */
  write(file: string, text: string): void {
    writeFileSync(path.join(this.project, file), text);
  }

  private async terraform(command: string, ...args: string[]): Promise<Outcome> {
    const takesInput = command !== 'show';
    const outcome = await run('terraform', [command, ...(takesInput ? ['-input=false', '-no-color'] : []), ...args], {
      cwd: this.project,
      env: simulatedEnvironment(this.simulator, this.folder),
      log: path.join(this.folder, 'terraform.log'),
      boundMilliseconds: bounds.command,
    });
    if (outcome.status !== 0) throw new Error(outcome.output);
    return outcome;
  }
}
