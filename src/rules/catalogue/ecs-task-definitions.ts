import { cpuUnits, fargateMemory, fargateOffers, memoryMib } from '../../aws/fargate-sizes.js';
import { containersOf, field, isForFargate, objectsIn, taskOf, titleOf, type JsonObject } from '../lib/containers.js';
import { ignoresChanges, isLeftOut } from '../lib/presence.js';
import { holdsSecret } from '../lib/plain-secrets.js';
import { isReadFromLeftAlone } from '../lib/stand-ins.js';
import { comesAfterInBraces } from '../lib/text-order.js';
import { attributesIn, placed } from '../lib/written.js';
import { argument } from '../../terraform/references.js';
import type { Project, Resource } from '../../terraform/project.js';
import { decodeJson, identity, isMap, same, show, Text, Unknown, type Value } from '../../terraform/value.js';
import { defineRules } from '../rule.js';
import { oncePer } from '../../terraform/once-per.js';

/** The start of every example here: a task definition for Fargate, up to its containers. */
const fargateTask = (size = '256', memory = '512') => `resource "aws_ecs_task_definition" "app" {
  family                   = "app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = ${size}
  memory                   = ${memory}
  execution_role_arn       = "arn:aws:iam::123456789012:role/app-execution"
`;

const repository = `resource "aws_ecr_repository" "app" {
  name = "app"
}
`;

/** What tells a project that this generator wrote. */
const generated = '#>> .create-secure-infra.json\n{}\n';

const withContainer = (lines: string) => `${fargateTask()}
  container_definitions = jsonencode([
    {
      name  = "app"
      image = "public.ecr.aws/nginx/nginx:1.29"
${lines}    },
  ])
}
`;

