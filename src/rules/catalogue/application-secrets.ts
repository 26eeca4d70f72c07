import {
  applications,
  isNamedForAdministration,
  namesIn,
  valuesReadFromSecrets,
  type Application,
  type ReadValue,
} from '../lib/applications.js';
import { secretResource, type FetchedSecret, type StoredSecret } from '../lib/secrets.js';
import {
  isIn,
  masterSecretOf,
  masterUsers,
  partsOf,
  possibleMasterSecretOf,
  secretsByName,
  type MasterPassword,
  type MasterSecret,
} from '../lib/master-users.js';
import { roleMay, type Answer } from '../lib/permissions.js';
import { mayHaveMorePolicies } from '../lib/presence.js';
import { mayReadSecret } from '../lib/secret-readers.js';
import type { Project, Resource } from '../../terraform/project.js';
import { decodeJson, elements, identity, isMap, show, Unknown, type Value } from '../../terraform/value.js';
import { defineRules } from '../rule.js';
import { addTo } from '../../terraform/groups.js';
import { oncePer } from '../../terraform/once-per.js';
import { withoutKeys } from '../../terraform/addresses.js';

const database = `resource "aws_db_instance" "main" {
  identifier                  = "main"
  engine                      = "postgres"
  username                    = "owner"
  manage_master_user_password = true
}
`;

const service = (secret: string, taskRole = '') => `
resource "aws_ecs_task_definition" "app" {
  family = "app"${taskRole}

  container_definitions = jsonencode([
    {
      name  = "app"
      image = "public.ecr.aws/nginx/nginx:1.29"
      secrets = [
        {
          name      = "DB_PASSWORD"
          valueFrom = "\${${secret}}:password::"
        },
      ]
    },
  ])
}

resource "aws_ecs_service" "app" {
  name            = "app"
  task_definition = aws_ecs_task_definition.app.arn
  desired_count   = 2
}
`;

const masterSecret = 'aws_db_instance.main.master_user_secret[0].secret_arn';

const taskRole = `
resource "aws_iam_role" "task" {
  name = "app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "task" {
  name = "read-secret-again"
  role = aws_iam_role.task.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = ${masterSecret}
      },
    ]
  })
}
`;

