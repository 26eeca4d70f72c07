import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { check, folderSources, readHclProject, readPlan, readState } from 'create-secure-infra/check';

import { texts } from '../../src/render/project-files.js';
import { stackRows, type ProjectCommand, type StackRow } from '../../scripts/samples.mjs';
import { bounds } from '../support/bounds.mjs';
import { modulesBeside } from '../support/modules.js';
import { run, type Outcome, type RunOptions } from '../support/process.js';
import type { Sample } from '../support/samples.js';
import { lockFile, modulesOf, placeProject, withoutChecksums } from '../terraform/terraform.js';
import { awsShell } from './aws-cli.js';
import { zoneNames } from './facts.js';
import type { Issuer } from './first-call/deployed-function.js';
import { Gateway } from './first-call/gateway.js';
import { startIssuer } from './first-call/issuer.js';
import { LoadBalancer } from './first-call/load-balancer.js';
import { matches, whatAwsKeeps } from './kept.js';
import { asAwsReturns, changesOver } from './read-back.js';
import { givenFor } from './samples.js';
import { simulatedEnvironment, startSimulator, type Simulator } from './simulator.js';
import { zonesOfAnotherDay } from './zones.js';

/** What a proof runs with. */
export interface Tools {
  /** A python that has moto. */
  python: string;
  /** Folder to give `terraform init -plugin-dir`. */
  providers: string;
  /** A lock file for that provider. */
  lockFile: string;
}

/** How many resources were applied, and how long each step took. */
export interface Steps {
  resources: number;
  applySeconds: number;
  replanSeconds: number;
  destroySeconds: number;
}

/** What a project did on the simulated AWS. */
export interface Proof extends Steps {
  sample: string;
  /** The same of the modules beside it that were proved with it, such as bootstrap, by their names. */
  modules: Record<string, Steps>;
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

const planFile = 'first.bin';

/** The module beside a project that creates the bucket of its state, and so comes first and goes last. */
const bootstrap = 'bootstrap';

/**
 * The settings that a project needs for the simulator, in a file beside its own. By default a call that the simulator
 * does not know is tried 25 times, for many minutes. One try is too few: now and then the provider loses an answer
 * (simulator/__main__.py).
 */
export const overrideFile = 'simulated_aws_override.tf';
export const override = 'provider "aws" {\n  max_retries = 3\n}\n';

/** The state bucket of a project whose bootstrap/ is proved with another one. */
const givenStateBucket = 'simulated-terraform-state-123456789012';

export interface ProofOptions {
  /** Hears of each step. */
  say?: (step: string) => void;
  /**
   * The modules beside the project that are proved with it, by their names, instead of all. The state bucket is taken as
   * given where bootstrap is not among them; the others are no more than applied and destroyed.
   */
  modules?: readonly string[];
}

/**
 * Does with a generated project what its README tells its user to do, on a simulated AWS of its own, and looks at what is
 * there after each step. `folder` is filled with the project and its logs.
 * Throws ProofFailure at the first step that does not go as it should.
 */
export async function prove(
  sample: Sample,
  tools: Tools,
  folder: string,
  { say = () => {}, modules = modulesBeside(sample.files) }: ProofOptions = {},
): Promise<Proof> {
  const given = givenFor(sample.answers);
  const isGivenBucket = !modules.includes(bootstrap) && given.stateBucket === undefined;
  const simulator = await startSimulator(
    tools.python,
    folder,
    isGivenBucket ? { ...given, stateBucket: givenStateBucket } : given,
  );
  try {
    return await new Deployment(sample, tools, folder, simulator, say, isGivenBucket, modules).prove();
  } finally {
    await simulator.stop();
  }
}

/** What answers the clients of a deployed project. */
interface FrontDoor {
  url: string;
  /** What is wrong with what it forwards to, where it looks at that. */
  unhealthy?(): Promise<string | undefined>;
  stop(): Promise<void>;
}

class Deployment {
  private readonly project: string;
  /** The modules beside it that are applied, by their names, in this order. */
  private readonly beside: string[];
  private readonly row: StackRow | undefined;
  private step = '';

