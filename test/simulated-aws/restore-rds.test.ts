import { describe, expect, inject, it } from 'vitest';

import { textOf } from '../../src/render/project-files.js';
import { goldenSamples } from '../support/golden-samples.js';
import { Deployment, ReadmeSection } from './deployment.js';

const tools = inject('simulatorTools');

/** One whose instances may log in as a user of the database, by its resource id. */
const sample = goldenSamples().find(({ name }) => name === 'ec2-asg/https-route53')!;
const { region } = sample.answers;
const database = `${sample.answers.name}-${sample.answers.suffix}-mysql`;
const section = new ReadmeSection(sample, '## Restoring the database');

const performanceInsights = [
  'performance_insights_enabled',
  'performance_insights_kms_key_id',
  'performance_insights_retention_period',
];

describe.skipIf(!tools).concurrent('a restore of RDS, as the README tells', () => {
  it('to a point in time: deleted again, or put into the place of the database', async () => {
    const deployment = await Deployment.start(sample, tools!, [
      'aws_db_instance.database',
      // The name that the commands call the key by.
      'aws_kms_alias.secrets',
      // What names the database, its secret or its resource id.
      'aws_iam_role_policy.instance',
      'aws_launch_template.app',
      'aws_secretsmanager_secret_rotation.database',
    ]);
    await deployment.apply();
    await deployment.sh(section.scriptWith('create-db-snapshot'));
    expect(await deployment.sh(section.scriptWith('describe-db-snapshots'))).toContain(database);

    const now = new Date().toISOString().replace(/\.\d+/, '');
    const restore = section.scriptWith('restore-db-instance-to-point-in-time').replace('TIME', now);
    await deployment.sh(restore);
    // The proof of a whole sample runs scripts/sql.sh; here it stands for what is done with the host.
    const look = section.scriptWith('scripts/sql.sh').replace(/sh scripts.*/, 'printenv DATABASE_HOST');
    expect(await deployment.sh(look)).toMatch(`${database}-restored.`);
    await deployment.sh(section.scriptWith('--skip-final-snapshot'));
    expect(await deployment.plan()).toEqual([]);

    await deployment.sh(restore);
    await deployment.sh(section.scriptWith('--new-db-instance-identifier'));
    await deployment.sh(section.scriptWith('terraform import'));
    const plan = await deployment.plan();
    // No launch template: name and host are what they were, and nobody needs the secret.
    expect(plan.map(({ address, actions }) => `${address}: ${actions.join(' and ')}`)).toEqual([
      'aws_db_instance.database: update',
      'aws_iam_role_policy.instance: update',
      'aws_secretsmanager_secret_rotation.database: delete and create',
    ]);
    expect(plan[0]!.changed).toEqual([
      'allow_major_version_upgrade',
      'apply_immediately',
      'backup_window',
      'copy_tags_to_snapshot',
      'enabled_cloudwatch_logs_exports',
      'final_snapshot_identifier',
      'maintenance_window',
      'manage_master_user_password',
      'master_user_secret_kms_key_id',
      'max_allocated_storage',
      'monitoring_interval',
      'monitoring_role_arn',
      ...performanceInsights,
      'tags_all',
    ]);
    expect(section.text).toMatch(/`performance_insights_enabled` with `_kms_key_id` and\s+`_retention_period`/);
    for (const name of plan[0]!.changed)
      if (!performanceInsights.includes(name)) expect(section.text).toContain(`\`${name}\``);
    await deployment.apply();
    expect(await deployment.plan()).toEqual([]);

    // RDS makes them when the instance writes its first logs under the new name.
    const logGroups = `/aws/rds/instance/${database}-old/`;
    await deployment.sh(
      `for log in error slowquery iam-db-auth-error; do
         aws logs create-log-group --region ${region} --log-group-name "${logGroups}$log"
       done`,
    );
    await deployment.sh(section.scriptWith('--final-db-snapshot-identifier'));
    const left = [...(await deployment.simulator.inventory()).keys()].join('\n');
    expect(left.match(/(?<= (databases|secrets) )(my-payments-.*|rds!.*)/g)).toEqual([
      database,
      expect.stringMatching(/^rds!/),
    ]);
    expect(left).toMatch(`database_snapshots ${database}-old\n`);
    expect(left).not.toContain(logGroups);
    await deployment.simulator.stop();
  });

  it('from a snapshot, which counts only when the instance is created', async () => {
    const deployment = await Deployment.start(sample, tools!, ['aws_db_instance.database']);
    // A user, a database and a key of its own, as a snapshot from elsewhere has them.
    await deployment.sh(
      `aws rds create-db-instance --region ${region} --db-instance-identifier source --engine mysql --engine-version 8.4.1 \\
         --db-instance-class db.t4g.medium --db-name ledger --master-username root --manage-master-user-password \\
         --allocated-storage 20 --storage-encrypted
       aws rds create-db-snapshot --region ${region} --db-instance-identifier source --db-snapshot-identifier first`,
    );
    const copy = section.scriptWith('copy-db-snapshot').replace('NAME', 'first');
    await deployment.sh(copy.replace('terraform apply', 'terraform apply -input=false -auto-approve'));
    const [, named] = /db_snapshot_identifier = "([^"]+)"/.exec(section.text)!;
    const from = (name: string) => `-var=db_snapshot_identifier=${name}`;
    await deployment.apply(from(named!));
    for (const settings of [[from('first')], []]) expect(await deployment.plan(...settings)).toEqual([]);

    // What would replace it: another snapshot, and a master user and a database that are not the project's own.
    const rds = textOf(sample.files, 'rds.tf');
    const ignored = 'ignore_changes = [db_name, snapshot_identifier, username]';
    for (const others of ['snapshot_identifier, username', 'db_name, username', 'db_name, snapshot_identifier']) {
      const unprotected = rds.replace(ignored, `ignore_changes = [${others}]`);
      expect(unprotected).not.toBe(rds);
      deployment.write('rds.tf', unprotected);
      expect(await deployment.plan(from('first'))).toMatchObject([
        { address: 'aws_db_instance.database', actions: ['delete', 'create'] },
      ]);
    }
    await deployment.simulator.stop();
  });
});
