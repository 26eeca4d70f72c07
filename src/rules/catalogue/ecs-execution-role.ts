import { field, titleOf } from '../lib/containers.js';
import { executedTasks, logStreamArn, repositoryOf, type ExecutedTask } from '../lib/execution-roles.js';
import { roleMay, roleMayOn, type Answer } from '../lib/permissions.js';
import { readPolicy } from '../lib/policies.js';
import { fetchingAction, keyOfSecret, mayDecryptSecret, mayFetchSecret } from '../lib/secret-readers.js';
import { fetchedSecrets } from '../lib/secrets.js';
import { comesAfterInBraces } from '../lib/text-order.js';
import type { Project } from '../../terraform/project.js';
import { same, show, type Value } from '../../terraform/value.js';
import { defineRules, type Report } from '../rule.js';

const source = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html';

/** Tells what a role may not do, or abstains where that is not known. */
function tell({ finding, abstain }: Report, { task, role }: ExecutedTask, answer: Answer, what: string): void {
  if (answer === 'denied')
    finding(task, `has the execution role ${role.configAddress}, which may not ${what}`, 'execution_role_arn');
  else if (answer === 'unknown') abstain(task, `whether ${role.configAddress} may ${what} is not known`);
}

/** What pulling an image takes, and what for. */
function pulls(project: Project, { role, containers }: ExecutedTask): { answer: Answer; what: string }[] {
  return containers.flatMap((container) => {
    const image = field(container, 'image');
    if (image === undefined || !isInEcr(image)) return [];
    const login = {
      answer: roleMay(project, role, { action: 'ecr:GetAuthorizationToken', resource: '*' }),
      what: 'ecr:GetAuthorizationToken on "*"',
    };
    const repository = repositoryOf(project, image);
    if (!repository) return [login];
    const policies = project
      .linked('aws_ecr_repository_policy', 'repository', repository)
      .flatMap((holder) => readPolicy(holder, 'policy') ?? []);
    return [
      login,
      ...['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'].map((action) => ({
        answer: roleMayOn(project, role, policies, { action, resource: repository.computed('arn') }),
        what: `${action} on ${repository.configAddress}`,
      })),
    ];
  });
}

/** Whether an image is in a private repository of ECR. */
function isInEcr(image: Value): boolean {
  const text = show(image);
  return text.includes('.dkr.ecr.') || comesAfterInBraces(text, /aws_ecr_repository\./, /\.repository_url\}$/);
}

const role = (statements: string) => `resource "aws_iam_role" "execution" {
  name = "app-execution"

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

data "aws_iam_policy_document" "execution" {
${statements}}

resource "aws_iam_role_policy" "execution" {
  name   = "start-tasks"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}
`;

const statement = (actions: string, resources: string) => `  statement {
    actions   = [${actions}]
    resources = [${resources}]
  }
`;

const task = (container: string) => `resource "aws_ecs_task_definition" "app" {
  family                   = "app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn

  container_definitions = jsonencode([
    {
      name  = "app"
${container}    },
  ])
}
`;

const repository = `resource "aws_ecr_repository" "app" {
  name = "app"
}
`;

const image = '      image = "${aws_ecr_repository.app.repository_url}:1.0.0"\n';

const secret = (more = '') => `resource "aws_secretsmanager_secret" "app" {
  name = "app/secrets"${more}
}
`;

const key = `resource "aws_kms_key" "secrets" {
  enable_key_rotation = true
}
`;

const readsSecret = `      image = "public.ecr.aws/nginx/nginx:1.29"
      secrets = [
        {
          name      = "API_TOKEN"
          valueFrom = "\${aws_secretsmanager_secret.app.arn}:token::"
        },
      ]
`;

const logs = `      image = "public.ecr.aws/nginx/nginx:1.29"
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.app.name
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "app"
        }
      }
`;

const logGroup = `resource "aws_cloudwatch_log_group" "app" {
  name = "/ecs/app"
}
`;

const login = statement('"ecr:GetAuthorizationToken"', '"*"');