  constructor(
    private readonly sample: Sample,
    private readonly tools: Tools,
    private readonly folder: string,
    private readonly simulator: Simulator,
    private readonly say: (step: string) => void,
    private readonly isGivenBucket: boolean,
    private readonly proved: readonly string[],
  ) {
    this.project = path.join(folder, 'project');
    this.beside = modulesBeside(sample.files).filter((name) => name !== bootstrap || !isGivenBucket);
    this.row = stackRows[sample.answers.stack];
  }

  async prove(): Promise<Proof> {
    const before = await this.simulator.inventory();
    this.place();
    const modules = await this.prepareAccount();
    this.enter('apply');
    const applied = await this.plannedAndApplied(this.project);
    // Otherwise nothing left over would prove nothing.
    if ((await this.simulator.inventory()).size < before.size + applied.resources / 2)
      this.fail('the inventory does not show what was applied');
    this.enter('re-plan');
    const replanSeconds = await this.expectNoChanges(this.project);
    this.enter('read-back');
    await this.expectNoChangesByReadBack(this.project);
    this.enter('zones');
    await this.expectNoChangesByZones();
    this.enter('rules');
    await this.expectNoFinding(this.project);
    this.enter('commands');
    await this.runCommands(this.row?.commands);
    await this.firstCall();
    await this.release();
    const destroySeconds = await this.destroy();
    return {
      sample: this.sample.name,
      resources: applied.resources,
      applySeconds: applied.seconds,
      replanSeconds,
      destroySeconds,
      modules: await this.destroyBeside(modules),
      kept: await this.leftOver(before),
    };
  }

  private place(): void {
    placeProject(this.sample.files, this.project, this.tools.lockFile);
    for (const module of modulesOf(this.sample.files, this.project))
      writeFileSync(path.join(module, overrideFile), override);
  }

  /** Applies what is beside the project, and puts its state where backend.hcl then says. */
  private async prepareAccount(): Promise<Map<string, Omit<Steps, 'destroySeconds'>>> {
    const backend = path.join(this.project, 'backend.hcl');
    const steps = new Map<string, Omit<Steps, 'destroySeconds'>>();
    for (const name of this.beside) {
      this.enter(name);
      const proved = await this.applyBeside(name);
      if (proved) steps.set(name, proved);
    }
    if (this.beside.includes(bootstrap)) {
      const { stdout } = await this.terraform(this.module(bootstrap), ['output', '-raw', 'backend_hcl']);
      writeFileSync(backend, stdout);
    } else if (this.isGivenBucket) appendFileSync(backend, `bucket = "${givenStateBucket}"\n`);
    this.enter('init');
    await this.terraform(this.project, ['init', '-backend-config=backend.hcl', `-plugin-dir=${this.tools.providers}`]);
    withoutChecksums(path.join(this.project, lockFile));
    return steps;
  }

  private async applyBeside(name: string): Promise<Omit<Steps, 'destroySeconds'> | undefined> {
    const module = this.module(name);
    await this.terraform(module, ['init', `-plugin-dir=${this.tools.providers}`]);
    withoutChecksums(path.join(module, lockFile));
    if (!this.proved.includes(name)) {
      await this.terraform(module, ['apply', '-auto-approve']);
      return undefined;
    }
    const { resources, seconds } = await this.plannedAndApplied(module);
    const replanSeconds = await this.expectNoChanges(module);
    await this.expectNoChangesByReadBack(module);
    await this.expectNoFinding(module);
    return { resources, applySeconds: seconds, replanSeconds };
  }

  private module(name: string): string {
    return path.join(this.project, name);
  }

