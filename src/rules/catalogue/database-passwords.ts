import { isLeftToCaller, leftToCaller } from '../lib/evaluation.js';
import { isPublicName, isReadFromLeftAlone, isStandIn } from '../lib/stand-ins.js';
import { ignoresChangesOf, isCopy, isSet, mayBeSecondary } from '../lib/databases.js';
import type { Block, Resource } from '../../terraform/project.js';
import { decodeJson, elements, isMap, Text, Unknown, type Value } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

/** How a type of database is told its password. */
interface PasswordArguments {
  /** Kept in the state. */
  plain: string;
  writeOnly?: string;
  /** AWS makes, stores and rotates it. */
  managed?: string;
}

const databasePasswords: Readonly<Record<string, PasswordArguments>> = {
  aws_db_instance: { plain: 'password', writeOnly: 'password_wo', managed: 'manage_master_user_password' },
  aws_rds_cluster: {
    plain: 'master_password',
    writeOnly: 'master_password_wo',
    managed: 'manage_master_user_password',
  },
  aws_docdb_cluster: {
    plain: 'master_password',
    writeOnly: 'master_password_wo',
    managed: 'manage_master_user_password',
  },
  aws_redshift_cluster: {
    plain: 'master_password',
    writeOnly: 'master_password_wo',
    managed: 'manage_master_password',
  },
  aws_redshiftserverless_namespace: {
    plain: 'admin_user_password',
    writeOnly: 'admin_user_password_wo',
    managed: 'manage_admin_password',
  },
};

/** Every argument that holds a password or token of a database or of one of its users. */
const secretArguments: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    Object.entries(databasePasswords).map(([type, { plain, writeOnly }]) => [
      type,
      writeOnly === undefined ? [plain] : [plain, writeOnly],
    ]),
  ),
  aws_docdbelastic_cluster: ['admin_user_password'],
  aws_elasticache_replication_group: ['auth_token'],
  aws_elasticache_user: ['passwords', 'authentication_mode.passwords'],
  aws_memorydb_user: ['authentication_mode.passwords'],
  aws_opensearch_domain: ['advanced_security_options.master_user_options.master_user_password'],
  aws_mq_broker: ['user.password'],
  aws_dms_endpoint: [
    'password',
    'mongodb_settings.password',
    'kafka_settings.sasl_password',
    'redis_settings.auth_password',
  ],
};

/** Blocks and the argument in each that a dotted path leads to. */
function holders(resource: Resource, path: string): [Block, string][] {
  const names = path.split('.');
  const last = names.pop() ?? path;
  return (names.length === 0 ? [resource] : resource.blocks(names.join('.'))).map((block) => [block, last]);
}

/** Whether an argument is a text that is written out, or a list with one. */
function isWrittenOut(block: Block, argument: string): boolean {
  return (elements(block.get(argument)) ?? []).some(
    (item) => typeof item === 'string' && item !== '' && !isReadFromLeftAlone(block, argument, item),
  );
}

const secretKey = /pass(?:word|wd|phrase)?$|secret$|token$|(?:api|private|secret)_?-?key$/i;

function isSecretKey(key: string): boolean {
  return secretKey.test(key) && !isPublicName(key);
}

/** What of a secret's value is written out: the whole of it, or values whose keys say that they are secret. */
function secretsWrittenOut(value: Value | undefined, isSecret: (text: string) => boolean): string | undefined {
  const decoded = decodeJson(value);
  if (isMap(decoded as Value)) {
    const keys = [...(decoded as ReadonlyMap<string, Value>)]
      .filter(([key, item]) => isSecretKey(key) && typeof item === 'string' && item !== '' && isSecret(item))
      .map(([key]) => key);
    return keys.length > 0 ? `has the value of ${keys.join(', ')} written out` : undefined;
  }
  return typeof value === 'string' && value !== '' && decoded instanceof Error && isSecret(value)
    ? 'has its value written out'
    : undefined;
}

/** Whether a database needs a password of its own: one that is made of another has that one's. */
function needsPassword(database: Resource): boolean {
  const isNamespace = database.type === 'aws_redshiftserverless_namespace';
  // With "iam-db-auth" the master user logs in with a token of IAM.
  if (isSet(database, 'master_user_authentication_type')) return false;
  return !isNamespace && !isCopy(database) && !mayBeSecondary(database);
}