export default defineRules(
  {
    name: 'execution-role-pulls-image',
    severity: 'error',
    title: 'the execution role of a task may pull its images',
    why: 'The task stops before it has started: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth", or "CannotPullContainerError". No plan looks at what the policies add up to.',
    remedy:
      'Allow ecr:GetAuthorizationToken on "*", which AWS does not limit, and ecr:BatchCheckLayerAvailability, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository; or attach AmazonECSTaskExecutionRolePolicy.',
    catalogue: ['facts §7', 'S001-12'],
    stages: ['hcl', 'plan', 'state'],
    source,
    example: {
      broken: [repository, role(statement('"ecr:BatchGetImage"', 'aws_ecr_repository.app.arn')), task(image)].join(
        '\n',
      ),
      sound: [
        repository,
        role(
          [
            login,
            statement(
              '"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"',
              'aws_ecr_repository.app.arn',
            ),
          ].join('\n'),
        ),
        task(image),
      ].join('\n'),
    },
    check(project, report) {
      for (const executed of executedTasks(project)) {
        if (!executed.onFargate) continue;
        for (const { answer, what } of pulls(project, executed)) tell(report, executed, answer, what);
      }
    },
  },
  {
    name: 'execution-role-writes-logs',
    severity: 'error',
    title: 'the execution role of a task may write to its log group',
    why: 'The task stops before it has started: "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException". A log stream is "<ARN of the group>:log-stream:<name>", which the ARN of the group alone does not cover.',
    remedy: 'Allow logs:CreateLogStream and logs:PutLogEvents on "${aws_cloudwatch_log_group.app.arn}:*".',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source,
    example: {
      broken: [
        logGroup,
        role(statement('"logs:CreateLogStream", "logs:PutLogEvents"', 'aws_cloudwatch_log_group.app.arn')),
        task(logs),
      ].join('\n'),
      sound: [
        logGroup,
        role(statement('"logs:CreateLogStream", "logs:PutLogEvents"', '"${aws_cloudwatch_log_group.app.arn}:*"')),
        task(logs),
      ].join('\n'),
    },
    check(project, report) {
      for (const executed of executedTasks(project)) {
        if (!executed.onFargate) continue;
        for (const container of executed.containers) {
          const stream = logStreamArn(project, executed.task, container);
          if (stream === undefined) continue;
          for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) {
            const answer = roleMay(project, executed.role, { action, resource: stream });
            tell(report, executed, answer, `${action} in the log group of ${titleOf(container)}`);
          }
        }
      }
    },
  },
  {
    name: 'execution-role-reads-secrets',
    severity: 'error',
    title: 'the execution role of a task may read the secrets of its containers',
    why: 'The task stops before it has started: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm". The task role is not asked: ECS reads secrets with the execution role.',
    remedy:
      'Allow secretsmanager:GetSecretValue on the ARNs of the secrets, and ssm:GetParameters on those of parameters.',
    catalogue: ['S001-12', 'facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html',
    example: {
      broken: [secret(), role(login), task(readsSecret)].join('\n'),
      sound: [
        secret(),
        role([login, statement('"secretsmanager:GetSecretValue"', 'aws_secretsmanager_secret.app.arn')].join('\n')),
        task(readsSecret),
      ].join('\n'),
    },
    check(project, report) {
      for (const executed of executedTasks(project)) {
        for (const fetched of executed.containers.flatMap((container) => fetchedSecrets(executed.task, container))) {
          const answer = mayFetchSecret(project, executed.role, fetched);
          tell(report, executed, answer, `${fetchingAction(fetched)} for ${fetched.title}`);
        }
      }
    },
  },
  {
    name: 'execution-role-decrypts-secrets',
    severity: 'error',
    title: "the execution role of a task may decrypt with the key of its containers' secrets",
    why: 'Secrets Manager decrypts in the name of who asks: without kms:Decrypt on the customer key the task stops with "ResourceInitializationError: unable to pull secrets or registry auth … AccessDeniedException: Access to KMS is not allowed".',
    remedy:
      'Allow kms:Decrypt on the key that encrypts the secret, not on another, with kms:ViaService = secretsmanager.<region>.amazonaws.com.',
    catalogue: ['S001-12', 'facts §5', 'facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html',
    example: {
      broken: [
        key,
        secret('\n  kms_key_id = aws_kms_key.secrets.arn').replace('name = ', 'name       = '),
        role(statement('"secretsmanager:GetSecretValue"', 'aws_secretsmanager_secret.app.arn')),
        task(readsSecret),
      ].join('\n'),
      sound: [
        key,
        secret('\n  kms_key_id = aws_kms_key.secrets.arn').replace('name = ', 'name       = '),
        role(
          [
            statement('"secretsmanager:GetSecretValue"', 'aws_secretsmanager_secret.app.arn'),
            statement('"kms:Decrypt"', 'aws_kms_key.secrets.arn'),
          ].join('\n'),
        ),
        task(readsSecret),
      ].join('\n'),
    },
    check(project, report) {
      for (const executed of executedTasks(project)) {
        for (const fetched of executed.containers.flatMap((container) => fetchedSecrets(executed.task, container))) {
          const used = keyOfSecret(project, fetched);
          if (!used) continue;
          const answer = mayDecryptSecret(project, executed.role, fetched, used);
          tell(report, executed, answer, `kms:Decrypt with ${used.configAddress} for ${fetched.title}`);
        }
      }
    },
  },
  {
    name: 'task-role-apart',
    severity: 'warning',
    title: 'the application of a task has a role of its own',
    why: 'The execution role is for ECS: it pulls images and reads every secret of the task. As the task role as well, the application may do that too, and whoever gets into it.',
    remedy: 'Give task_role_arn a second role with what the application calls, or leave it out.',
    catalogue: ['facts §7', 'S001-12'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html',
    example: {
      broken: `resource "aws_ecs_task_definition" "app" {
  family                = "app"
  execution_role_arn    = "arn:aws:iam::123456789012:role/app-execution"
  task_role_arn         = "arn:aws:iam::123456789012:role/app-execution"
  container_definitions = jsonencode([{ name = "app", image = "nginx" }])
}
`,
      sound: `resource "aws_ecs_task_definition" "app" {
  family                = "app"
  execution_role_arn    = "arn:aws:iam::123456789012:role/app-execution"
  task_role_arn         = "arn:aws:iam::123456789012:role/app-task"
  container_definitions = jsonencode([{ name = "app", image = "nginx" }])
}
`,
    },
    check(project, { finding }) {
      for (const definition of project.all('aws_ecs_task_definition')) {
        const [own, execution] = ['task_role_arn', 'execution_role_arn'].map((name) => definition.get(name));
        if (same(own, execution) === true)
          finding(definition, 'has one role for ECS and for the application', 'task_role_arn');
      }
    },
  },
);
