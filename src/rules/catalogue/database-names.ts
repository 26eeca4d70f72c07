import type { Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

const apiReference = 'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html';

/** Engines that are MySQL or PostgreSQL at heart; undefined for others and for what is not known. */
function familyOf(database: Resource): 'mysql' | 'postgres' | undefined {
  const engine = database.text('engine') ?? '';
  if (/^(aurora-)?mysql$|^mariadb$/.test(engine)) return 'mysql';
  return /^postgres$|^aurora-postgresql$/.test(engine) ? 'postgres' : undefined;
}

/** User names that the engines keep for themselves. */
const reservedUsers = {
  mysql: ['rdsadmin'],
  postgres: ['admin', 'rdsadmin', 'user', 'public'],
};

const longestUser = { mysql: 16, postgres: 63 };

const names = [
  ['aws_rds_cluster', 'master_username', 'database_name'],
  ['aws_db_instance', 'username', 'db_name'],
] as const;

export default defineRules(
  {
    name: 'database-user-name',
    severity: 'error',
    title: "a database's user has a name that its engine takes",
    why: 'AWS refuses it at the apply: "MasterUsername admin cannot be used as it is a reserved word used by the engine", or "The parameter MasterUsername is not a valid identifier".',
    remedy:
      'Use a letter and up to 15 letters, digits or underscores, such as dbadmin. PostgreSQL keeps admin for itself.',
    catalogue: ['facts §9'],
    stages: ['hcl', 'plan'],
    source: apiReference,
    example: {
      broken: `resource "aws_rds_cluster" "main" {
  engine                      = "aurora-postgresql"
  master_username             = "admin"
  manage_master_user_password = true
}
`,
      sound: `resource "aws_rds_cluster" "main" {
  engine                      = "aurora-postgresql"
  master_username             = "dbadmin"
  manage_master_user_password = true
}
`,
    },
    check(project, { finding }) {
      for (const [type, argument] of names) {
        for (const database of project.all(type)) {
          const name = database.text(argument);
          const family = familyOf(database);
          if (!name || !family) continue;
          const shown = `${argument} is ${JSON.stringify(name)}`;
          if (reservedUsers[family].includes(name.toLowerCase()))
            finding(database, `${shown}, which ${database.text('engine')} keeps for itself`, argument);
          else if (!/^[A-Za-z]\w*$/.test(name))
            finding(
              database,
              `${shown}; it begins with a letter and has only letters, digits and underscores`,
              argument,
            );
          else if (name.length > longestUser[family])
            finding(database, `${shown}, which is longer than ${longestUser[family]} characters`, argument);
        }
      }
    },
  },
  {
    name: 'database-name',
    severity: 'error',
    title: 'the database that is created with a cluster or instance has a name that its engine takes',
    why: 'AWS refuses it at the apply: "DBName must begin with a letter and contain only alphanumeric characters", or "DBName must be null for engine: sqlserver-ex".',
    remedy: 'Use a letter, then letters, digits and underscores: payments_api rather than payments-api.',
    catalogue: ['facts §9'],
    stages: ['hcl', 'plan'],
    source: apiReference,
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine         = "postgres"
  instance_class = "db.t4g.medium"
  db_name        = "payments-api"
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine         = "postgres"
  instance_class = "db.t4g.medium"
  db_name        = "payments_api"
}
`,
    },
    check(project, { finding }) {
      for (const [type, , argument] of names) {
        for (const database of project.all(type)) {
          const name = database.text(argument);
          const engine = database.text('engine');
          const family = familyOf(database);
          if (!name || engine === undefined) continue;
          const shown = `${argument} is ${JSON.stringify(name)}`;
          const most = family === 'postgres' ? 63 : 64;
          if (engine.startsWith('sqlserver-')) finding(database, `${shown}, and ${engine} takes none`, argument);
          // PostgreSQL takes an underscore first.
          else if (family && !(family === 'postgres' ? /^[A-Za-z_]\w*$/ : /^[A-Za-z]\w*$/).test(name))
            finding(
              database,
              `${shown}; it begins with a letter and has only letters, digits and underscores`,
              argument,
            );
          else if (family && name.length > most)
            finding(database, `${shown}, which is longer than ${most} characters`, argument);
        }
      }
    },
  },
);