export default defineRules(
  {
    name: 'database-password-not-in-code',
    severity: 'error',
    title: 'no password or token of a database is written in the project',
    why: 'Whoever can read the repository, its history or the state can log in to the database. A default value or a line in a .tfvars file is written out, too.',
    remedy:
      'Set manage_master_user_password to true: RDS makes, stores and rotates the password. Otherwise use a write-only argument with an ephemeral value.',
    catalogue: ['S003-05b', 'facts §8'],
    // A plan and a state have every password in clear, wherever it is from.
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  engine   = "postgres"
  username = "app"
  password = "TempPassword123!"
}
`,
      sound: `resource "aws_db_instance" "main" {
  engine                      = "postgres"
  username                    = "app"
  manage_master_user_password = true
}
`,
    },
    check(project, { finding }) {
      for (const [type, paths] of Object.entries(secretArguments))
        for (const resource of project.all(type))
          for (const [block, argument] of paths.flatMap((path) => holders(resource, path)))
            if (isWrittenOut(block, argument) && !isReplacedLater(resource, block, argument))
              finding(block, `has its ${argument} written out`, argument);
    },
  },
  {
    name: 'database-password-in-state',
    severity: 'warning',
    title: 'the password of a database does not pass through the state',
    why: 'Everybody who may read the state or a saved plan reads the password: the arguments of a resource, random_password and data sources are kept there in clear.',
    remedy:
      'Set manage_master_user_password to true, or use the write-only argument (password_wo, master_password_wo) with an ephemeral value.',
    catalogue: ['S003-05b', 'facts §8'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/manage-sensitive-data',
    example: {
      broken: `resource "random_password" "main" {
  length = 32
}

resource "aws_db_instance" "main" {
  engine   = "postgres"
  username = "app"
  password = random_password.main.result
}
`,
      sound: `ephemeral "aws_secretsmanager_random_password" "main" {
  password_length = 32
}

resource "aws_db_instance" "main" {
  engine              = "postgres"
  username            = "app"
  password_wo         = ephemeral.aws_secretsmanager_random_password.main.random_password
  password_wo_version = 1
}
`,
    },
    check(project, { finding, abstain }) {
      for (const [type, { plain, managed }] of Object.entries(databasePasswords)) {
        for (const database of project.all(type)) {
          const value = database.get(plain);
          if (value === undefined || isWrittenOut(database, plain) || (managed && isSet(database, managed))) continue;
          // What only the plan knows may be null; a reference to something certain is not.
          const isReference =
            typeof value === 'string' ||
            value instanceof Text ||
            (value instanceof Unknown && database.isSet(plain) === true);
          if ((isReference && value !== '') || database.refs(plain, 'random_password', 'random_string').length > 0)
            finding(database, `has its ${plain} in the state`, plain);
          else if (value !== '') abstain(database, `whether ${plain} is set is not known`);
        }
      }
    },
  },
  {
    name: 'database-password-one-source',
    severity: 'error',
    title: "a database's password has one source",
    why: 'With none AWS or the provider refuses the database: "The parameter MasterUserPassword must be provided and must not be blank." With two, validate does: "conflicts with manage_master_user_password".',
    remedy: 'Set manage_master_user_password to true, and no password beside it.',
    catalogue: ['S003-05b', 'facts §8'],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/db_instance.html.markdown',
    example: {
      broken: `variable "password" {
  type      = string
  sensitive = true
}

resource "aws_rds_cluster" "main" {
  engine                      = "aurora-postgresql"
  master_username             = "app"
  master_password             = var.password
  manage_master_user_password = true
}
`,
      sound: `resource "aws_rds_cluster" "main" {
  engine                      = "aurora-postgresql"
  master_username             = "app"
  manage_master_user_password = true
}
`,
    },
    check(project, { finding }) {
      for (const [type, { plain, writeOnly = '', managed = '' }] of Object.entries(databasePasswords)) {
        for (const database of project.all(type)) {
          const given = [plain, writeOnly].filter((name) => surelySet(database, name));
          if (database.truth(managed) === true) given.push(managed);
          if (given.length > 1) finding(database, `has ${given.join(' and ')}`, given[0]);
          const any = [plain, writeOnly, managed].some(
            (name) => isSet(database, name) && database.truth(name) !== false,
          );
          if (!any && needsPassword(database)) finding(database, `has neither ${managed} nor a password`);
        }
      }
    },
  },
  {
    name: 'secret-value-literal',
    severity: 'error',
    title: 'the value of a secret is not written in the project',
    why: 'Whoever can read the repository or its history has the secret, and the secret store protects nothing.',
    remedy:
      'Use secret_string_wo with an ephemeral value, let the service manage the secret, or put a placeholder there with ignore_changes = [secret_string] and set the value outside Terraform.',
    catalogue: ['S003-05b', 'facts §8'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html',
    example: {
      broken: `resource "aws_secretsmanager_secret_version" "app" {
  secret_id     = "app"
  secret_string = jsonencode({ username = "app", password = "TempPassword123!" })
}
`,
      sound: `ephemeral "aws_secretsmanager_random_password" "app" {
  password_length = 32
}

resource "aws_secretsmanager_secret_version" "app" {
  secret_id                = "app"
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.app.random_password
  secret_string_wo_version = 1
}
`,
    },
    check(project, { finding, abstain }) {
      for (const version of project.all('aws_secretsmanager_secret_version')) {
        for (const argument of ['secret_string', 'secret_string_wo']) {
          // What is left alone once it is there is a placeholder.
          if (ignoresChangesOf(version, argument)) continue;
          const isSecret = (text: string) => !isStandIn(text) && !isReadFromLeftAlone(version, argument, text);
          // A text that is taken from another resource is no secret of this file.
          const isForeign = typeof version.get(argument) === 'string' && version.refs(argument).length > 0;
          const what = isForeign ? undefined : secretsWrittenOut(version.get(argument), isSecret);
          if (what !== undefined && isLeftToCaller(project, version, argument)) abstain(version, leftToCaller);
          else if (what !== undefined) finding(version, what, argument);
        }
      }
    },
  },
);

/** Whether an argument has a value for certain, and not only under a condition that is not known. */
function surelySet(database: Resource, name: string): boolean {
  return isSet(database, name) && database.isSet(name) === true;
}

/** Whether a password stands where somebody puts another by hand, which Terraform then leaves alone. */
function isReplacedLater(resource: Resource, block: Block, argument: string): boolean {
  const value = block.get(argument);
  const isOwn = block === resource && ignoresChangesOf(resource, argument);
  return isOwn && typeof value === 'string' && isStandIn(value);
}
