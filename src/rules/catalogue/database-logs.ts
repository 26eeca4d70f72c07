import { exportableLogsOf } from '../../aws/database-logs.js';
import { own } from '../../own.js';
import { engineOf, isCopy, isSet, soleTarget } from '../lib/databases.js';
import type { Project, Resource } from '../../terraform/project.js';
import { elements } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const argument = 'enabled_cloudwatch_logs_exports';

/** What a MySQL parameter group must say for a log to be written at all. */
const switches: Readonly<Record<string, string>> = { general: 'general_log', slowquery: 'slow_query_log' };

/** The names of the logs that a database publishes; undefined where some are not known. */
function exportsOf(database: Resource): string[] | undefined {
  const names = elements(database.get(argument));
  return names?.every((name) => typeof name === 'string') ? (names as string[]) : undefined;
}

function hasMysqlLogs(engine: string | undefined): boolean {
  return engine === 'mysql' || engine === 'mariadb' || engine === 'aurora-mysql';
}

const parameterGroups: Readonly<Record<string, readonly [argument: string, type: string]>> = {
  aws_db_instance: ['parameter_group_name', 'aws_db_parameter_group'],
  aws_rds_cluster: ['db_cluster_parameter_group_name', 'aws_rds_cluster_parameter_group'],
};

/** Whether a database's parameters have a setting on: undefined where they are not in the project, or not known. */
function isSwitchedOn(project: Project, database: Resource, parameter: string): boolean | undefined {
  const [name, type] = own(parameterGroups, database.type) ?? ['', ''];
  // Instances of a cluster may have it on in a group of their own, and a copy has its source's group.
  const isOpen = database.type === 'aws_rds_cluster' || isCopy(database);
  // The default group has it off, and cannot be changed.
  if (!isSet(database, name)) return isOpen ? undefined : false;
  const group = soleTarget(project, database, name, type);
  if (!group) return undefined;
  const parameters = group.blocks('parameter');
  const setting = parameters.find((one) => one.text('name') === parameter);
  if (setting) {
    const value = setting.get('value');
    return typeof value === 'object' ? undefined : ['1', 'on', 'true'].includes(String(value).toLowerCase());
  }
  return isOpen || parameters.some((one) => one.uncertain || one.text('name') === undefined) ? undefined : false;
}

export default defineRules(
  {
    name: 'database-log-exports',
    severity: 'warning',
    title: 'a database publishes its logs to CloudWatch Logs',
    why: "RDS keeps a database's logs for some days on the instance. After that, or with the instance gone, nobody can tell what happened.",
    remedy:
      'Set enabled_cloudwatch_logs_exports: ["postgresql"] for PostgreSQL, ["error", "slowquery"] for MySQL and MariaDB.',
    catalogue: ['S000-27'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine = "postgres"
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine                          = "postgres"
  enabled_cloudwatch_logs_exports = ["postgresql"]
}
`,
    },
    check(project, { finding, abstain }) {
      for (const database of project.all('aws_db_instance', 'aws_rds_cluster')) {
        // Serverless v1 publishes what its parameters switch on, whatever is set here.
        if (isCopy(database) || database.mayBe('engine_mode', 'serverless')) continue;
        const names = elements(database.get(argument));
        if (names?.length === 0) finding(database, 'publishes no logs', argument);
        else if (!names) abstain(database, 'which logs it publishes is not known');
      }
    },
  },
  {
    name: 'database-log-export-names',
    severity: 'error',
    title: 'the logs that a database publishes are logs of its engine',
    why: 'AWS refuses the database: "InvalidParameterCombination: You cannot use the log types \'slowquery\' with engine version aurora-postgresql …. For supported log types, see the documentation."',
    remedy:
      'Name logs of the engine: postgresql for PostgreSQL; error, slowquery, general and audit for MySQL and MariaDB.',
    catalogue: ['S000-27'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/hashicorp/terraform/issues/22538',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine                          = "postgres"
  enabled_cloudwatch_logs_exports = ["slowquery"]
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine                          = "postgres"
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
}
`,
    },
    check(project, { finding }) {
      for (const database of project.all('aws_db_instance', 'aws_rds_cluster', 'aws_docdb_cluster')) {
        const engine = database.type === 'aws_docdb_cluster' ? 'docdb' : engineOf(project, database);
        const known = engine === undefined ? undefined : exportableLogsOf(engine);
        if (!known) continue;
        const wrong = (elements(database.get(argument)) ?? []).filter(
          (name) => typeof name === 'string' && !known.includes(name),
        );
        if (wrong.length > 0) finding(database, `publishes ${wrong.join(', ')}, which ${engine} has not`, argument);
      }
    },
  },
  {
    name: 'mysql-logs-switched-on',
    severity: 'warning',
    title: 'the parameters of a MySQL database switch on the logs that it publishes',
    why: 'MySQL writes no general and no slow query log unless general_log or slow_query_log is 1, which it is not in a default parameter group: the log group stays empty.',
    remedy:
      'Set slow_query_log = 1 in a parameter group of the database, or do not publish the log. The general log has the text of every statement; leave it off unless that is wanted.',
    catalogue: ['S000-27'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQL.Generallog.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine                          = "mysql"
  enabled_cloudwatch_logs_exports = ["error", "slowquery"]
}
`,
      sound: `resource "aws_db_parameter_group" "main" {
  family = "mysql8.4"

  parameter {
    name  = "slow_query_log"
    value = "1"
  }
}

resource "aws_db_instance" "main" {
  engine                          = "mysql"
  parameter_group_name            = aws_db_parameter_group.main.name
  enabled_cloudwatch_logs_exports = ["error", "slowquery"]
}
`,
    },
    check(project, { finding, abstain }) {
      for (const database of project.all('aws_db_instance', 'aws_rds_cluster')) {
        if (!hasMysqlLogs(engineOf(project, database))) continue;
        for (const log of exportsOf(database) ?? []) {
          const parameter = own(switches, log);
          if (parameter === undefined) continue;
          const on = isSwitchedOn(project, database, parameter);
          if (on === false) finding(database, `publishes its ${log} log, and ${parameter} is off`, argument);
          else if (on === undefined) abstain(database, `whether ${parameter} is on is not known`);
        }
      }
    },
  },
);
