import type { Answers } from 'create-secure-infra';

import { stackRows, type EntryPattern, type KeptPattern } from '../../scripts/samples.mjs';

/** What AWS itself keeps of anybody's resources after a destroy; what it keeps of a stack is in golden/samples.json. */
const keptOfAll: readonly KeptPattern[] = [
  {
    entry: String.raw`^kms \S+ keys `,
    state: '^PendingDeletion',
    why: 'keys that wait for the end of `kms_deletion_window_days`',
  },
  {
    entry: String.raw`^ec2 \S+ (nat_gateways|vpc_end_points) `,
    state: '^deleted$',
    why: 'NAT gateways and endpoints that AWS shows as deleted for an hour',
  },
  {
    entry: String.raw`^ecs \S+ tasks `,
    state: '^STOPPED$',
    why: 'tasks that have stopped, which AWS shows for an hour',
  },
  {
    entry: String.raw`^ec2 \S+ reservations `,
    state: '^terminated$',
    why: 'instances that have terminated, which AWS shows for an hour',
  },
  {
    entry: String.raw`^rds \S+ db_parameter_groups default\.`,
    why: 'the default parameter group that RDS makes with the first instance',
  },
  {
    entry: String.raw`^kms \S+ keys `,
    state: '^Enabled, Default key$',
    why: 'the key that AWS has of its own for a service, and makes when somebody first looks for it',
  },
  {
    entry: String.raw`^s3 \S+ buckets \S+ keys \S+/terraform\.tfstate(\.tflock)?$`,
    why: 'the state, now empty, and the mark of its last lock, in a state bucket that was there before',
  },
];

/** Why AWS keeps this entry, or undefined where it should be gone. Whatever is in neither list is left over. */
export function whatAwsKeeps(entry: string, state: string, { stack, profile }: Answers): string | undefined {
  return [...keptOfAll, ...(stackRows[stack]?.kept ?? [])].find(
    (row) => matches(row, entry, state) && (row.profile ?? profile) === profile,
  )?.why;
}

export function matches(pattern: EntryPattern, entry: string, state: string): boolean {
  return new RegExp(pattern.entry).test(entry) && new RegExp(pattern.state ?? '').test(state);
}
