import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { ProjectFiles } from 'create-secure-infra';

import { bounds } from '../support/bounds.mjs';
import { run } from '../support/process.js';
import type { Sample } from '../support/samples.js';
import { lockFile, modulesOf, placeProject, withoutChecksums } from '../terraform/terraform.js';
import { moduleName, placeTogether, rootsOf } from '../terraform/together.js';
import { overrideFile, type Tools } from './proof.js';
import { givenForAll } from './samples.js';
import { startSimulator, type Simulator, simulatedEnvironment } from './simulator.js';

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
    this.initialised ??= this.terraform(
      module,
      name,
      'init',
      '-input=false',
      `-plugin-dir=${this.tools.providers}`,
    ).then(() => withoutChecksums(path.join(module, lockFile)));
    await this.initialised;
    await this.terraform(module, name, 'plan', '-input=false', '-no-color', `-out=${planFile}`);
    return this.terraform(module, name, 'show', '-json', planFile);
  }

  private async terraform(cwd: string, name: string, ...args: string[]): Promise<string> {
    const log = path.join(this.folder, args[0] === 'show' ? `${name}.json.log` : 'terraform.log');
    const { status, output, stdout } = await run('terraform', args, {
      cwd,
      env: this.env,
      log,
      boundMilliseconds: bounds.command,
    });
    if (status !== 0) throw new Error(`${name}: terraform ${args[0]} failed:\n${output}`);
    return stdout;
  }
}

/** The plan of a project, or of its bootstrap/, as JSON. */
export interface RootPlan {
  sample: Sample;
  plan: string;
}

/**
 * Plans samples, and the bootstrap/ of those that have one, on one account that has what they take as given. Each is a
 * module of one root, so that provider and schema are loaded once; its plan is made out to be that of a root again.
 * `folder` gets the projects and the logs.
 */
export async function planTogether(samples: readonly Sample[], tools: Tools, folder: string): Promise<RootPlan[]> {
  const roots = samples.flatMap((sample) => rootsOf([sample]).map(({ files }) => ({ sample, files })));
  const simulator = await startSimulator(tools.python, folder, givenForAll(samples.map(({ answers }) => answers)));
  try {
    const root = path.join(folder, 'together');
    mkdirSync(root, { recursive: true });
    placeTogether(
      roots.map(({ sample, files }) => ({ name: sample.name, files })),
      root,
      (index) => ({
        region: roots[index]!.sample.answers.region,
        more: 'max_retries = 3\n  skip_region_validation = true',
      }),
    );
    copyFileSync(tools.lockFile, path.join(root, lockFile));
    const plan = await new Planner(simulator, tools, folder).plan(root);
    return roots.map(({ sample }, index) => ({ sample, plan: planOfModule(plan, moduleName(index)) }));
  } finally {
    await simulator.stop();
  }
}

interface PlannedResource {
  address: string;
  module_address?: string;
}

interface Plan {
  planned_values: { root_module: { child_modules?: { address: string; resources?: PlannedResource[] }[] } };
  resource_changes: PlannedResource[];
  configuration: { root_module: { module_calls: Record<string, { module: object }> } };
}

/** The plan of one module as if it were that of a root. */
function planOfModule(text: string, name: string): string {
  const whole = JSON.parse(text) as Plan;
  const prefix = `module.${name}.`;
  const atRoot = (resource: PlannedResource) => ({
    ...resource,
    address: resource.address.slice(prefix.length),
    module_address: undefined,
  });
  const planned = whole.planned_values.root_module.child_modules?.find(({ address }) => `${address}.` === prefix);
  if (!planned?.resources) throw new Error(`nothing is planned in ${name}`);
  return JSON.stringify({
    ...whole,
    planned_values: { root_module: { resources: planned.resources.map(atRoot) } },
    resource_changes: whole.resource_changes.filter(({ address }) => address.startsWith(prefix)).map(atRoot),
    prior_state: undefined,
    configuration: { root_module: whole.configuration.root_module.module_calls[name]!.module },
  });
}
