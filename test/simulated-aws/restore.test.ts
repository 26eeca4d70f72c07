import { describe, expect, inject, it } from 'vitest';

import { textOf } from '../../src/render/project-files.js';
import { goldenSamples } from '../support/golden-samples.js';
import { Deployment, ReadmeSection } from './deployment.js';

const tools = inject('simulatorTools');

/** The one with the most to bring back: Serverless v2 and Performance Insights. */
const sample = goldenSamples().find(({ name }) => name === 'ecs-fargate/performance-insights')!;
const { region } = sample.answers;
const cluster = `${sample.answers.name}-${sample.answers.suffix}-aurora`;
const section = new ReadmeSection(sample, '## Restoring the database');

const performanceInsights = [
  'performance_insights_enabled',
  'performance_insights_kms_key_id',
  'performance_insights_retention_period',
];

describe.skipIf(!tools).concurrent('a restore, as the README tells', () => {
  it('to a point in time: deleted again, or put into the place of the database', async () => {
    const deployment = await Deployment.start(sample, tools!, [
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
    await deployment.sh(section.scriptWith('create-db-cluster-snapshot'));
    expect(await deployment.sh(section.scriptWith('describe-db-cluster-snapshots'))).toContain(cluster);

    const now = new Date().toISOString().replace(/\.\d+/, '');
    const restore = section.scriptWith('restore-db-cluster-to-point-in-time').replace('TIME', now);
    await deployment.sh(restore);
    // The proof of a whole sample runs scripts/sql.sh; here it stands for what is done with the host.
    const look = section.scriptWith('scripts/sql.sh').replace('sh scripts/sql.sh', 'cat');
    expect(await deployment.sh(look)).toMatch(`\\connect - - ${cluster}-restored.cluster-`);
    await deployment.sh(section.scriptWith('--skip-final-snapshot'));
    expect(await deployment.plan()).toEqual([]);

    await deployment.sh(restore);
    await deployment.sh(section.scriptWith('--new-db-cluster-identifier'));
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
    expect(section.text).toContain('`performance_insights_enabled` with `_kms_key_id` and `_retention_period`');
    for (const name of plan.filter(({ actions }) => actions.join() === 'update').flatMap(({ changed }) => changed))
      if (!performanceInsights.includes(name)) expect(section.text).toContain(`\`${name}\``);
    await deployment.apply();
    expect(await deployment.plan()).toEqual([]);

    // RDS makes it when the cluster writes its first log under the new name.
    const logGroup = `/aws/rds/cluster/${cluster}-old/postgresql`;
    await deployment.sh(`aws logs create-log-group --region ${region} --log-group-name ${logGroup}`);
    await deployment.sh(section.scriptWith('--final-db-snapshot-identifier'));
    const left = [...(await deployment.simulator.inventory()).keys()].join('\n');
    expect(left.match(/(?<= (clusters|databases) )my-.*/g)).toEqual([cluster, `${cluster}-0`, `${cluster}-1`]);
    expect(left).toMatch(`cluster_snapshots ${cluster}-old\n`);
    expect(left).not.toContain(logGroup);
    await deployment.simulator.stop();
  });

  it('from a snapshot, which counts only when the cluster is created', async () => {
    const deployment = await Deployment.start(sample, tools!, ['aws_rds_cluster.aurora']);
    // A user and a database of its own, as a snapshot from elsewhere may have them.
    const snapshot = (name: string) =>
      `aws rds create-db-cluster-snapshot --region ${region} --db-cluster-identifier source --db-cluster-snapshot-identifier ${name}`;
    await deployment.sh(
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
    const aurora = textOf(sample.files, 'aurora.tf');
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

  it('looked at by the Data API, where the database is called by it', async () => {
    const api = goldenSamples().find(({ name }) => name === 'serverless-api/defaults')!;
    const restoring = new ReadmeSection(api, '## Restoring the database');
    const deployment = await Deployment.start(api, tools!, [
      'aws_rds_cluster_instance.aurora',
      'aws_kms_alias.secrets',
    ]);
    await deployment.apply();
    await deployment.sh('eval "$(terraform output -raw create_positions_command)"');
    const script = restoring.scriptWith('restore-db-cluster-to-point-in-time');
    await deployment.sh(script.replace('TIME', new Date().toISOString().replace(/\.\d+/, '')));
    expect(await deployment.sh(restoring.scriptWith('enable-http-endpoint'))).toContain('"records"');
    await deployment.sh(restoring.scriptWith('--skip-final-snapshot'));
    expect(await deployment.plan()).toEqual([]);
    await deployment.simulator.stop();
  });
});
