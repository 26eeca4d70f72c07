import type { Answers } from 'create-secure-infra';

interface Kept {
  /** Matches the name of an entry of the simulator's inventory. */
  entry: RegExp;
  /** Matches the state it is in. */
  state?: RegExp;
  /** In which projects; all, unless it says so. */
  profile?: Answers['profile'];
  why: string;
}

/** What AWS itself keeps after everything was destroyed. Whatever is not in this list is left over. */
const kept: Kept[] = [
  {
    entry: /^kms \S+ keys /,
    state: /^PendingDeletion/,
    why: 'keys that wait for the end of `kms_deletion_window_days`',
  },
  {
    entry: /^ec2 \S+ (nat_gateways|vpc_end_points) /,
    state: /^deleted$/,
    why: 'NAT gateways and endpoints that AWS shows as deleted for an hour',
  },
  {
    entry: /^ecs \S+ (clusters|services|task_definitions) /,
    state: /^INACTIVE$/,
    why: 'the cluster, service and task definition that AWS shows as inactive',
  },
  {
    entry: /^rds \S+ db_parameter_groups default\./,
    why: 'the default parameter group that RDS makes with the first instance',
  },
  {
    entry: /^s3 \S+ buckets \S+ keys \S+\/terraform\.tfstate(\.tflock)?$/,
    why: 'the state, now empty, and the mark of its last lock, in a state bucket that was there before',
  },
  {
    entry: /^secretsmanager \S+ secrets /,
    state: /^deleted$/,
    profile: 'production',
    why: 'the secret until the end of `secret_recovery_window_days`',
  },
  {
    entry: /^rds \S+ cluster_snapshots \S+-aurora-final$/,
    profile: 'production',
    why: 'the final snapshot of the database',
  },
  {
    entry: /^kms \S+ (keys|aliases) /,
    state: /^Enabled, .*database/,
    profile: 'production',
    why: 'the key of the database, which the final snapshot is encrypted with',
  },
];

/** Why AWS keeps this entry, or undefined where it should be gone. */
export function whatAwsKeeps(entry: string, state: string, answers: Answers): string | undefined {
  return kept.find(
    (row) =>
      row.entry.test(entry) &&
      (row.state?.test(state) ?? true) &&
      (row.profile === undefined || row.profile === answers.profile),
  )?.why;
}
