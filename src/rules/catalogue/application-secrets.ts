import { applications, isNamedForAdministration, valuesFrom, type Application } from '../lib/applications.js';
import { secretResource, type FetchedSecret, type StoredSecret } from '../lib/execution-roles.js';
import { isIn, masterSecretOf, masterUsers, type MasterSecret } from '../lib/master-users.js';
import { roleMay } from '../lib/permissions.js';
import { mayHaveMorePolicies } from '../lib/presence.js';
import { mayReadSecret } from '../lib/secret-readers.js';
import type { Project, Resource } from '../../terraform/project.js';
import { identity, show, Unknown, type Value } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

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
          (secret) => ({ secret, answer: typeof role === 'string' ? role : mayReadSecret(project, role, secret) }),
        );
        const read = readable.filter(({ answer }) => answer === 'allowed').map(({ secret }) => secret);
        const databases = distinct([...given, ...read].map((one) => one.database));
        if (databases.length > 0 && isNamedForAdministration(at))
          abstain(at, 'its name says that it administers databases, which takes the master user');
        else if (databases.length > 0) {
          const ways = [
            ...(given.length > 0 ? [`it is given ${distinct(given.map(({ title }) => title)).join(', ')}`] : []),
            ...(read.length > 0 && typeof role !== 'string' ? [`${role.configAddress} may read the secret`] : []),
          ];
          finding(
            at,
            `has the password of the master user of ${databases.join(' and ')}: ${ways.join(', and ')}`,
            given.length > 0 ? valuesArgument : roleArgument,
          );
        } else if (unsure !== undefined) abstain(at, unsure);
        else {
          const [open] = readable.filter(({ answer }) => answer === 'unknown').map(({ secret }) => secret);
          const isTold = open && application.values.some(({ value }) => open.names.has(identity(value) ?? ''));
          if (open && (typeof role !== 'string' || isTold))
            abstain(at, `whether it may read the secret of the master user of ${open.database} is not known`);
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
        const rotating = rotatingSecretsOf(project, application);
        if (rotating.length === 0) continue;
        const { at, role, valuesArgument } = application;
        const answers = rotating.map(({ secret }) => {
          if (role === 'none') return 'denied';
          if (role === 'unknown') return 'unknown';
          const answer = mayReadSecret(project, role, secret);
          return answer === 'denied' && mayHaveMorePolicies(project, role) ? 'unknown' : answer;
        });
        const stale = rotating.filter((_, index) => answers[index] === 'denied').map(({ title }) => title);
        const isOpen = rotating.some(({ uncertain }, index) => uncertain && answers[index] === 'denied');
        if (stale.length > 0 && (isOpen || followed === undefined))
          abstain(at, 'whether the secret rotates, or something follows its rotation, is not known');
        else if (stale.length > 0) {
          const titles = distinct(stale);
          finding(
            at,
            `is given ${titles.join(', ')} once, from a secret that rotates, and ${
              typeof role === 'string' ? 'it has no role that may' : `${role.configAddress} may not`
            } read the secret again`,
            valuesArgument,
          );
        } else if (answers.includes('unknown')) abstain(at, 'whether its role may read the secret again is not known');
      }
    },
  },
);

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
  const { secrets, passwords } = masterUsers(project);
  const fetched = application.secrets.flatMap((one) => {
    const secret = masterSecretOf(project, one);
    return secret ? [{ title: one.title, database: secret.database, secret }] : [];
  });
  const written = application.values.flatMap(({ title, value }) =>
    passwords
      .filter(({ password }) => isIn(password, value))
      .map(({ database: address }) => ({ title, database: address })),
  );
  const read = valuesFrom(application).flatMap(({ title, version }) => {
    const names = [version.get('secret_id'), version.computed('arn')].map((name) => identity(name) ?? '');
    const secret = secrets.find((one) => names.some((name) => one.names.has(name)));
    return secret ? [{ title, database: secret.database, secret }] : [];
  });
  const isOfMaster = (resource: Resource) =>
    resource.truth('manage_master_user_password') === true ||
    secrets.some(({ names }) => names.has(identity(resource.computed('arn')) ?? ''));
  const isOpen = !application.complete && application.at.refs(application.valuesArgument).some(isOfMaster);
  return {
    given: [...fetched, ...written, ...read],
    unsure: isOpen ? `its ${application.valuesArgument} is not known` : undefined,
  };
}

/** Something that an application is given once, and that changes. */
interface RotatingValue {
  title: string;
  secret: StoredSecret;
  /** Whether the rotation is known to be there. */
  uncertain: boolean;
}

function rotatingSecretsOf(project: Project, application: Application): RotatingValue[] {
  const fetched = application.secrets.flatMap((secret) => {
    const rotation = rotationOf(project, secret);
    return rotation ? [{ title: secret.title, secret, uncertain: rotation.uncertain }] : [];
  });
  const read = valuesFrom(application).flatMap(({ title, version }) => {
    const arn = version.get('secret_id');
    const secret = { title, service: 'secretsmanager' as const, arn: arn ?? version.computed('arn') };
    const rotation = rotationOf(project, secret);
    return rotation ? [{ title, secret: withArn(project, secret), uncertain: rotation.uncertain }] : [];
  });
  return [...fetched, ...read];
}

/** The secret by the ARN that policies name it by, where it was named otherwise. */
function withArn(project: Project, secret: StoredSecret): StoredSecret {
  const held = secretResource(project, secret);
  return held ? { ...secret, arn: held.computed('arn') } : secret;
}

/** Whether a secret rotates for certain; undefined where nothing says that it does. */
function rotationOf(project: Project, secret: FetchedSecret): { uncertain: boolean } | undefined {
  if (secret.service !== 'secretsmanager') return undefined;
  if (masterSecretOf(project, secret)?.managed) return { uncertain: false };
  const name = identity(secret.arn);
  const held = secretResource(project, secret);
  const rotations = [
    ...(held ? project.linked('aws_secretsmanager_secret_rotation', 'secret_id', held) : []),
    ...(held?.has('rotation_lambda_arn') ? [held] : []),
    ...project
      .all('aws_secretsmanager_secret_rotation')
      .filter((rotation) => name !== undefined && identity(rotation.get('secret_id')) === name),
  ];
  return rotations.length > 0 ? { uncertain: rotations.every((rotation) => rotation.uncertain) } : undefined;
}

/**
 * Whether something in the project acts when a secret was rotated, or starts tasks anew by the clock; undefined where
 * that is not known.
 */
function isFollowed(project: Project): boolean | undefined {
  const says = (value: Value | undefined, pattern: RegExp) => pattern.test(show(value));
  const patterns = project.all('aws_cloudwatch_event_rule').map((rule) => rule.get('event_pattern'));
  if (patterns.some((pattern) => says(pattern, /aws\.secretsmanager|secretsmanager\.amazonaws\.com|RotationSucceeded/)))
    return true;
  const targets = project.all('aws_scheduler_schedule').flatMap((schedule) => schedule.blocks('target'));
  if (targets.some((target) => says(target.get('arn'), /:aws-sdk:ecs:updateService$/i))) return true;
  const isUnread = patterns.some((pattern) => pattern instanceof Unknown);
  return isUnread || project.all('aws_lambda_function').some((lambda) => mayDeploy(project, lambda))
    ? undefined
    : false;
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
