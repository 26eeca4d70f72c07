import { exportableLogsOf } from '../../aws/database-logs.js';
import { own } from '../../own.js';
import { engineOf, isCopy, isSet, soleTarget } from '../lib/databases.js';
import type { Project, Resource } from '../../terraform/project.js';
import { madeBefore } from '../lib/ordering.js';
import { elements, identity, joinText, show, type Value } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const argument = 'enabled_cloudwatch_logs_exports';

/** What a MySQL parameter group must say for a log to be written at all. */
const switches: Readonly<Record<string, string>> = { general: 'general_log', slowquery: 'slow_query_log' };

/** The parameters any of which switches a log on: MariaDB has a second name for one. */
function switchesOf(engine: string | undefined, log: string): [string, ...string[]] | undefined {
  const name = own(switches, log);
  if (name === undefined) return undefined;
  return engine === 'mariadb' && log === 'slowquery' ? [name, 'log_slow_query'] : [name];
}

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

/** The default value of a parameter. */
const byDefault = Symbol('default');

/** What a parameter of a database is set to: undefined where its group is not in the project, or not known. */
function settingOf(project: Project, database: Resource, parameter: string): Value | typeof byDefault | undefined {
  const [name, type] = own(parameterGroups, database.type) ?? ['', ''];
  // Instances of a cluster may have it in a group of their own, and a copy has its source's group.
  const isOpen = database.type === 'aws_rds_cluster' || isCopy(database);
  // A default group cannot be changed.
  if (!isSet(database, name)) return isOpen ? undefined : byDefault;
  const group = soleTarget(project, database, name, type);
  if (!group) return undefined;
  const parameters = group.blocks('parameter');
  const setting = parameters.find((one) => one.text('name') === parameter);
  if (setting) return setting.get('value');
  return isOpen || parameters.some((one) => one.uncertain || one.text('name') === undefined) ? undefined : byDefault;
}

/** Whether a database's parameters have one of these on: undefined where that is not known. */
function isSwitchedOn(project: Project, database: Resource, parameters: readonly string[]): boolean | undefined {
  const answers = parameters.map((parameter) => {
    const value = settingOf(project, database, parameter);
    if (value === byDefault) return false;
    return value === undefined || typeof value === 'object' ? undefined : isOn(value);
  });
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function isOn(value: string | number | boolean): boolean {
  return ['1', 'on', 'true'].includes(String(value).toLowerCase());
}

/** The beginning of the names of the log groups that RDS writes a database's logs to. */
function logGroupsOf(database: Resource): Value {
  const [kind, name] =
    database.type === 'aws_rds_cluster' ? ['cluster', 'cluster_identifier'] : ['instance', 'identifier'];
  return joinText([`/aws/rds/${kind}/`, database.computed(name!), '/']);
}

const logGroups = (
  lines: string,
  name = '/aws/rds/instance/main/postgresql',
) => `resource "aws_cloudwatch_log_group" "main" {
  name              = "${name}"
  retention_in_days = 30
}

resource "aws_db_instance" "main" {
  identifier                      = "main"
  engine                          = "postgres"
  enabled_cloudwatch_logs_exports = ["postgresql"]
${lines}}
`;

const parameter = (name: string, value: string) => `
  parameter {
    name  = "${name}"
    value = "${value}"
  }
`;

const mysql = (parameters: string) => `resource "aws_db_parameter_group" "main" {
  family = "mysql8.4"
${parameters}}

resource "aws_db_instance" "main" {
  engine                          = "mysql"
  parameter_group_name            = aws_db_parameter_group.main.name
  enabled_cloudwatch_logs_exports = ["error", "slowquery"]
}
`;

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
      sound: mysql(parameter('log_output', 'FILE') + parameter('slow_query_log', '1')),
    },
    check(project, { finding, abstain }) {
      for (const database of project.all('aws_db_instance', 'aws_rds_cluster')) {
        const engine = engineOf(project, database);
        if (!hasMysqlLogs(engine)) continue;
        for (const log of exportsOf(database) ?? []) {
          const parameters = switchesOf(engine, log);
          if (!parameters) continue;
          const on = isSwitchedOn(project, database, parameters);
          if (on === false) finding(database, `publishes its ${log} log, and ${parameters[0]} is off`, argument);
          else if (on === undefined) abstain(database, `whether ${parameters[0]} is on is not known`);
        }
      }
    },
  },
  {
    name: 'mysql-logs-to-files',
    severity: 'warning',
    title: 'a MySQL instance writes the logs that it publishes to files',
    why: "RDS exports what is in files. By RDS's own default the general and the slow query log go to tables in the database, which grow there: the log group stays empty.",
    remedy: 'Set log_output = FILE in a parameter group of the database.',
    catalogue: ['S000-27'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQLDB.PublishtoCloudWatchLogs.html',
    example: {
      broken: mysql(parameter('slow_query_log', '1')),
      sound: mysql(parameter('log_output', 'FILE') + parameter('slow_query_log', '1')),
    },
    check(project, { finding, abstain }) {
      // Aurora writes to files by itself.
      for (const database of project.all('aws_db_instance')) {
        const engine = engineOf(project, database);
        if (!hasMysqlLogs(engine)) continue;
        const published = (exportsOf(database) ?? []).filter((log) => {
          const parameters = switchesOf(engine, log);
          // Of one that is off another rule tells.
          return parameters && isSwitchedOn(project, database, parameters) === true;
        });
        if (published.length === 0) continue;
        const output = settingOf(project, database, 'log_output');
        const isText = typeof output === 'string';
        if (output === byDefault || (isText && !/\bFILE\b/i.test(output)))
          finding(
            database,
            `publishes its ${published.join(' and ')} log, and log_output is ${isText ? output : 'TABLE by default'}`,
            argument,
          );
        else if (!isText) abstain(database, 'what log_output is set to is not known');
      }
    },
  },
  {
    name: 'database-after-log-groups',
    severity: 'warning',
    title: 'a database is created after the log groups that it writes to',
    why: 'RDS makes the groups that are not there when it has something to write, unencrypted and kept for ever, and Terraform then gets "ResourceAlreadyExistsException: The specified log group already exists". Destroyed before the database, they are made again and left behind.',
    remedy:
      "Name the log groups in depends_on of the database, and write the database's identifier into their names without a reference to the database.",
    catalogue: ['S000-27', 'S001-23'],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/5348',
    example: {
      broken: logGroups('', '/aws/rds/instance/${aws_db_instance.main.identifier}/postgresql'),
      sound: logGroups('\n  depends_on = [aws_cloudwatch_log_group.main]\n'),
    },
    check(project, { finding, abstain }) {
      const groups = project
        .all('aws_cloudwatch_log_group')
        .map((group) => ({ group, name: show(group.computed('name')) }));
      for (const database of project.all('aws_db_instance', 'aws_rds_cluster')) {
        const start = logGroupsOf(database);
        if (!database.has(argument) || identity(start) === undefined) continue;
        const published = exportsOf(database);
        const prefix = show(start);
        const [late] = groups
          .filter(({ name }) => name.startsWith(prefix) && (published?.includes(name.slice(prefix.length)) ?? true))
          .map(({ group }) => group)
          .filter(({ configAddress }) => !madeBefore(project, database).has(configAddress));
        if (!late) continue;
        const isAfter = madeBefore(project, late).has(database.configAddress);
        const when = isAfter ? 'before' : 'beside';
        if (published) finding(database, `is created ${when} ${late.configAddress}, which it writes to`, argument);
        else abstain(database, `whether it writes to ${late.configAddress} is not known`);
      }
    },
  },
);
