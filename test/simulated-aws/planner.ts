import { writeFileSync } from 'node:fs';
import path from 'node:path';

import type { ProjectFiles } from 'create-secure-infra';

import { run } from '../support/process.js';
import type { Sample } from '../support/samples.js';
import { modulesOf, placeProject } from '../terraform/terraform.js';
import { overrideFile, simulatedEnvironment, type Tools } from './proof.js';
import { givenFor } from './samples.js';
import { startSimulator, type Simulator } from './simulator.js';

const boundSeconds = 300;

/**
 * Nothing is applied, so no state has to be kept. The newest region is newer than version 5.100 of the provider; a user
 * gets version 6, which knows it.
 */
const override = `provider "aws" {
  max_retries            = 3
  skip_region_validation = true
}

terraform {
  backend "local" {}
}
`;

/** Plans projects on one simulated account; nothing is applied. */
export class Planner {
  private readonly env: NodeJS.ProcessEnv;
  private initialised: Promise<unknown> | undefined;

  /** `folder` gets the projects and terraform's logs. */
  constructor(
    simulator: Simulator,
    private readonly tools: Tools,
    private readonly folder: string,
  ) {
    this.env = { ...simulatedEnvironment(simulator, folder), TF_DATA_DIR: path.join(folder, '.terraform') };
  }

  /** Writes a project into the folder `name`, with what it needs for the simulator beside it; returns that folder. */
  place(files: ProjectFiles, name: string): string {
    const project = path.join(this.folder, name);
    placeProject(files, project, this.tools.lockFile);
    for (const module of modulesOf(files, project)) writeFileSync(path.join(module, overrideFile), override);
    return project;
  }

  /** The plan of the project in `module`, as JSON. Throws with what terraform said where there is none. */
  async plan(module: string): Promise<string> {
    const name = path.relative(this.folder, module).replaceAll(path.sep, '-');
    const planFile = path.join(this.folder, `${name}.bin`);
    // The provider and the backend are the same everywhere.
    this.initialised ??= this.terraform(module, name, 'init', '-input=false', `-plugin-dir=${this.tools.providers}`);
    await this.initialised;
    await this.terraform(module, name, 'plan', '-input=false', '-no-color', `-out=${planFile}`);
    return this.terraform(module, name, 'show', '-json', planFile);
  }

  private async terraform(cwd: string, name: string, ...args: string[]): Promise<string> {
    const log = path.join(this.folder, args[0] === 'show' ? `${name}.json.log` : 'terraform.log');
    const { status, output, stdout } = await run('terraform', args, { cwd, env: this.env, log, boundSeconds });
    if (status !== 0) throw new Error(`${name}: terraform ${args[0]} failed:\n${output}`);
    return stdout;
  }
}

/** A plan as JSON, of the folder `module`, which is that of the project or its bootstrap/. */
export interface ModulePlan {
  project: string;
  module: string;
  plan: string;
}

/** Plans a sample, and its bootstrap/ where it has one, on an account that has what it takes as given. */
export async function planSample(sample: Sample, tools: Tools, folder: string): Promise<ModulePlan[]> {
  const simulator = await startSimulator(tools.python, folder, givenFor(sample.answers));
  try {
    const planner = new Planner(simulator, tools, folder);
    const project = planner.place(sample.files, 'project');
    const plans: ModulePlan[] = [];
    for (const module of modulesOf(sample.files, project))
      plans.push({ project, module, plan: await planner.plan(module) });
    return plans;
  } finally {
    await simulator.stop();
  }
}