export default defineRules(
  {
    name: 'application-not-database-master',
    severity: 'warning',
    title: "an application does not have the password of the database's master user",
    why: 'Whoever takes over the application owns the database: the master user reads every table, drops them, and makes users that stay. AWS: "We strongly recommend that you do not use the master user directly in your applications."',
    remedy:
      "Make a user for the application in the database, with the privileges it needs: one that logs in with a token (rds-db:connect; in PostgreSQL a role with rds_iam), or one with a secret of its own. Leave the master user's secret to migrations and to people, with roles of their own.",
    catalogue: ['S003-05b', 'facts §8'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html',
    example: {
      broken: `${database}${service(masterSecret)}`,
      sound: `${database}
resource "aws_secretsmanager_secret" "app" {
  name = "app/database"
}
${service('aws_secretsmanager_secret.app.arn')}`,
    },
    check(project, { finding, abstain }) {
      for (const application of applications(project)) {
        const { at, role, roleArgument, valuesArgument } = application;
        const { given, unsure } = mastersGivenTo(project, application);
        const readable = [...masterUsers(project).secrets, ...given.flatMap(({ secret }) => secret ?? [])].map(
          (secret) => ({ secret, answer: role ? mayReadSecret(project, role, secret) : undefined }),
        );
        const read = readable.filter(({ answer }) => answer === 'allowed').map(({ secret }) => secret);
        const databases = distinct([...given, ...read].map((one) => one.database));
        if (databases.length > 0 && isNamedForAdministration(at))
          abstain(at, 'its name says that it administers databases, which takes the master user');
        else if (databases.length > 0 && !application.called)
          abstain(at, 'nothing is seen that calls it, so it may be one of those that administer databases');
        else if (databases.length > 0) {
          const ways = [
            ...(given.length > 0 ? [`it is given ${distinct(given.map(({ title }) => title)).join(', ')}`] : []),
            ...(read.length > 0 && role ? [`${role.configAddress} may read the secret`] : []),
          ];
          finding(
            at,
            `has the password of the master user of ${databases.join(' and ')}: ${ways.join(', and ')}`,
            given.length > 0 ? valuesArgument : roleArgument,
          );
        } else if (unsure !== undefined) abstain(at, unsure);
        else if (!application.withoutRole) {
          const open = readable.find(({ secret, answer }) =>
            role
              ? answer === 'unknown'
              : application.values.some(({ value }) => secret.names.has(identity(value) ?? '')),
          );
          if (open) {
            const { database } = open.secret;
            abstain(at, `whether it may read the secret of the master user of ${database} is not known`);
          }
        }
      }
    },
  },
  {
    name: 'rotation-reaches-application',
    severity: 'warning',
    title: 'an application that is given a secret when it starts learns of its rotation',
    why: 'The value is read once: "If the secret is subsequently updated or rotated, the container will not receive the updated value automatically." From then on new connections fail with "password authentication failed", until tasks are replaced for another reason. RDS rotates the secret that it manages every 7 days, without a rotation in the project.',
    remedy:
      'Let the role of the application read the secret again when a login fails (secretsmanager:GetSecretValue, and kms:Decrypt with its key); or force a new deployment from an EventBridge rule on the rotation; or log in with IAM tokens, which need no secret.',
    catalogue: ['S003-04', 'S001-21', 'facts §7', 'facts §8'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html',
    example: {
      broken: `${database}${service(masterSecret)}`,
      sound: `${database}${taskRole}${service(masterSecret, '\n  task_role_arn = aws_iam_role.task.arn').replace('family = ', 'family        = ')}`,
    },
    check(project, { finding, abstain }) {
      const followed = isFollowed(project);
      if (followed === true) return;
      for (const application of applications(project)) {
        const { at, role, withoutRole, valuesArgument } = application;
        const rotating = rotatingSecretsOf(project, application).map((one) => ({
          ...one,
          answer: role ? mayReadAgain(project, role, one.secret) : withoutRole ? 'denied' : 'unknown',
        }));
        const stale = rotating.filter(({ answer }) => answer === 'denied');
        const certain = stale.filter(({ uncertain }) => !uncertain).map(({ title }) => title);
        const [unknown] = application.unknownSecrets.filter(({ key }) => rotates(key) !== false);
        if (certain.length > 0 && followed === false)
          finding(
            at,
            `is given ${distinct(certain).join(', ')} once, from a secret that rotates, and ${
              role ? `${role.configAddress} may not` : 'it has no role that may'
            } read the secret again`,
            valuesArgument,
          );
        else if (stale.length > 0)
          abstain(at, 'whether the secret rotates, or something follows its rotation, is not known');
        else if (rotating.some(({ answer }) => answer === 'unknown'))
          abstain(at, 'whether its role may read the secret again is not known');
        else if (unknown) abstain(at, `which secret ${unknown.title} is, and whether it rotates, is not known`);
      }
    },
  },
);

/** Whether a role may read a secret when a login fails. */
function mayReadAgain(project: Project, role: Resource, secret: StoredSecret): Answer {
  const answer = mayReadSecret(project, role, secret);
  return answer === 'denied' && mayHaveMorePolicies(project, role) ? 'unknown' : answer;
}

/** How an application comes by the password of a master user without asking for it. */
interface GivenPassword {
  title: string;
  database: string;
  secret?: MasterSecret;
}

function mastersGivenTo(
  project: Project,
  application: Application,
): { given: GivenPassword[]; unsure: string | undefined } {
  const fetched = application.secrets.flatMap((one) => {
    const secret = masterSecretOf(project, one);
    return secret ? [{ title: one.title, database: secret.database, secret }] : [];
  });
  const written = application.values.flatMap(({ title, value }) =>
    passwordsIn(project, value).map(({ database: address }) => ({ title, database: address })),
  );
  const values = valuesReadFromSecrets(project, application).map((one) => ({ ...one, masters: mastersReadBy(one) }));
  const read = values.flatMap(({ title, key, certain, masters }) => {
    const secret = certain ? masters.find(({ holds }) => holds(key) === true) : undefined;
    return secret ? [{ title, database: secret.database, secret }] : [];
  });
  const open = [
    ...application.secrets.filter((one) => possibleMasterSecretOf(project, one)),
    ...application.unknownSecrets.filter(({ key }) => rotates(key) !== false),
    ...values.filter(({ key, certain, masters }) =>
      certain ? masters.some(({ holds }) => holds(key) === undefined) : masters.length > 0,
    ),
  ].map(({ title }) => title);
  const isOfMaster = (resource: Resource) =>
    resource.truth('manage_master_user_password') === true ||
    secretsByName(project).has(identity(resource.computed('arn')) ?? '') ||
    passwordSymbols(project).owners.has(resource.address);
  const isOpen =
    !application.complete &&
    !values.some(({ certain }) => certain) &&
    (application.at.refs(application.valuesArgument).some(isOfMaster) ||
      namesIn(application).some((name) => passwordSymbols(project).names.has(name)));
  const [first] = open;
  const notKnown = isOpen ? `its ${application.valuesArgument} is not known` : undefined;
  return {
    given: [...fetched, ...written, ...read],
    unsure: first === undefined ? notKnown : `whether ${first} is the password of a master user is not known`,
  };

  /** The master users' secrets that a version is of. */
  function mastersReadBy({ version }: ReadValue): MasterSecret[] {
    const names = [version.get('secret_id'), version.computed('arn')].map((name) => identity(name) ?? '');
    return [...new Set(names.flatMap((name) => secretsByName(project).get(name) ?? []))];
  }
}

const passwordsByIdentity = oncePer((project) => {
  const byIdentity = new Map<string | undefined, MasterPassword[]>();
  for (const one of masterUsers(project).passwords) addTo(byIdentity, identity(one.password), one);
  return byIdentity;
});

/** The passwords of master users that are a value or in it. */
function passwordsIn(project: Project, value: Value): MasterPassword[] {
  const parts = new Set(partsOf(value));
  const candidates = [...parts].flatMap((part) => passwordsByIdentity(project).get(part) ?? []);
  return candidates.filter(({ password }) => isIn(password, value)).sort((a, b) => a.at - b.at);
}

/** What expressions call the passwords of master users that are not known, and the resources whose attributes they are. */
const passwordSymbols = oncePer((project) => {
  const { passwords } = masterUsers(project);
  const names = passwords.flatMap(({ password }) =>
    password instanceof Unknown && password.symbol !== undefined ? [withoutKeys(password.symbol)] : [],
  );
  const owners = passwords.flatMap(({ password }) => {
    const symbol = /^\$\{([^}]*)/.exec(identity(password) ?? '')?.[1] ?? '';
    return [...symbol.matchAll(/\./g)].map(({ index }) => symbol.slice(0, index));
  });
  return { names: new Set(names), owners: new Set(owners) };
});

/** Keys of a database's secret that say who and where, and stay. */
const staying =
  /^(user(_?name)?|host(_?name)?|port|address|endpoint|reader|engine|db(_?name)?|database(_?name)?|db\w*identifier|masterarn|schema|region)$/i;

/**
 * Whether a key of a secret changes when the secret rotates; undefined where that is not known. The rotation functions
 * that AWS has change `password`; which of several passwords one's own changes is written in none of Terraform's files.
 */
function rotates(key: string | undefined): boolean | undefined {
  if (key === undefined || key === 'password') return true;
  return staying.test(key) ? false : undefined;
}

/** Something that an application is given once, and that changes. */
interface RotatingValue {
  title: string;
  secret: StoredSecret;
  /** Whether the rotation is known to be there. */
  uncertain: boolean;
}

function rotatingSecretsOf(project: Project, application: Application): RotatingValue[] {
  const read = valuesReadFromSecrets(project, application).map(({ title, version, key, certain }) => ({
    secret: {
      title,
      service: 'secretsmanager' as const,
      arn: version.get('secret_id') ?? version.computed('arn'),
      ...(key === undefined ? {} : { key }),
    },
    certain,
  }));
  return [...application.secrets.map((secret) => ({ secret, certain: true })), ...read].flatMap(
    ({ secret, certain }) => {
      const rotation = rotationOf(project, secret);
      if (!rotation) return [];
      return [{ title: secret.title, secret: withArn(project, secret), uncertain: !certain || rotation.uncertain }];
    },
  );
}

/** The secret by the ARN that policies name it by, where it was named otherwise. */
function withArn(project: Project, secret: StoredSecret): StoredSecret {
  const held = secretResource(project, secret);
  return held ? { ...secret, arn: held.computed('arn') } : secret;
}

const rotationsBySecret = oncePer((project) => {
  const bySecret = new Map<string | undefined, Resource[]>();
  for (const rotation of project.all('aws_secretsmanager_secret_rotation'))
    addTo(bySecret, identity(rotation.get('secret_id')), rotation);
  return bySecret;
});

/** Whether a secret rotates for certain; undefined where nothing says that it does. */
function rotationOf(project: Project, secret: FetchedSecret): { uncertain: boolean } | undefined {
  if (secret.service !== 'secretsmanager') return undefined;
  if (masterSecretOf(project, secret)?.managed) return { uncertain: false };
  const changes = rotates(secret.key);
  if (changes === false) return undefined;
  const name = identity(secret.arn);
  const held = secretResource(project, secret);
  const rotations = [
    ...(held ? project.linked('aws_secretsmanager_secret_rotation', 'secret_id', held) : []),
    ...(held?.has('rotation_lambda_arn') ? [held] : []),
    ...(name === undefined ? [] : (rotationsBySecret(project).get(name) ?? [])),
  ];
  if (rotations.length === 0) return undefined;
  return { uncertain: changes === undefined || rotations.every((rotation) => rotation.uncertain) };
}

/**
 * Whether something in the project acts when a secret was rotated, or starts tasks anew by the clock; undefined where
 * that is not known.
 */
function isFollowed(project: Project): boolean | undefined {
  const patterns = project.all('aws_cloudwatch_event_rule').map((rule) => rule.get('event_pattern'));
  const answers = patterns.map((pattern) => (pattern === undefined ? false : matchesRotation(pattern)));
  const targets = project.all('aws_scheduler_schedule').flatMap((schedule) => schedule.blocks('target'));
  if (targets.some((target) => /:aws-sdk:ecs:updateService$/i.test(show(target.get('arn'))))) return true;
  if (answers.includes(true)) return true;
  const isOpen =
    answers.includes(undefined) ||
    project.unreadModules.some(({ source }) => mayFollow.test(source)) ||
    project.all('aws_lambda_function').some((lambda) => mayDeploy(project, lambda));
  return isOpen ? undefined : false;
}

/** Modules that, by where they are from, may act on events or by the clock. */
const mayFollow = /event|schedul|rotat|restart|redeploy/i;

/** What Secrets Manager tells of when a secret has another value. */
const rotationEvents = new Set([
  'PutSecretValue',
  'RotateSecret',
  'RotationSucceeded',
  'UpdateSecret',
  'UpdateSecretVersionStage',
]);

/** Whether an event pattern is about a secret's rotation, or another value for it. */
function matchesRotation(pattern: Value): boolean | undefined {
  const decoded = decodeJson(pattern);
  if (decoded instanceof Error) return false;
  if (!isMap(decoded)) return undefined;
  const detail = decoded.get('detail');
  if (detail !== undefined && !isMap(detail)) return undefined;
  const answers = [
    matches(decoded.get('source'), (source) => source === 'aws.secretsmanager'),
    matches(detail?.get('eventSource'), (source) => source === 'secretsmanager.amazonaws.com'),
    matches(detail?.get('eventName'), (name) => rotationEvents.has(name)),
  ];
  if (answers.includes(false)) return false;
  // Without any of them it may be about every event of the account.
  return answers.includes(undefined) || !answers.includes(true) ? undefined : true;
}

/** Whether a field of an event pattern lets one of some values pass; `any` where it is not there. */
function matches(field: Value | undefined, isWanted: (text: string) => boolean): boolean | 'any' | undefined {
  if (field === undefined || field === null) return 'any';
  const items = elements(field);
  if (items?.some((item) => typeof item === 'string' && isWanted(item))) return true;
  return items?.every((item) => typeof item === 'string') ? false : undefined;
}

/** Whether a function may force a deployment, so that it may be the one that follows rotations. */
function mayDeploy(project: Project, lambda: Resource): boolean {
  return lambda
    .refs('role', 'aws_iam_role')
    .some((role) => roleMay(project, role, { action: 'ecs:UpdateService', resource: new Unknown() }) !== 'denied');
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