  private async plannedAndApplied(module: string): Promise<{ resources: number; seconds: number }> {
    const start = performance.now();
    await this.terraform(module, ['plan', `-out=${planFile}`]);
    const { output } = await this.terraform(module, ['apply', planFile]);
    const added = /^Apply complete! Resources: (\d+) added, 0 changed, 0 destroyed\.$/m.exec(output);
    if (!added) this.fail(gist(output));
    return { resources: Number(added[1]), seconds: secondsSince(start) };
  }

  /** Plans once more; returns how many seconds it took. */
  private async expectNoChanges(module: string, what = 'the second plan', ...flags: string[]): Promise<number> {
    const start = performance.now();
    const { status, output } = await this.attempt(module, ['plan', '-detailed-exitcode', ...flags]);
    if (status !== 0) this.fail(`${what} ${status === 2 ? 'is not empty' : 'failed'}:\n${gist(output)}`);
    return secondsSince(start);
  }

  /** The same over a state that says what AWS returns, instead of what it was sent. */
  private async expectNoChangesByReadBack(module: string): Promise<void> {
    const { stdout } = await this.terraform(module, ['state', 'pull'], { log: this.log(module, 'state') });
    const copy = path.join(this.folder, 'read-back', path.basename(module));
    const changes = await changesOver(
      asAwsReturns(stdout),
      module,
      copy,
      this.tools.providers,
      (folder, [command, ...args]) =>
        this.attempt(folder, [command!, ...args], command === 'show' ? { log: this.log(module, 'read-back') } : {}),
    );
    if (changes.length > 0) this.fail(`with what AWS returns the plan is not empty:\n${changes.join('\n')}`);
  }

