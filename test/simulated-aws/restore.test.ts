import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, inject, it } from 'vitest';

import { bounds } from '../support/bounds.mjs';
import { goldenSamples } from '../support/golden-samples.js';
import { run, type Outcome } from '../support/process.js';
import { scratchFolder } from '../support/scratch.js';
import { lockFile, placeProject, withoutChecksums } from '../terraform/terraform.js';
import { awsShell } from './aws-cli.js';
import { override, overrideFile } from './proof.js';
import { simulatedEnvironment, startSimulator, type Simulator } from './simulator.js';

const tools = inject('simulatorTools');

/** The one with the most to bring back: Serverless v2 and Performance Insights. */
const sample = goldenSamples().find(({ name }) => name === 'ecs-fargate/performance-insights')!;
const { region } = sample.answers;
const cluster = `${sample.answers.name}-${sample.answers.suffix}-aurora`;

/** What the README says of a restore. */
const [, section] = /^## Restoring the database\n([^]*?)(?=^## )/m.exec(sample.files.get('README.md')!)!;

/** The README's script that has this command. */
function scriptWith(command: string): string {
  const scripts = [...section!.matchAll(/^( *)```sh\n([^]*?)^ *```$/gm)].map(([, indent, script]) =>
    script!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
  const [script, ...others] = scripts.filter((text) => text.includes(command));
  expect([command, script, others]).toEqual([command, expect.any(String), []]);
  return script!;
}

/** What a plan would do to a resource, and the arguments that get another value which is known. */
interface Doing {
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

const performanceInsights = [
  'performance_insights_enabled',
  'performance_insights_kms_key_id',
  'performance_insights_retention_period',
];

/** A project on an account of its own, of which no more is applied than the database and what is named. */
class Deployment {
  private readonly targets: string[];
  private readonly shell: ReturnType<typeof awsShell>;

  private constructor(
    readonly simulator: Simulator,
    private readonly folder: string,
    targets: readonly string[],
  ) {
    this.targets = targets.map((address) => `-target=${address}`);
    this.shell = awsShell(simulator, tools!.python, folder, folder);
  }

  static async start(targets: readonly string[]): Promise<Deployment> {
    const folder = scratchFolder();
    const deployment = new Deployment(await startSimulator(tools!.python, folder, { region }), folder, targets);
    placeProject(sample.files, deployment.project, tools!.lockFile);
    writeFileSync(path.join(deployment.project, overrideFile), `${override}terraform {\n  backend "local" {}\n}\n`);
    await deployment.terraform('init', `-plugin-dir=${tools!.providers}`);
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

  /** Runs a script with the AWS CLI; returns what it prints. */
  async aws(script: string): Promise<string> {
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

describe.skipIf(!tools).concurrent('a restore, as the README tells', () => {
  it('to a point in time: deleted again, or put into the place of the database', async () => {
    const deployment = await Deployment.start([
      'aws_rds_cluster_instance.aurora',
      // The names that the commands call the keys by.
      'aws_kms_alias.database',
      'aws_kms_alias.secrets',
      // What names the database's secret and its resource id.
      'aws_iam_role_policy.task',
      'aws_ecs_task_definition.app',
      'aws_secretsmanager_secret_rotation.database',
    ]);
    await deployment.apply();
    await deployment.aws(scriptWith('create-db-cluster-snapshot'));
    expect(await deployment.aws(scriptWith('describe-db-cluster-snapshots'))).toContain(cluster);

    const now = new Date().toISOString().replace(/\.\d+/, '');
    const restore = scriptWith('restore-db-cluster-to-point-in-time').replace('TIME', now);
    await deployment.aws(restore);
    // The proof of a whole sample runs scripts/sql.sh; here it stands for what is done with the host.
    const look = scriptWith('scripts/sql.sh').replace('sh scripts/sql.sh', 'cat');
    expect(await deployment.aws(look)).toMatch(`\\connect - - ${cluster}-restored.cluster-`);
    await deployment.aws(scriptWith('--skip-final-snapshot'));
    expect(await deployment.plan()).toEqual([]);

    await deployment.aws(restore);
    await deployment.aws(scriptWith('--new-db-cluster-identifier'));
    const plan = await deployment.plan();
    expect(plan.map(({ address, actions }) => `${address}: ${actions.join(' and ')}`)).toEqual([
      'aws_ecs_task_definition.app: create and delete',
      'aws_iam_role_policy.task: update',
      'aws_rds_cluster.aurora: update',
      'aws_rds_cluster_instance.aurora[0]: update',
      'aws_rds_cluster_instance.aurora[1]: create',
      'aws_secretsmanager_secret_rotation.database: delete and create',
    ]);
    expect(Object.fromEntries(plan.map(({ address, changed }) => [address, changed]))).toMatchObject({
      'aws_rds_cluster.aurora': [
        'copy_tags_to_snapshot',
        'database_insights_mode',
        'enabled_cloudwatch_logs_exports',
        ...performanceInsights,
        'preferred_backup_window',
        'preferred_maintenance_window',
        'tags_all',
      ],
      'aws_rds_cluster_instance.aurora[0]': [
        'copy_tags_to_snapshot',
        'monitoring_interval',
        'monitoring_role_arn',
        ...performanceInsights,
        'promotion_tier',
        'tags_all',
      ],
    });
    expect(section).toContain('`performance_insights_enabled` with `_kms_key_id` and `_retention_period`');
    for (const name of plan.filter(({ actions }) => actions.join() === 'update').flatMap(({ changed }) => changed))
      if (!performanceInsights.includes(name)) expect(section).toContain(`\`${name}\``);
    await deployment.apply();
    expect(await deployment.plan()).toEqual([]);

    // RDS makes it when the cluster writes its first log under the new name.
    const logGroup = `/aws/rds/cluster/${cluster}-old/postgresql`;
    await deployment.aws(`aws logs create-log-group --region ${region} --log-group-name ${logGroup}`);
    await deployment.aws(scriptWith('--final-db-snapshot-identifier'));
    const left = [...(await deployment.simulator.inventory()).keys()].join('\n');
    expect(left.match(/(?<= (clusters|databases) )my-.*/g)).toEqual([cluster, `${cluster}-0`, `${cluster}-1`]);
    expect(left).toMatch(`cluster_snapshots ${cluster}-old\n`);
    expect(left).not.toContain(logGroup);
    await deployment.simulator.stop();
  });

  it('from a snapshot, which counts only when the cluster is created', async () => {
    const deployment = await Deployment.start(['aws_rds_cluster.aurora']);
    // A user and a database of its own, as a snapshot from elsewhere may have them.
    const snapshot = (name: string) =>
      `aws rds create-db-cluster-snapshot --region ${region} --db-cluster-identifier source --db-cluster-snapshot-identifier ${name}`;
    await deployment.aws(
      `aws rds create-db-cluster --region ${region} --db-cluster-identifier source --engine aurora-postgresql \\
         --engine-version 17 --database-name ledger --master-username root --manage-master-user-password --storage-encrypted
       ${snapshot('first')}
       ${snapshot('second')}`,
    );
    const from = (name: string) => `-var=db_snapshot_identifier=${name}`;
    await deployment.apply(from('first'));
    // The README has it applied twice.
    expect(await deployment.plan(from('first'))).toEqual([
      {
        address: 'aws_rds_cluster.aurora',
        actions: ['update'],
        changed: ['database_insights_mode', 'iam_database_authentication_enabled', ...performanceInsights],
      },
    ]);
    await deployment.apply(from('first'));
    for (const settings of [[from('first')], [from('second')], []])
      expect(await deployment.plan(...settings)).toEqual([]);

    // What would replace it: another snapshot, and a master user who is not the project's own.
    const aurora = sample.files.get('aurora.tf')!;
    for (const argument of [', snapshot_identifier', ' master_username,']) {
      const unprotected = aurora.replace(argument, '');
      expect(unprotected).not.toBe(aurora);
      deployment.write('aurora.tf', unprotected);
      expect(await deployment.plan(from('second'))).toMatchObject([
        { address: 'aws_rds_cluster.aurora', actions: ['delete', 'create'] },
      ]);
    }
    await deployment.simulator.stop();
  });
});
