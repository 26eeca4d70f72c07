import { own } from '../../own.js';
import { isCopy, isSet } from '../lib/databases.js';
import { isLeftToCaller, leftToCaller } from '../lib/evaluation.js';
import type { Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

/** Types that make a final snapshot unless they are told not to. */
const snapshotTypes = [
  'aws_db_instance',
  'aws_rds_cluster',
  'aws_docdb_cluster',
  'aws_neptune_cluster',
  'aws_redshift_cluster',
];

/** The arguments of the daily and of the weekly window, by resource type. */
const windowArguments: Readonly<Record<string, readonly [daily: string, weekly: string]>> = {
  aws_db_instance: ['backup_window', 'maintenance_window'],
  aws_rds_cluster: ['preferred_backup_window', 'preferred_maintenance_window'],
  aws_docdb_cluster: ['preferred_backup_window', 'preferred_maintenance_window'],
  aws_neptune_cluster: ['preferred_backup_window', 'preferred_maintenance_window'],
};

const minutesOfDay = 24 * 60;
const minutesOfWeek = 7 * minutesOfDay;
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** From a minute of the week on, so many minutes. */
interface Span {
  start: number;
  length: number;
}

function parseSpan(text: string | undefined, pattern: RegExp, circle: number): Span | undefined {
  const parts = pattern.exec(text?.toLowerCase().trim() ?? '')?.groups;
  if (!parts) return undefined;
  const minute = (day: string | undefined, hour: string | undefined, minutes: string | undefined) =>
    (day === undefined ? 0 : days.indexOf(day) * minutesOfDay) + Number(hour) * 60 + Number(minutes);
  const start = minute(parts.fromDay, parts.fromHour, parts.fromMinute);
  const end = minute(parts.toDay, parts.toHour, parts.toMinute);
  return { start, length: (end - start + circle) % circle };
}

const dailyPattern = /^(?<fromHour>\d\d):(?<fromMinute>\d\d)-(?<toHour>\d\d):(?<toMinute>\d\d)$/;
const day = days.join('|');
const weeklyPattern = new RegExp(
  `^(?<fromDay>${day}):(?<fromHour>\\d\\d):(?<fromMinute>\\d\\d)-(?<toDay>${day}):(?<toHour>\\d\\d):(?<toMinute>\\d\\d)$`,
);

/** Whether the daily window meets the weekly one on any day; undefined where one of them is not known. */
function windowsOverlap(daily: string | undefined, weekly: string | undefined): boolean | undefined {
  const backup = parseSpan(daily, dailyPattern, minutesOfDay);
  const maintenance = parseSpan(weekly, weeklyPattern, minutesOfWeek);
  if (!backup || !maintenance) return undefined;
  return days.some((_, at) => meet({ ...backup, start: backup.start + at * minutesOfDay }, maintenance));
}

/** Whether two spans of the week, which goes round, share a minute. */
function meet(a: Span, b: Span): boolean {
  const behind = (from: number, to: number) => (to - from + minutesOfWeek) % minutesOfWeek;
  return behind(a.start, b.start) < a.length || behind(b.start, a.start) < b.length;
}

/** How many days backups are kept; undefined where that is not known. */
function retention(database: Resource): number | undefined {
  if (database.has('backup_retention_period')) return database.number('backup_retention_period');
  // The provider sends 0 for an instance, and AWS takes 1 for a cluster.
  return database.type === 'aws_db_instance' ? 0 : 1;
}

export default defineRules(
  {
    name: 'database-backups',
    severity: 'warning',
    title: 'a database keeps automatic backups',
    why: 'Without them there is no restoring to a point in time, and no read replica can be made. The provider sets backup_retention_period of an aws_db_instance to 0 where it is not given.',
    remedy: 'Set backup_retention_period to 7 or more (35 at most).',
    catalogue: ['S001-15'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/db_instance.html.markdown',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine = "postgres"
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine                  = "postgres"
  backup_retention_period = 7
}
`,
    },
    check(project, { finding, abstain }) {
      for (const database of project.all('aws_db_instance', 'aws_rds_cluster')) {
        if (isCopy(database)) continue;
        const kept = retention(database);
        if (kept === undefined) abstain(database, 'backup_retention_period is not known');
        else if (kept === 0) finding(database, 'keeps no automatic backups', 'backup_retention_period');
      }
    },
  },
  {
    name: 'database-windows-apart',
    severity: 'error',
    title: 'the backup window and the maintenance window of a database do not overlap',
    why: 'AWS refuses the database: "The backup window and maintenance window must not overlap." The backup window is one of every day.',
    remedy: 'Move one of the two windows.',
    catalogue: ['S001-15'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine             = "postgres"
  backup_window      = "03:00-05:00"
  maintenance_window = "sun:04:30-sun:05:30"
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine             = "postgres"
  backup_window      = "03:00-04:00"
  maintenance_window = "sun:04:30-sun:05:30"
}
`,
    },
    check(project, { finding }) {
      for (const database of project.all(...Object.keys(windowArguments))) {
        const [daily, weekly] = own(windowArguments, database.type) ?? ['', ''];
        const [backup, maintenance] = [database.text(daily), database.text(weekly)];
        if (windowsOverlap(backup, maintenance))
          finding(database, `has its backup window ${backup} within the maintenance window ${maintenance}`, daily);
      }
    },
  },
  {
    name: 'database-final-snapshot',
    severity: 'warning',
    title: 'a database that makes a final snapshot has a name for it',
    why: 'The apply succeeds, and whatever deletes the database later fails, a destroy as well as a replacement: "final_snapshot_identifier is required when skip_final_snapshot is false". Nothing before it looks.',
    remedy: 'Set final_snapshot_identifier to a name that stays the same, or skip_final_snapshot to true.',
    catalogue: ['S001-15'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/db_instance.html.markdown',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine = "postgres"
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine                    = "postgres"
  final_snapshot_identifier = "main-final"
}
`,
    },
    check(project, { finding, abstain }) {
      for (const database of project.all(...snapshotTypes)) {
        const skips = database.has('skip_final_snapshot') ? database.truth('skip_final_snapshot') : false;
        if (skips !== false || isSet(database, 'final_snapshot_identifier')) continue;
        if (isLeftToCaller(project, database, 'final_snapshot_identifier')) abstain(database, leftToCaller);
        else finding(database, 'makes a final snapshot that has no name', 'skip_final_snapshot');
      }
    },
  },
);