  /** The same after the zones that the account sees have changed, where the project has subnets in them. */
  private async expectNoChangesByZones(): Promise<void> {
    if (
      ![...texts(this.sample.files)].some(
        ([file, text]) => file.endsWith('.tf') && text.includes('resource "aws_subnet"'),
      )
    )
      return;
    const { region } = this.sample.answers;
    const before = zoneNames(region);
    for (const zones of zonesOfAnotherDay(before)) {
      await this.simulator.setZones(region, zones);
      // The resources are where they were; only the list is another.
      await this.expectNoChanges(this.project, `the plan with the zones ${zones.join(', ')}`, '-refresh=false');
    }
    await this.simulator.setZones(region, before);
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

  /** Runs what the README says may be run in the project. */
  private async runCommands(all: readonly ProjectCommand[] = []): Promise<void> {
    const { answers } = this.sample;
    const commands = all.filter((command) =>
      Object.entries(command.answers ?? {}).every(([key, value]) => answers[key as keyof typeof answers] === value),
    );
    const shell = awsShell(this.simulator, this.tools.python, this.folder, this.project);
    for (const { run: line, exitCode, prints } of commands) {
      const { status, output } = await shell(line);
      const missing = prints.filter((pattern) => !new RegExp(pattern, 'm').test(output));
      if (status !== exitCode || missing.length > 0)
        this.fail(`${line}\nended with ${status}, and does not print ${JSON.stringify(missing)}:\n${output}`);
    }
  }

  /** Calls what was deployed, by the tests that the project brings for that. */
  private async firstCall(): Promise<void> {
    if (!this.row?.firstCall) return;
    this.enter('first call');
    const { address, variable, tests } = this.row.firstCall;
    const { jwtIssuer, jwtAudience } = this.sample.answers;
    const issuer = jwtIssuer ? await startIssuer(jwtIssuer) : undefined;
    const door = await this.frontDoor(address, issuer);
    try {
      const unhealthy = await door.unhealthy?.();
      if (unhealthy !== undefined) this.fail(`what ${address} forwards to is not healthy: ${unhealthy}`);
      const shell = awsShell(this.simulator, this.tools.python, this.folder, this.project);
      const token = issuer ? `API_TOKEN=${issuer.token(jwtAudience!)} ` : '';
      const { status, output } = await shell(`${variable}=${door.url} ${token}${tests}`);
      const { passed, skipped } = testResults(output);
      const left = skipped.filter((why) => /not deployed|^$/.test(why));
      if (status !== 0 || left.length > 0 || passed === 0)
        this.fail(`${tests} ended with ${status}, ${passed} of them passed:\n${output}`);
    } finally {
      await door.stop();
      await issuer?.stop();
    }
  }

  /** What answers at the address of a load balancer or of the stage of an API. */
  private async frontDoor(address: string, issuer: Issuer | undefined): Promise<FrontDoor> {
    const { python } = this.tools;
    const around = { simulator: this.simulator, python, folder: this.folder, ...(issuer ? { issuer } : {}) };
    const values = await this.valuesOf(address);
    if (address.startsWith('aws_lb.')) return LoadBalancer.start(String(values.arn), around);
    const { region } = this.sample.answers;
    return Gateway.start({ apiId: String(values.rest_api_id), stageName: String(values.stage_name), region }, around);
  }

  /** The first release, where the stack has one: what its README says once the application was uploaded. */
  private async release(): Promise<void> {
    if (!this.row?.release) return;
    const { set, commands, running } = this.row.release;
    this.enter('release');
    this.setValues(set);
    await this.terraform(this.project, ['apply', '-auto-approve']);
    await this.runCommands(commands);
    const entries = [...(await this.simulator.inventory())];
    const missing = running.filter((pattern) => !entries.some(([entry, state]) => matches(pattern, entry, state)));
    if (missing.length > 0) this.fail(`nothing is running that is ${JSON.stringify(missing)}`);
    await this.expectNoChanges(this.project);
    await this.expectNoChangesByReadBack(this.project);
    await this.expectNoFinding(this.project);
  }

  /** Changes values in terraform.tfvars, as the README tells. */
  private setValues(values: Record<string, string>, module: string = this.project): void {
    const file = path.join(module, 'terraform.tfvars');
    for (const [variable, value] of Object.entries(values)) {
      const before = readFileSync(file, 'utf8');
      const after = before.replace(new RegExp(`^(${variable} +=) .*$`, 'm'), (_, start: string) => `${start} ${value}`);
      if (after === before) this.fail(`terraform.tfvars has no other value of ${variable} than ${value}`);
      writeFileSync(file, after);
    }
  }

  private async destroy(): Promise<number> {
    this.enter('destroy');
    const start = performance.now();
    if (this.sample.answers.profile === 'production') {
      await this.expectProtected();
      await this.liftProtection();
    }
    await this.destroyBesideAPlan();
    return secondsSince(start);
  }

  /** Destroys the project. While that asks whether it may, and holds the lock, somebody else tries to plan. */
  private async destroyBesideAPlan(): Promise<void> {
    let asked = '';
    let second: Promise<Outcome> | undefined;
    await this.terraform(this.project, ['destroy'], {
      onOutput: (text, destroy) => {
        asked += text;
        if (second || !asked.includes('Enter a value:')) return;
        second = this.attempt(this.project, ['plan', '-lock-timeout=0s']).finally(() => destroy.answer('yes'));
      },
    });
    this.enter('lock');
    const refused = await second;
    // The lock's own description shows that it was held, and not that locking failed.
    if (!refused || refused.status === 0 || !/Error acquiring the state lock[\s\S]*Lock Info:/.test(refused.output))
      this.fail(`a plan beside the destroy was not kept out by the lock:\n${refused?.output}`);
  }

  /** Destroys what is beside the project, the state bucket last; returns the steps of what was proved. */
  private async destroyBeside(proved: Map<string, Omit<Steps, 'destroySeconds'>>): Promise<Record<string, Steps>> {
    const modules: Record<string, Steps> = {};
    for (const name of this.beside.toReversed()) {
      const start = performance.now();
      if (name === bootstrap) {
        this.setValues({ force_destroy: 'true' }, this.module(name));
        await this.terraform(this.module(name), ['apply', '-auto-approve']);
      }
      await this.terraform(this.module(name), ['destroy', '-auto-approve']);
      const steps = proved.get(name);
      if (steps) modules[name] = { ...steps, destroySeconds: secondsSince(start) };
    }
    return modules;
  }

  /** AWS refuses to delete what a production project protects. */
  private async expectProtected(): Promise<void> {
    for (const { address, service, delete: call } of this.row?.protected ?? []) {
      const values = await this.valuesOf(address);
      const parameters = Object.entries(call).map(([name, value]) => [
        name,
        value.replace(/^\{(\w+)\}$/, (_, attribute: string) => String(values[attribute])),
      ]);
      const { region } = this.sample.answers;
      const { status, text } = await this.simulator.call(service, region, Object.fromEntries(parameters));
      if (status !== 400 || !/protect/i.test(text))
        this.fail(`${address} should be protected and could be deleted:\n${text}`);
    }
  }

  /** What the state says of a resource. */
  private async valuesOf(address: string): Promise<Record<string, unknown>> {
    const { values } = JSON.parse(await this.shown(this.project)) as {
      values: { root_module: { resources: { address: string; values: Record<string, unknown> }[] } };
    };
    const resource = values.root_module.resources.find((one) => one.address === address);
    if (!resource) this.fail(`the state has no ${address}`);
    return resource.values;
  }

  /** What the README of a production project says under "Taking it down". */
  private async liftProtection(): Promise<void> {
    const { set, forget } = this.row?.takingDown ?? { set: {}, forget: [] };
    this.setValues(set);
    await this.terraform(this.project, ['apply', '-auto-approve']);
    if (forget.length > 0) await this.terraform(this.project, ['state', 'rm', ...forget]);
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
    const log = this.log(module, plan ? 'plan' : 'state');
    const { stdout } = await this.terraform(module, ['show', '-json', ...(plan ? [plan] : [])], { log });
    return stdout;
  }

  /** The log of what is printed as JSON. */
  private log(module: string, what: string): string {
    return path.join(this.folder, `${path.basename(module)}-${what}.log`);
  }

  /** Runs terraform and fails where it fails. */
  private async terraform(module: string, args: string[], options: Partial<RunOptions> = {}): Promise<Outcome> {
    const outcome = await this.attempt(module, args, options);
    if (outcome.status !== 0) this.fail(gist(outcome.output));
    return outcome;
  }

  private attempt(module: string, [command, ...args]: string[], options: Partial<RunOptions> = {}): Promise<Outcome> {
    const takesInput = ['init', 'plan', 'apply', 'destroy'].includes(command!);
    const flags = takesInput ? ['-no-color', ...(options.onOutput ? [] : ['-input=false'])] : [];
    return run('terraform', [command!, ...flags, ...args], {
      cwd: module,
      env: simulatedEnvironment(this.simulator, this.folder),
      log: path.join(this.folder, 'terraform.log'),
      boundMilliseconds: bounds.command,
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

/** What terraform printed from its errors on, or from what it would change; the log has all of it. */
function gist(output: string): string {
  const start = /^(Error: |Terraform will perform the following actions:)/m.exec(output)?.index;
  return output.slice(start ?? -2000).trim();
}

/** How many tests passed, and why others were skipped, as node:test prints it in TAP, or unittest where it is verbose. */
function testResults(output: string): { passed: number; skipped: string[] } {
  const passed = [...output.matchAll(/^ *ok (?!.* # SKIP)|^.* \.\.\. ok$/gm)].length;
  const skipped = [...output.matchAll(/^ *ok .* # SKIP(.*)$|^.* \.\.\. skipped '(.*)'$/gm)];
  return { passed, skipped: skipped.map(([, tap, unittest]) => tap ?? unittest!) };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