export default defineRules(
  {
    name: 'fargate-cpu-memory',
    severity: 'error',
    title: 'a task for Fargate has CPU and memory that Fargate offers together',
    why: 'RegisterTaskDefinition answers "ClientException: No Fargate configuration exists for given values". Neither validate nor plan looks.',
    remedy: 'Take a pair of the table in the documentation, such as 256 with 512, 1024 or 2048.',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size',
    example: {
      broken: `${fargateTask('256', '4096')}
  container_definitions = jsonencode([{ name = "app", image = "public.ecr.aws/nginx/nginx:1.29" }])
}
`,
      sound: `${fargateTask('512', '4096')}
  container_definitions = jsonencode([{ name = "app", image = "public.ecr.aws/nginx/nginx:1.29" }])
}
`,
    },
    check(project, { finding, abstain }) {
      for (const task of fargateTasks(project)) {
        for (const name of ['cpu', 'memory']) {
          if (isLeftOut(project, task, name)) finding(task, `is for Fargate and has no ${name}`);
        }
        const [cpu, memory] = [sizeOf(task, 'cpu', cpuUnits), sizeOf(task, 'memory', memoryMib)];
        if (!task.has('cpu') || !task.has('memory')) continue;
        if (cpu === undefined || memory === undefined) {
          abstain(task, 'cpu or memory is not known');
          continue;
        }
        if (fargateOffers(cpu, memory) !== false) continue;
        const offered = fargateMemory(cpu);
        finding(
          task,
          offered ? `has cpu ${cpu} with memory ${memory}; Fargate offers ${offered} MiB` : `has cpu ${cpu}`,
          offered ? 'memory' : 'cpu',
        );
      }
    },
  },
  {
    name: 'fargate-task-network-mode',
    severity: 'error',
    title: 'a task for Fargate has network mode awsvpc',
    why: 'RegisterTaskDefinition answers "ClientException: Fargate only supports network mode \'awsvpc\'". Left out, the mode is bridge.',
    remedy: 'Set network_mode to "awsvpc".',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html',
    example: {
      broken: `resource "aws_ecs_task_definition" "app" {
  family                   = "app"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512

  container_definitions = jsonencode([{ name = "app", image = "public.ecr.aws/nginx/nginx:1.29" }])
}
`,
      sound: `resource "aws_ecs_task_definition" "app" {
  family                   = "app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512

  container_definitions = jsonencode([{ name = "app", image = "public.ecr.aws/nginx/nginx:1.29" }])
}
`,
    },
    check(project, { finding }) {
      for (const task of fargateTasks(project)) {
        const mode = task.text('network_mode');
        if (isLeftOut(project, task, 'network_mode')) finding(task, 'is for Fargate and has no network_mode');
        else if (mode !== undefined && mode !== 'awsvpc')
          finding(task, `is for Fargate and has network mode ${mode}`, 'network_mode');
      }
    },
  },
  {
    name: 'fargate-task-execution-role',
    severity: 'error',
    title: 'a task for Fargate that pulls from ECR, logs to CloudWatch or reads secrets has an execution role',
    why: 'RegisterTaskDefinition answers "ClientException: Fargate requires task definition to have execution role ARN to support ECR images" or "… to support log driver awslogs".',
    remedy: 'Give execution_role_arn a role that ecs-tasks.amazonaws.com may assume and that may do what is needed.',
    catalogue: ['facts §7', 'S001-12'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html',
    example: {
      broken: `${repository}
resource "aws_ecs_task_definition" "app" {
  family                   = "app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512

  container_definitions = jsonencode([
    {
      name  = "app"
      image = "\${aws_ecr_repository.app.repository_url}:1.0.0"
    },
  ])
}
`,
      sound: `${repository}
${fargateTask()}
  container_definitions = jsonencode([
    {
      name  = "app"
      image = "\${aws_ecr_repository.app.repository_url}:1.0.0"
    },
  ])
}
`,
    },
    check(project, { finding }) {
      for (const task of fargateTasks(project)) {
        if (!isLeftOut(project, task, 'execution_role_arn')) continue;
        const reason = (containersOf(task) ?? []).map(needsExecutionRole).find((found) => found !== undefined);
        if (reason) finding(task, `is for Fargate, ${reason} and has no execution role`);
      }
    },
  },
  {
    name: 'task-containers-valid',
    severity: 'error',
    title: 'the containers of a task are a JSON list of objects with a name and an image, of which one is essential',
    why: 'Terraform or RegisterTaskDefinition refuses the definition: "ECS Task Definition container_definitions is invalid", or "ClientException: Container.image should not be null or empty". A task in which no container is essential is refused too.',
    remedy:
      'Write the containers with jsonencode([{ … }]), give each a name and an image, and leave essential away or true for one of them.',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html',
    example: {
      broken: `${fargateTask()}
  container_definitions = jsonencode({
    name  = "app"
    image = "public.ecr.aws/nginx/nginx:1.29"
  })
}
`,
      sound: withContainer(''),
    },
    check(project, { finding }) {
      for (const task of project.all('aws_ecs_task_definition')) {
        const wrong = faultOfContainers(task);
        if (wrong) finding(task, wrong, 'container_definitions');
      }
    },
  },
  {
    name: 'container-host-port',
    severity: 'error',
    title: 'in network mode awsvpc a host port is the container port',
    why: 'RegisterTaskDefinition answers "ClientException: When networkMode=awsvpc, the host ports and container ports in port mappings must match".',
    remedy: 'Leave hostPort away, or set it to containerPort.',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_portmappings',
    example: {
      broken: withContainer(`
      portMappings = [{ containerPort = 8080, hostPort = 80 }]
`),
      sound: withContainer(`
      portMappings = [{ containerPort = 8080, hostPort = 8080 }]
`),
    },
    check(project, { finding }) {
      for (const task of project.all('aws_ecs_task_definition')) {
        if (task.text('network_mode') !== 'awsvpc') continue;
        for (const container of containersOf(task) ?? []) {
          for (const mapping of objectsIn(container, 'portMappings') ?? []) {
            const [host, inside] = [portOf(field(mapping, 'hostPort')), portOf(field(mapping, 'containerPort'))];
            // 0 is how some templates say that there is none.
            if (!host || inside === undefined || host === inside) continue;
            finding(task, `${titleOf(container)} maps port ${inside} to host port ${host}`, 'container_definitions');
          }
        }
      }
    },
  },
  {
    name: 'container-awslogs-options',
    severity: 'error',
    title: 'the log driver awslogs has a group, a region and, on Fargate, a stream prefix',
    why: 'ECS refuses the task definition, or the task stops while its log driver starts: awslogs-group and awslogs-region are required, and awslogs-stream-prefix on Fargate.',
    remedy: 'Set awslogs-group, awslogs-region and awslogs-stream-prefix in the options of logConfiguration.',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html',
    example: {
      broken: withContainer(`
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group = "/ecs/app"
        }
      }
`),
      sound: withContainer(`
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/ecs/app"
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "app"
        }
      }
`),
    },
    check(project, { finding }) {
      for (const task of project.all('aws_ecs_task_definition')) {
        const wanted = ['awslogs-group', 'awslogs-region'];
        if (isForFargate(task) === true) wanted.push('awslogs-stream-prefix');
        for (const { container, options } of awslogs(task)) {
          const missing = wanted.filter((name) => field(options, name) === undefined);
          if (missing.length > 0)
            finding(task, `${titleOf(container)} has no ${missing.join(' and no ')}`, 'container_definitions');
        }
      }
    },
  },
  {
    name: 'container-log-group-exists',
    severity: 'warning',
    title: "the log group that a container writes to is one of the project's",
    why: 'A task whose log group is not there stops: "ResourceInitializationError: failed to validate logger args: create stream has been retried … The specified log group does not exist". That the project makes a log group beside it suggests that this one is misspelt.',
    remedy: 'Name the group with aws_cloudwatch_log_group.<name>.name.',
    catalogue: ['facts §7'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html',
    example: {
      broken: `resource "aws_cloudwatch_log_group" "app" {
  name              = "/ecs/payments/app"
  retention_in_days = 30
}

${withContainer(`
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/ecs/payments/ap"
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "app"
        }
      }
`)}`,
      sound: `resource "aws_cloudwatch_log_group" "app" {
  name              = "/ecs/payments/app"
  retention_in_days = 30
}

${withContainer(`
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.app.name
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "app"
        }
      }
`)}`,
    },
    check(project, { finding }) {
      if (project.unreadModules.length > 0) return;
      const groups = project.all('aws_cloudwatch_log_group').map((group) => group.computed('name'));
      for (const task of project.all('aws_ecs_task_definition')) {
        for (const { container, options } of awslogs(task)) {
          const name = field(options, 'awslogs-group');
          const creates = field(options, 'awslogs-create-group');
          if (name === undefined || (creates !== undefined && creates !== 'false')) continue;
          if (groups.some((group) => same(group, name) !== false)) continue;
          if (groups.some((group) => isBeside(group, name)))
            finding(
              task,
              `${titleOf(container)} writes to log group ${show(name)}, which is not in the project`,
              'container_definitions',
            );
        }
      }
    },
  },
  {
    name: 'container-secret-keys',
    severity: 'error',
    title: 'the key of a secret that a container reads exists, and two colons follow it',
    why: 'The task stops before its containers start: "ResourceInitializationError: unable to pull secrets or registry auth … unexpected ARN format with parameters when trying to retrieve ASM secret", or "… retrieved secret from Secrets Manager did not contain json key". The secret that RDS manages has the keys username and password and no others.',
    remedy:
      'Write valueFrom as "<ARN of the secret>:<JSON key>::", with a key that the secret has. Pass host, port and database name as plain environment variables.',
    catalogue: ['S001-21', 'facts §7', 'facts §8'],
    stages: ['hcl', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html',
    example: {
      broken: `resource "aws_db_instance" "main" {
  identifier                  = "main"
  manage_master_user_password = true
  storage_encrypted           = true
  final_snapshot_identifier   = "main-final"
}

${withContainer(`
      secrets = [
        {
          name      = "DATABASE_URL"
          valueFrom = "\${aws_db_instance.main.master_user_secret[0].secret_arn}:connection_string::"
        },
      ]
`)}`,
      sound: `resource "aws_db_instance" "main" {
  identifier                  = "main"
  manage_master_user_password = true
  storage_encrypted           = true
  final_snapshot_identifier   = "main-final"
}

${withContainer(`
      secrets = [
        {
          name      = "DATABASE_PASSWORD"
          valueFrom = "\${aws_db_instance.main.master_user_secret[0].secret_arn}:password::"
        },
      ]
`)}`,
    },
    check(project, { finding }) {
      for (const task of project.all('aws_ecs_task_definition')) {
        for (const container of containersOf(task) ?? []) {
          for (const secret of objectsIn(container, 'secrets') ?? []) {
            const wrong = faultOfSecret(project, field(secret, 'valueFrom'));
            if (wrong) finding(task, `${show(field(secret, 'name'))} ${wrong}`, 'container_definitions');
          }
        }
      }
    },
  },
  {
    name: 'container-no-plain-secrets',
    severity: 'error',
    title: 'no secret is in the plain environment of a container',
    why: 'The environment stands in the task definition, which everybody with ecs:DescribeTaskDefinition reads, and in the state.',
    remedy: 'Put the value in Secrets Manager and pass it by secrets and valueFrom.',
    catalogue: ['S001-21', 'S003-05b', 'facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html',
    example: {
      broken: withContainer(`
      environment = [{ name = "DB_PASSWORD", value = "TempPassword123!" }]
`),
      sound: withContainer(`
      secrets = [
        {
          name      = "DB_PASSWORD"
          valueFrom = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-AbCdEf:password::"
        },
      ]
`),
    },
    check(project, { finding }) {
      for (const task of project.all('aws_ecs_task_definition')) {
        for (const container of containersOf(task) ?? []) {
          for (const variable of objectsIn(container, 'environment') ?? []) {
            const name = field(variable, 'name');
            const value = field(variable, 'value');
            if (typeof name !== 'string' || value === undefined || !holdsSecret(name, value)) continue;
            if (typeof value === 'string' && isReadFromLeftAlone(task, 'container_definitions', value)) continue;
            finding(task, `${titleOf(container)} gets ${name} as plain text`, 'container_definitions');
          }
        }
      }
    },
  },
  {
    name: 'task-image-from-repository',
    severity: 'warning',
    scope: 'generated',
    title: "a task can run an image of the project's own repository",
    why: 'The repository scans images and keeps their tags from moving; an image from elsewhere passes it by.',
    remedy: 'Take the image from repository_url of the aws_ecr_repository.',
    catalogue: ['S001-06'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html',
    example: {
      broken: `${repository}
${withContainer('')}${generated}`,
      sound: `${repository}
${withContainer('').replace('"public.ecr.aws/nginx/nginx:1.29"', '"${aws_ecr_repository.app.repository_url}:1.0.0"')}${generated}`,
    },
    check(project, { finding }) {
      if (project.all('aws_ecr_repository').length === 0) return;
      for (const { folder, resource: task } of placed(project, ['aws_ecs_task_definition'])) {
        const written = argument(task.syntax!.body, 'container_definitions');
        // A variable may say to take the image from there.
        const given = written ? [...attributesIn(folder, written.expression)] : [];
        if (given.some((attribute) => attribute.startsWith('aws_ecr_repository.'))) continue;
        const images = (containersOf(task) ?? []).map((container) => identity(field(container, 'image')));
        if (images.length > 0 && !images.some((image) => image === undefined || isInRepository(image)))
          finding(task, 'can run no image of a repository of the project', 'container_definitions');
      }
    },
  },
  {
    name: 'fargate-service-task',
    severity: 'error',
    title: 'the task of a service with launch type FARGATE is defined for Fargate',
    why: 'CreateService answers "InvalidParameterException: Task definition does not support launch_type FARGATE". Left out, requires_compatibilities is EC2.',
    remedy: 'Add "FARGATE" to requires_compatibilities.',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html',
    example: {
      broken: `resource "aws_ecs_task_definition" "app" {
  family       = "app"
  network_mode = "awsvpc"
  cpu          = 256
  memory       = 512

  container_definitions = jsonencode([{ name = "app", image = "public.ecr.aws/nginx/nginx:1.29" }])
}

resource "aws_ecs_service" "app" {
  name            = "app"
  task_definition = aws_ecs_task_definition.app.arn
  launch_type     = "FARGATE"

  network_configuration {
    subnets = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
  }
}
`,
      sound: `resource "aws_ecs_task_definition" "app" {
  family                   = "app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512

  container_definitions = jsonencode([{ name = "app", image = "public.ecr.aws/nginx/nginx:1.29" }])
}

resource "aws_ecs_service" "app" {
  name            = "app"
  task_definition = aws_ecs_task_definition.app.arn
  launch_type     = "FARGATE"

  network_configuration {
    subnets = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
  }
}
`,
    },
    check(project, { finding }) {
      for (const service of project.all('aws_ecs_service')) {
        const task = service.text('launch_type') === 'FARGATE' ? taskOf(service) : undefined;
        if (!task || isForFargate(task) !== false) continue;
        if (task.has('requires_compatibilities') || isLeftOut(project, task, 'requires_compatibilities'))
          finding(service, `${task.configAddress} is not defined for Fargate`, 'launch_type');
      }
    },
  },
);

function fargateTasks(project: Project): Resource[] {
  return project.all('aws_ecs_task_definition').filter((task) => isForFargate(task) === true);
}

function sizeOf(
  task: Resource,
  name: string,
  read: (value: string | number) => number | undefined,
): number | undefined {
  const value = task.get(name);
  return typeof value === 'string' || typeof value === 'number' ? read(value) : undefined;
}

/** What a container does for which ECS itself needs a role, as a clause. */
function needsExecutionRole(container: JsonObject): string | undefined {
  if (field(field(container, 'logConfiguration'), 'logDriver') === 'awslogs') return 'logs to CloudWatch';
  if ((objectsIn(container, 'secrets') ?? []).length > 0) return 'reads secrets';
  const image = identity(field(container, 'image')) ?? '';
  return image.includes('.dkr.ecr.') || isInRepository(image) ? 'pulls from ECR' : undefined;
}

/** Whether an image is named by the URL of a repository of the project. */
function isInRepository(image: string): boolean {
  return comesAfterInBraces(image, /aws_ecr_repository\./, /repository_url\}$/);
}

function faultOfContainers(task: Resource): string | undefined {
  const decoded = decodeJson(task.get('container_definitions'));
  if (decoded === undefined || decoded instanceof Unknown) return undefined;
  if (decoded instanceof Error) return `container_definitions is not JSON: ${decoded.message}`;
  if (isMap(decoded)) return 'container_definitions is an object, not a list of objects';
  const containers = containersOf(task);
  if (!containers) return undefined;
  for (const container of containers) {
    const missing = ['name', 'image'].find((name) => {
      const value = field(container, name);
      return value === undefined || value === '';
    });
    if (missing) return `${titleOf(container)} has no ${missing}`;
  }
  if (containers.length > 0 && containers.every((container) => field(container, 'essential') === false))
    return 'no container is essential';
  return undefined;
}

function portOf(value: Value | undefined): number | undefined {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : undefined;
}

interface Awslogs {
  container: JsonObject;
  options: JsonObject;
}

/** The containers that log with awslogs and whose options are known. */
function awslogs(task: Resource): Awslogs[] {
  return (containersOf(task) ?? []).flatMap((container): Awslogs[] => {
    const configuration = field(container, 'logConfiguration');
    const options = field(configuration, 'options');
    if (field(configuration, 'logDriver') !== 'awslogs') return [];
    if (options === undefined && isMap(configuration)) return [{ container, options: new Map() }];
    return isMap(options) ? [{ container, options }] : [];
  });
}

/** Whether two log groups have the same text before their last slash. */
function isBeside(group: Value, name: Value): boolean {
  const [left, right] = [identity(group), identity(name)].map((text) => text?.slice(0, text.lastIndexOf('/') + 1));
  return left !== undefined && left.length > 1 && left === right;
}

/** A `valueFrom`, taken apart: the secret it is of, and what follows its ARN. */
interface SecretReference {
  /** The ARN's symbol, where it is of a resource. */
  symbol?: string;
  /** `:password::`; empty for the whole secret. */
  rest: string;
}

function readSecretReference(value: Value | undefined): SecretReference | undefined {
  if (typeof value === 'string') {
    const literal = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:[^:]+((?::.*)?)$/.exec(value);
    return literal ? { rest: literal[1] ?? '' } : undefined;
  }
  if (!(value instanceof Text)) return undefined;
  const rest = value.parts.at(-1);
  const arn = value.parts.at(-2);
  if (typeof rest !== 'string' || !rest.startsWith(':') || !(arn instanceof Unknown)) return undefined;
  const symbol = arn.symbol ?? '';
  // The ARN of a secret ends in six characters that only AWS knows.
  return /^(.+\.)?aws_secretsmanager_secret\.|\.master_user_secret\b/.test(symbol) ? { symbol, rest } : undefined;
}

function faultOfSecret(project: Project, value: Value | undefined): string | undefined {
  const reference = readSecretReference(value);
  if (!reference || reference.rest === '') return undefined;
  const [, key = '', ...after] = reference.rest.split(':');
  if (key === '') return undefined;
  if (after.length !== 2) return `ends in "${reference.rest}", which is not ":<JSON key>::"`;
  const keys = keysOf(project, reference.symbol);
  if (!keys || keys.includes(key)) return undefined;
  return `reads key ${key} of a secret that has ${keys.join(' and ')}`;
}

const secretsByAddress = oncePer(
  (project) => new Map(project.all('aws_secretsmanager_secret').map((secret) => [secret.address, secret])),
);

/** The keys of a secret's JSON, where they are known. */
function keysOf(project: Project, symbol: string | undefined): string[] | undefined {
  if (symbol === undefined) return undefined;
  if (symbol.includes('.master_user_secret')) return ['username', 'password'];
  const [, address] = /^(.*)\.(?:arn|id|arn suffix)$/s.exec(symbol) ?? [];
  const secret = address === undefined ? undefined : secretsByAddress(project).get(address);
  const versions = secret ? project.linked('aws_secretsmanager_secret_version', 'secret_id', secret) : [];
  if (versions.length !== 1) return undefined;
  const [version] = versions;
  const content = decodeJson(version?.get('secret_string'));
  // Changes of the content are ignored where Terraform only writes the first one.
  if (!version || content instanceof Error || !isMap(content) || ignoresChanges(version, 'secret_string'))
    return undefined;
  return [...content.keys()];
}
