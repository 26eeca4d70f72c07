import { answersOf } from '../lib/generated.js';
import type { Project, Resource } from '../../terraform/project.js';
import type { Value } from '../../terraform/value.js';
import { defineRule, defineRules } from '../rule.js';

/** What a profile decides: the value that lets go of things, which is right where all is ephemeral. */
interface Setting {
  types: readonly string[];
  argument: string;
  ephemeral: boolean | number;
  /** What holds where the argument is not set. */
  unset: boolean | number;
}

const settings: readonly Setting[] = [
  { types: ['aws_lb'], argument: 'enable_deletion_protection', ephemeral: false, unset: false },
  { types: ['aws_rds_cluster', 'aws_db_instance'], argument: 'deletion_protection', ephemeral: false, unset: false },
  { types: ['aws_rds_cluster', 'aws_db_instance'], argument: 'skip_final_snapshot', ephemeral: true, unset: false },
  { types: ['aws_dynamodb_table'], argument: 'deletion_protection_enabled', ephemeral: false, unset: false },
  { types: ['aws_s3_bucket'], argument: 'force_destroy', ephemeral: true, unset: false },
  { types: ['aws_ecr_repository'], argument: 'force_delete', ephemeral: true, unset: false },
  { types: ['aws_secretsmanager_secret'], argument: 'recovery_window_in_days', ephemeral: 0, unset: 30 },
];

/** Every setting of a project's resources that is known, with whether it is the ephemeral one. */
function decided(project: Project): { resource: Resource; argument: string; value: Value; isEphemeral: boolean }[] {
  return settings.flatMap(({ types, argument, ephemeral, unset }) =>
    project.all(...types).flatMap((resource) => {
      const value = resource.has(argument) ? (resource.truth(argument) ?? resource.number(argument)) : unset;
      return value === undefined ? [] : [{ resource, argument, value, isEphemeral: value === ephemeral }];
    }),
  );
}

/** Whether what production needs is asked for; of a project that is not believed, whatever profile it names. */
function isProduction(project: Project): boolean {
  return !project.believed || answersOf(project).profile === 'production';
}

function bucketExample(profile: string, forceDestroy: boolean): string {
  return `resource "aws_s3_bucket" "logs" {
  bucket_prefix = "logs-"
  force_destroy = ${String(forceDestroy)}
}

#>> .create-secure-infra.json
{ "answers": { "profile": "${profile}" } }
`;
}

const production = defineRule({
  name: 'profile-production-protects',
  severity: 'warning',
  title: 'a project of profile production protects what it holds',
  why: 'One terraform destroy, or a change that replaces a resource, takes data along that nothing brings back.',
  remedy:
    'In terraform.tfvars set deletion_protection = true, force_destroy = false, db_skip_final_snapshot = false and secret_recovery_window_days to 7 or more. For a copy to throw away, generate one of profile ephemeral.',
  catalogue: ['S000-25'],
  scope: 'generated',
  stages: ['hcl'],
  source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html',
  example: { broken: bucketExample('production', true), sound: bucketExample('production', false) },
  check(project, { finding }) {
    if (!isProduction(project)) return;
    for (const { resource, argument, value, isEphemeral } of decided(project))
      if (isEphemeral) finding(resource, `has ${argument} = ${String(value)} in production`, argument);
  },
});

const ephemeral = defineRule({
  name: 'profile-ephemeral-destroyable',
  severity: 'warning',
  title: 'a project of profile ephemeral can be destroyed',
  why: 'terraform destroy stops half-way at what is protected or not empty, and names that stay taken keep the next copy from being made.',
  remedy:
    'In terraform.tfvars set deletion_protection = false, force_destroy = true, db_skip_final_snapshot = true and secret_recovery_window_days = 0.',
  catalogue: ['S000-25'],
  scope: 'generated',
  stages: ['hcl'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html',
  example: { broken: bucketExample('ephemeral', false), sound: bucketExample('ephemeral', true) },
  check(project, { finding }) {
    if (answersOf(project).profile !== 'ephemeral') return;
    for (const { resource, argument, value, isEphemeral } of decided(project))
      if (!isEphemeral) finding(resource, `has ${argument} = ${String(value)} in an ephemeral copy`, argument);
  },
});

/** What an ephemeral project keeps; one in production keeps it longer. */
const kept: readonly { types: readonly string[]; argument: string; days: number }[] = [
  { types: ['aws_cloudwatch_log_group'], argument: 'retention_in_days', days: 30 },
  { types: ['aws_rds_cluster', 'aws_db_instance'], argument: 'backup_retention_period', days: 7 },
];

function retentionExample(days: number): string {
  return `resource "aws_cloudwatch_log_group" "app" {
  name              = "/ecs/app"
  retention_in_days = ${days}
}

#>> .create-secure-infra.json
{ "answers": { "profile": "production" } }
`;
}

const retention = defineRule({
  name: 'profile-production-retention',
  severity: 'warning',
  title: 'a project of profile production keeps logs and backups longer than an ephemeral one',
  why: 'Faults and intrusions are often found after weeks, when the logs that explain them and the backups from before are gone.',
  remedy:
    'In terraform.tfvars raise log_retention_days (365 is the default of production) and db_backup_retention_days (35).',
  catalogue: ['S000-25'],
  scope: 'generated',
  stages: ['hcl'],
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-16',
  example: { broken: retentionExample(30), sound: retentionExample(365) },
  check(project, { finding }) {
    if (!isProduction(project)) return;
    for (const { types, argument, days } of kept) {
      for (const resource of project.all(...types)) {
        const value = resource.number(argument);
        // 0 keeps logs for ever.
        if (value !== undefined && value > 0 && value <= days)
          finding(resource, `has ${argument} = ${value}, as an ephemeral copy has`, argument);
      }
    }
  },
});

export default defineRules(production, ephemeral, retention);
