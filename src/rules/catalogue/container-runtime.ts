import type { Project, Resource } from '../../terraform/project.js';
import { hasOpenKey, isMap } from '../../terraform/value.js';
import { containersOf, field, isForFargate, objectsIn, titleOf, type JsonObject } from '../lib/containers.js';
import { defineRules } from '../rule.js';

/** Blocks that make a volume something else than an empty directory of the task. */
const elsewhere = [
  'docker_volume_configuration',
  'efs_volume_configuration',
  'fsx_windows_file_server_volume_configuration',
];

/** The names of the empty directories that a task brings. */
function scratchVolumes(task: Resource): Set<string> {
  const plain = task
    .blocks('volume')
    .filter(
      (volume) =>
        !volume.uncertain &&
        elsewhere.every((name) => volume.blocks(name).length === 0) &&
        (volume.get('host_path') ?? '') === '' &&
        (volume.get('configure_at_launch') ?? false) === false,
    );
  return new Set(plain.map((volume) => volume.text('name')).filter((name) => name !== undefined));
}

/** Whether a container runs as another user than root; undefined where its image decides or it is not known. */
function runsUnprivileged(container: JsonObject): boolean | undefined {
  const user = field(container, 'user');
  if (typeof user !== 'string' && typeof user !== 'number') return undefined;
  const [name = ''] = String(user).split(':');
  return name === '' ? undefined : !['0', 'root'].includes(name);
}

/** The volumes that a container writes to, by name, with the path that each is at. */
function writableMounts(container: JsonObject): { volume: string; path: string }[] {
  return (objectsIn(container, 'mountPoints') ?? []).flatMap((mount) => {
    const volume = field(mount, 'sourceVolume');
    const path = field(mount, 'containerPath');
    const isWritable = (field(mount, 'readOnly') ?? false) === false;
    return isWritable && typeof volume === 'string' && typeof path === 'string' ? [{ volume, path }] : [];
  });
}

/** Whether a setting of the project decides how the containers of its account and region log. */
function setsLogMode(project: Project): boolean {
  return project
    .all('aws_ecs_account_setting_default')
    .some((setting) => (setting.text('name') ?? 'defaultLogDriverMode') === 'defaultLogDriverMode');
}

/** The options of the containers that log with awslogs, where all their names are known. */
function awslogsOptions(task: Resource): { container: JsonObject; options: JsonObject }[] {
  return (containersOf(task) ?? []).flatMap((container) => {
    const configuration = field(container, 'logConfiguration');
    const options = field(configuration, 'options');
    const isOpen = !isMap(configuration) || hasOpenKey(configuration) || !isMap(options) || hasOpenKey(options);
    return isOpen || field(configuration, 'logDriver') !== 'awslogs' ? [] : [{ container, options }];
  });
}

const task = (container: string, rest = '') => `resource "aws_ecs_task_definition" "app" {
  family                   = "app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = "arn:aws:iam::123456789012:role/app-execution"

  container_definitions = jsonencode([
    {
      name  = "app"
      image = "public.ecr.aws/nginx/nginx:1.29"
${container}    },
  ])
${rest}}
`;

const readOnly = `      user  = "10001"

      readonlyRootFilesystem = true
`;

const logging = (options: string) => `
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/ecs/app"
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "app"
${options}        }
      }
`;

export default defineRules(
  {
    name: 'container-volume-writable',
    severity: 'note',
    title: 'a container whose user is not root can write to the volume that it is given to write to',
    why: 'On Fargate a volume without more is a directory of root with mode 0755: unless the image has the path with its owner as a VOLUME, the first write ends in "Permission denied".',
    remedy: 'Use linuxParameters.tmpfs, which Fargate has since January 2026, or prepare the path in the image.',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://github.com/aws/containers-roadmap/issues/938',
    example: {
      broken: task(
        `${readOnly}
      mountPoints = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
`,
        `
  volume {
    name = "tmp"
  }
`,
      ),
      sound: task(`${readOnly}
      linuxParameters = {
        tmpfs = [{ containerPath = "/tmp", size = 64, mountOptions = ["noexec", "nosuid"] }]
      }
`),
    },
    check(project, { finding }) {
      for (const task of project.all('aws_ecs_task_definition')) {
        if (isForFargate(task) !== true) continue;
        const scratch = scratchVolumes(task);
        const containers = containersOf(task) ?? [];
        // One that runs as root, or as its image says, may prepare the directory for the others.
        const prepared = new Set(
          containers
            .filter((container) => runsUnprivileged(container) !== true)
            .flatMap((container) => writableMounts(container).map(({ volume }) => volume)),
        );
        for (const container of containers) {
          if (runsUnprivileged(container) !== true || field(container, 'readonlyRootFilesystem') !== true) continue;
          for (const { volume, path } of writableMounts(container)) {
            if (scratch.has(volume) && !prepared.has(volume))
              finding(
                task,
                `${titleOf(container)} is not root, and ${path} is root's unless the image says otherwise`,
                'container_definitions',
              );
          }
        }
      }
    },
  },
  {
    name: 'container-log-mode',
    severity: 'note',
    title: 'the log driver of a container says whether the container waits for it or lines are dropped',
    why: 'Since June 2025 the default is non-blocking: lines that come too fast are lost, and nothing says so. With blocking the container waits. Which of them holds is a setting of the account.',
    remedy:
      'Set the option mode to "non-blocking" with max-buffer-size = "25m", or to "blocking" where no line may be lost.',
    catalogue: ['facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html',
    example: {
      broken: task(logging('')),
      sound: task(
        logging(`          mode                  = "non-blocking"
          max-buffer-size       = "25m"
`),
      ),
    },
    check(project, { finding }) {
      const isSet = setsLogMode(project);
      for (const task of project.all('aws_ecs_task_definition')) {
        for (const { container, options } of awslogsOptions(task)) {
          const mode = field(options, 'mode');
          if (mode === undefined && !isSet)
            finding(
              task,
              `${titleOf(container)} leaves the mode of its log driver to the account`,
              'container_definitions',
            );
          // Docker refuses to start the container: "max-buffer-size option is only supported with 'mode=non-blocking'".
          else if (mode === 'blocking' && field(options, 'max-buffer-size') !== undefined)
            finding(
              task,
              `${titleOf(container)} has a max-buffer-size, which mode blocking does not take`,
              'container_definitions',
            );
        }
      }
    },
  },
);
