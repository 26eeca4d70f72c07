import { readFileSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import path from 'node:path';

import { check, folderSources, readHclProject, readPlan, readState } from 'create-secure-infra/check';

import { run, type Outcome, type RunOptions } from '../support/process.js';
import type { Sample } from '../support/samples.js';
import { environment, modulesOf, placeProject } from '../terraform/terraform.js';
import { whatAwsKeeps } from './kept.js';
import { givenFor } from './samples.js';
import { startSimulator, type Simulator } from './simulator.js';

/** What a proof runs with. */
export interface Tools {
  /** A python that has moto. */
  python: string;
  /** Folder to give `terraform init -plugin-dir`. */
  providers: string;
  /** A lock file for that provider. */
  lockFile: string;
}

/** What a project did on the simulated AWS. */
export interface Proof {
  sample: string;
  /** Resources that were applied, those of bootstrap/ included. */
  resources: number;
  applySeconds: number;
  replanSeconds: number;
  destroySeconds: number;
  /** What AWS itself keeps after a destroy, each with why; everything else that is left over is a failure. */
  kept: string[];
}

/** A step that did not go as it should; the message says what was seen. */
export class ProofFailure extends Error {
  constructor(
    readonly step: string,
    message: string,
  ) {
    super(`${step}: ${message}`);
    this.name = 'ProofFailure';
  }
}

/** Seconds after which a command is ended. An apply waits as it would for AWS: two minutes where nothing else runs. */
const bounds = { apply: 900, other: 300 };

const planFile = 'first.bin';

/**
 * The settings that a project needs for the simulator, in a file beside its own. By default a call that the simulator
 * does not know is tried 25 times, for many minutes. One try is too few: now and then the provider loses an answer
 * (simulator/__main__.py).
 */
export const overrideFile = 'simulated_aws_override.tf';
export const override = 'provider "aws" {\n  max_retries = 3\n}\n';

/**
 * Does with a generated project what its README tells its user to do, on a simulated AWS of its own, and looks at what is
 * there after each step. `folder` is filled with the project and its logs; `say` hears of each step.
 * Throws ProofFailure at the first step that does not go as it should.
 */
export async function prove(
  sample: Sample,
  tools: Tools,
  folder: string,
  say: (step: string) => void = () => {},
): Promise<Proof> {
  const simulator = await startSimulator(tools.python, folder, givenFor(sample.answers));
  try {
    return await new Deployment(sample, tools, folder, simulator, say).prove();
  } finally {
    await simulator.stop();
  }
}

class Deployment {
  private readonly project: string;
  private readonly bootstrap: string | undefined;
  private step = '';

  constructor(
    private readonly sample: Sample,
    private readonly tools: Tools,
    private readonly folder: string,
    private readonly simulator: Simulator,
    private readonly say: (step: string) => void,
  ) {
    [this.project, this.bootstrap] = modulesOf(sample.files, path.join(folder, 'project'));
  }

  async prove(): Promise<Proof> {
    const before = await this.simulator.inventory();
    this.place();
    const stateResources = await this.createStateBucket();
    const applied = await this.apply();
    // Otherwise nothing left over would prove nothing.
    if ((await this.simulator.inventory()).size < before.size + applied.resources / 2)
      this.fail('the inventory does not show what was applied');
    this.enter('re-plan');
    const replanSeconds = await this.expectNoChanges(this.project);
    this.enter('rules');
    await this.expectNoFinding(this.project);
    await this.release();
    const destroySeconds = await this.destroy();
    return {
      sample: this.sample.name,
      resources: stateResources + applied.resources,
      applySeconds: applied.seconds,
      replanSeconds,
      destroySeconds,
      kept: await this.leftOver(before),
    };
  }

  private place(): void {
    placeProject(this.sample.files, this.project, this.tools.lockFile);
    for (const module of modulesOf(this.sample.files, this.project))
      writeFileSync(path.join(module, overrideFile), override);
  }

  /** Applies bootstrap/, where there is one, and lets it complete backend.hcl. Returns how many resources it has. */
  private async createStateBucket(): Promise<number> {
    const pluginDir = `-plugin-dir=${this.tools.providers}`;
    let resources = 0;
    if (this.bootstrap) {
      this.enter('bootstrap');
      await this.terraform(this.bootstrap, ['init', pluginDir]);
      resources = (await this.plannedAndApplied(this.bootstrap)).resources;
      await this.expectNoChanges(this.bootstrap);
      await this.expectNoFinding(this.bootstrap);
      const { stdout } = await this.terraform(this.bootstrap, ['output', '-raw', 'backend_hcl']);
      writeFileSync(path.join(this.project, 'backend.hcl'), stdout);
    }
    this.enter('init');
    await this.terraform(this.project, ['init', '-backend-config=backend.hcl', pluginDir]);
    return resources;
  }

  /** Applies the project, and while that runs tries to plan, as a colleague might. */
  private async apply(): Promise<{ resources: number; seconds: number }> {
    this.enter('apply');
    let second: Promise<Outcome> | undefined;
    try {
      const applied = await this.plannedAndApplied(this.project, (output) => {
        if (!second && output.includes(': Creating...'))
          second = this.attempt(this.project, ['plan', '-lock-timeout=0s']);
      });
      this.enter('lock');
      const refused = await second;
      // The lock's own description shows that it was held, and not that locking failed.
      if (!refused || refused.status === 0 || !/Error acquiring the state lock[\s\S]*Lock Info:/.test(refused.output))
        this.fail(`a plan beside the apply was not kept out by the lock:\n${refused?.output}`);
      return applied;
    } finally {
      await second;
    }
  }

  private async plannedAndApplied(
    module: string,
    onOutput?: (text: string) => void,
  ): Promise<{ resources: number; seconds: number }> {
    const start = performance.now();
    await this.terraform(module, ['plan', `-out=${planFile}`]);
    const { output } = await this.terraform(module, ['apply', planFile], onOutput ? { onOutput } : {});
    const added = /^Apply complete! Resources: (\d+) added, 0 changed, 0 destroyed\.$/m.exec(output);
    if (!added) this.fail(gist(output));
    return { resources: Number(added[1]), seconds: secondsSince(start) };
  }

  /** Plans once more; returns how many seconds it took. */
  private async expectNoChanges(module: string): Promise<number> {
    const start = performance.now();
    const { status, output } = await this.attempt(module, ['plan', '-detailed-exitcode']);
    if (status !== 0)
      this.fail(`${status === 2 ? 'the second plan is not empty' : 'the second plan failed'}:\n${gist(output)}`);
    return secondsSince(start);
  }

  /** Fails on anything that `check` finds in the project, its first plan and its state: an error, a warning or a note. */
  private async expectNoFinding(module: string): Promise<void> {
    const plan = readPlan(await this.shown(module, planFile));
    const state = readState(await this.shown(module));
    const { findings } = check([await readHclProject(folderSources(module)), plan, state]);
    if (findings.length === 0) return;
    const lines = findings.map(
      ({ rule, address, message, stages }) => `${rule.name}: ${address ?? ''} ${message} (${stages.join(', ')})`,
    );
    this.fail(`create-secure-infra check finds\n${lines.join('\n')}`);
  }

  /** The first release: the README's "Start the tasks", after an image was pushed. */
  private async release(): Promise<void> {
    this.enter('release');
    this.setValue('image_tag', 'null', '"1.0.0"');
    await this.terraform(this.project, ['apply', '-auto-approve']);
    await this.expectNoChanges(this.project);
    await this.expectNoFinding(this.project);
  }

  /** Changes a value in terraform.tfvars, as the README tells. */
  private setValue(variable: string, from: string, to: string): void {
    const file = path.join(this.project, 'terraform.tfvars');
    const before = readFileSync(file, 'utf8');
    const after = before.replace(new RegExp(`^(${variable} +=) ${from}$`, 'm'), `$1 ${to}`);
    if (after === before) this.fail(`terraform.tfvars does not say ${variable} = ${from}`);
    writeFileSync(file, after);
  }

  private async destroy(): Promise<number> {
    this.enter('destroy');
    const start = performance.now();
    if (this.sample.answers.profile === 'production') {
      await this.expectProtected();
      await this.liftProtection();
    }
    await this.terraform(this.project, ['destroy', '-auto-approve']);
    if (this.bootstrap) await this.terraform(this.bootstrap, ['destroy', '-auto-approve']);
    return secondsSince(start);
  }

  /** AWS refuses to delete the database and the load balancer of a production project. */
  private async expectProtected(): Promise<void> {
    const { values } = JSON.parse(await this.shown(this.project)) as {
      values: { root_module: { resources: { address: string; values: { id: string } }[] } };
    };
    const idOf = (address: string) =>
      values.root_module.resources.find((resource) => resource.address === address)?.values.id ?? address;
    const { region } = this.sample.answers;
    const answers = [
      await this.simulator.call('rds', region, {
        Action: 'DeleteDBCluster',
        Version: '2014-10-31',
        DBClusterIdentifier: idOf('aws_rds_cluster.aurora'),
        SkipFinalSnapshot: 'true',
      }),
      await this.simulator.call('elasticloadbalancing', region, {
        Action: 'DeleteLoadBalancer',
        Version: '2015-12-01',
        LoadBalancerArn: idOf('aws_lb.alb'),
      }),
    ];
    const deleted = answers.filter(({ status, text }) => status !== 400 || !/protect/i.test(text));
    if (deleted.length > 0) this.fail(`something that should be protected could be deleted:\n${deleted[0]?.text}`);
  }

  /** What the README of a production project says under "Taking it down". */
  private async liftProtection(): Promise<void> {
    this.setValue('deletion_protection', 'true', 'false');
    this.setValue('force_destroy', 'false', 'true');
    await this.terraform(this.project, ['apply', '-auto-approve']);
    await this.terraform(this.project, ['state', 'rm', 'aws_kms_key.database', 'aws_kms_alias.database']);
  }

  /** Whatever the account holds now and did not hold before; fails on what AWS would not keep. */
  private async leftOver(before: ReadonlyMap<string, string>): Promise<string[]> {
    this.enter('left over');
    const kept = new Set<string>();
    const leftOver: string[] = [];
    for (const [name, state] of await this.simulator.inventory()) {
      if (before.has(name)) continue;
      const why = whatAwsKeeps(name, state, this.sample.answers);
      if (why === undefined) leftOver.push(`${name} (${state})`);
      else kept.add(why);
    }
    if (leftOver.length > 0) this.fail(`the destroy left over\n${leftOver.join('\n')}`);
    return [...kept];
  }

  /** A plan, or the state, as JSON. */
  private async shown(module: string, plan?: string): Promise<string> {
    const log = path.join(this.folder, `${path.basename(module)}-${plan ? 'plan' : 'state'}.log`);
    const { stdout } = await this.terraform(module, ['show', '-json', ...(plan ? [plan] : [])], { log });
    return stdout;
  }

  /** Runs terraform and fails where it fails. */
  private async terraform(module: string, args: string[], options: Partial<RunOptions> = {}): Promise<Outcome> {
    const outcome = await this.attempt(module, args, options);
    if (outcome.status !== 0) this.fail(gist(outcome.output));
    return outcome;
  }

  private attempt(module: string, [command, ...args]: string[], options: Partial<RunOptions> = {}): Promise<Outcome> {
    const takesInput = ['init', 'plan', 'apply', 'destroy'].includes(command!);
    return run('terraform', [command!, ...(takesInput ? ['-input=false', '-no-color'] : []), ...args], {
      cwd: module,
      env: simulatedEnvironment(this.simulator, this.folder),
      log: path.join(this.folder, 'terraform.log'),
      boundSeconds: command === 'apply' || command === 'destroy' ? bounds.apply : bounds.other,
      ...options,
    });
  }

  private enter(step: string): void {
    this.step = step;
    this.say(step);
  }

  private fail(what: string): never {
    throw new ProofFailure(this.step, what);
  }
}

/**
 * The environment in which terraform takes the simulator for AWS, and puts its temporary files into `folder`, where they
 * do not outlive it.
 */
export function simulatedEnvironment({ endpoint }: Simulator, folder: string): NodeJS.ProcessEnv {
  return {
    ...environment(),
    TMPDIR: folder,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'simulated',
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    NO_PROXY: '127.0.0.1',
  };
}

/** What terraform printed from its errors on, or from what it would change; the log has all of it. */
function gist(output: string): string {
  const start = /^(Error: |Terraform will perform the following actions:)/m.exec(output)?.index;
  return output.slice(start ?? -2000).trim();
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
