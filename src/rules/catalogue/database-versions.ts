import {
  isShortLivedMinor,
  majorVersionOf,
  supportedUntil,
  versionedEngines,
  versionStatus,
} from '../../aws/engine-versions.js';
import { clusterOf, engineOf, ignoresChangesOf, isCopy, isSet, soleTarget } from '../lib/databases.js';
import type { Project, Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

/** A database whose engine and major version are known. */
interface Versioned {
  database: Resource;
  engine: string;
  version: string;
  major: string;
}

function versioned(project: Project): Versioned[] {
  return project.all('aws_db_instance', 'aws_rds_cluster').flatMap((database) => {
    const engine = engineOf(project, database);
    // The provider takes an empty text for none.
    const version = database.text('engine_version') || undefined;
    const major = engine === undefined || version === undefined ? undefined : majorVersionOf(engine, version);
    return engine === undefined || version === undefined || major === undefined
      ? []
      : [{ database, engine, version, major }];
  });
}

/** The parameter group that each type of database names, and in which argument. */
const parameterGroups: readonly (readonly [type: string, argument: string, group: string])[] = [
  ['aws_db_instance', 'parameter_group_name', 'aws_db_parameter_group'],
  ['aws_rds_cluster', 'db_cluster_parameter_group_name', 'aws_rds_cluster_parameter_group'],
  ['aws_rds_cluster', 'db_instance_parameter_group_name', 'aws_db_parameter_group'],
  ['aws_rds_cluster_instance', 'db_parameter_group_name', 'aws_db_parameter_group'],
];

/** The version of a database: its own, or that of its cluster. */
function versionOf(project: Project, database: Resource): string | undefined {
  if (isSet(database, 'engine_version')) return database.text('engine_version');
  return database.type === 'aws_rds_cluster_instance'
    ? clusterOf(project, database)?.text('engine_version')
    : undefined;
}

/** The family that a database's parameter group must be of: `aurora-mysql8.0`, or the engine's part of it alone. */
function familyOf(project: Project, database: Resource): { engine: string; family?: string } | undefined {
  const engine = engineOf(project, database);
  if (engine === undefined || !versionedEngines.includes(engine)) return undefined;
  const version = versionOf(project, database);
  const major = version === undefined ? undefined : majorVersionOf(engine, version);
  return { engine, ...(major === undefined ? {} : { family: engine + major }) };
}

export default defineRules(
  {
    name: 'database-version-offered',
    severity: 'error',
    title: 'RDS still creates databases of the engine version',
    why: 'RDS answers "InvalidParameterCombination: Cannot find version 9.6 for postgres": it has retired the major version, or never had it.',
    remedy: 'Name a major version under standard support, such as 17 for PostgreSQL or 8.4 for MySQL.',
    catalogue: ['S001-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine         = "postgres"
  engine_version = "9.6"
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine         = "postgres"
  engine_version = "17"
}
`,
    },
    check(project, { finding }) {
      for (const { database, engine, version, major } of versioned(project)) {
        const status = versionStatus(engine, major);
        if (status === 'retired') finding(database, `is ${engine} ${version}, which is retired`, 'engine_version');
        if (status === 'unheard-of')
          finding(database, `is ${engine} ${version}, which RDS does not have`, 'engine_version');
      }
      for (const cluster of project.all('aws_rds_cluster', 'aws_rds_cluster_instance'))
        if (cluster.get('engine') === 'aurora')
          finding(cluster, 'is of engine aurora (Aurora MySQL 1), which is retired', 'engine');
    },
  },
  {
    name: 'database-version-supported',
    severity: 'warning',
    title: 'the major version of a database is under standard support',
    why: 'After its standard support AWS bills RDS Extended Support for every vCPU and hour, or upgrades the database on a day of its own choice. RDS for MySQL 8.0 ended on 31 July 2026, PostgreSQL 13 on 28 February 2026.',
    remedy: 'Upgrade the major version (MySQL 8.4, PostgreSQL 17), with a parameter group of the new family.',
    catalogue: ['S001-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine         = "mysql"
  engine_version = "8.0"
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine         = "mysql"
  engine_version = "8.4"
}
`,
    },
    check(project, { finding }) {
      for (const { database, engine, version, major } of versioned(project)) {
        if (versionStatus(engine, major) !== 'unsupported') continue;
        const end = supportedUntil(engine, major);
        finding(database, `is ${engine} ${version}, whose standard support ended on ${end}`, 'engine_version');
      }
    },
  },
  {
    name: 'database-version-not-pinned',
    severity: 'warning',
    title: 'an Aurora cluster names its major version and leaves the minor one to AWS',
    why: 'Aurora keeps a minor version for about 12 months. After that AWS upgrades the cluster, every plan wants the old version back, and a new cluster cannot be created: "Cannot find version 15.3 for aurora-postgresql".',
    remedy:
      'Name the major version alone (16 for Aurora PostgreSQL, 8.0 for Aurora MySQL 3), or a version with long-term support.',
    catalogue: ['S001-16'],
    stages: ['hcl', 'plan'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.VersionPolicy.Versioning.html',
    example: {
      broken: `resource "aws_rds_cluster" "main" {
  engine         = "aurora-postgresql"
  engine_version = "15.3"
}
`,
      sound: `resource "aws_rds_cluster" "main" {
  engine         = "aurora-postgresql"
  engine_version = "16"
}
`,
    },
    check(project, { finding }) {
      for (const { database, engine, version } of versioned(project)) {
        if (isCopy(database) || ignoresChangesOf(database, 'engine_version')) continue;
        if (isShortLivedMinor(engine, version))
          finding(database, `is pinned to the minor version ${version}`, 'engine_version');
      }
    },
  },
  {
    name: 'parameter-group-family',
    severity: 'error',
    title: "the family of a parameter group is that of the database's engine and major version",
    why: 'AWS refuses the database: "InvalidParameterCombination: The Parameter Group … with DBParameterGroupFamily aurora-postgresql12 cannot be used for this instance. Please use a Parameter Group with DBParameterGroupFamily aurora-postgresql15".',
    remedy: 'Set family to the engine with its major version, such as postgres17, mysql8.4 or aurora-postgresql17.',
    catalogue: ['S001-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/parameter-groups-overview.html',
    example: {
      broken: `resource "aws_db_parameter_group" "main" {
  family = "postgres16"
}

resource "aws_db_instance" "main" {
  engine               = "postgres"
  engine_version       = "17"
  parameter_group_name = aws_db_parameter_group.main.name
}
`,
      sound: `resource "aws_db_parameter_group" "main" {
  family = "postgres17"
}

resource "aws_db_instance" "main" {
  engine               = "postgres"
  engine_version       = "17"
  parameter_group_name = aws_db_parameter_group.main.name
}
`,
    },
    check(project, { finding, abstain }) {
      for (const [type, argument, groupType] of parameterGroups) {
        for (const database of project.all(type)) {
          const group = soleTarget(project, database, argument, groupType);
          const wanted = group && familyOf(project, database);
          if (!group || !wanted) continue;
          const given = group.text('family');
          if (given === undefined) {
            abstain(group, 'its family is not known');
            continue;
          }
          const [givenEngine] = /^[a-z-]+/.exec(given) ?? [];
          if (givenEngine !== wanted.engine)
            finding(database, `is of engine ${wanted.engine}, and its group of family ${given}`, argument);
          else if (wanted.family !== undefined && wanted.family !== given)
            finding(database, `wants a group of family ${wanted.family}, and gets one of ${given}`, argument);
        }
      }
    },
  },
  {
    name: 'cluster-instance-engine',
    severity: 'error',
    title: 'the instances of a cluster are of its engine',
    why: 'AWS refuses the instance: "The engine name requested for your DB instance (aurora-mysql) doesn\'t match the engine name of your DB cluster (aurora-postgresql)."',
    remedy: "Set the instance's engine to aws_rds_cluster.<name>.engine.",
    catalogue: ['S001-16'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html',
    example: {
      broken: `resource "aws_rds_cluster" "main" {
  engine = "aurora-postgresql"
}

resource "aws_rds_cluster_instance" "main" {
  cluster_identifier = aws_rds_cluster.main.id
  engine             = "aurora-mysql"
}
`,
      sound: `resource "aws_rds_cluster" "main" {
  engine = "aurora-postgresql"
}

resource "aws_rds_cluster_instance" "main" {
  cluster_identifier = aws_rds_cluster.main.id
  engine             = aws_rds_cluster.main.engine
}
`,
    },
    check(project, { finding }) {
      for (const instance of project.all('aws_rds_cluster_instance')) {
        const cluster = clusterOf(project, instance);
        const [own, wanted] = [instance.text('engine'), cluster?.text('engine')];
        if (own !== undefined && wanted !== undefined && own !== wanted)
          finding(instance, `is of engine ${own}, and its cluster of ${wanted}`, 'engine');
      }
    },
  },
);
