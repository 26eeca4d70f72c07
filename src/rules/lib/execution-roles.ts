import type { Project, Resource } from '../../terraform/project.js';
import { identity, isMap, joinText, show, Unknown, type Value } from '../../terraform/value.js';
import { containersOf, field, isForFargate, type JsonObject } from './containers.js';
import { roleOf } from './permissions.js';
import { oncePer } from '../../terraform/once-per.js';

/** A task definition with the role by which ECS starts it; both are in the project. */
export interface ExecutedTask {
  task: Resource;
  role: Resource;
  containers: readonly JsonObject[];
  /** Whether ECS does all with the role; on instances of one's own their role pulls and logs. */
  onFargate: boolean;
}

/** The tasks of a project whose execution role is known. */
export function executedTasks(project: Project): ExecutedTask[] {
  return project.all('aws_ecs_task_definition').flatMap((task) => {
    const role = task.has('execution_role_arn') ? roleOf(task, 'execution_role_arn', project) : undefined;
    const containers = containersOf(task);
    return role && containers ? [{ task, role, containers, onFargate: isForFargate(task) === true }] : [];
  });
}

/** The repository of the project that an image is in. */
export function repositoryOf(project: Project, image: Value): Resource | undefined {
  const name = show(image);
  const ends = [...name.matchAll(/[:@]|$/g)].map(({ index }) => index);
  const byUrl = repositoriesByUrl(project);
  const found = ends.map((end) => byUrl.get(name.slice(0, end))).filter((one) => one !== undefined);
  return found.sort((a, b) => a.at - b.at)[0]?.repository;
}

const repositoriesByUrl = oncePer((project) => {
  const byUrl = new Map<string, { repository: Resource; at: number }>();
  for (const [at, repository] of project.all('aws_ecr_repository').entries()) {
    const url = identity(repository.computed('repository_url')) ?? '';
    if (url !== '' && !byUrl.has(url)) byUrl.set(url, { repository, at });
  }
  return byUrl;
});

/** The log stream that a container writes to through awslogs; undefined where it does not, or that is not known. */
export function logStreamArn(project: Project, task: Resource, container: JsonObject): Value | undefined {
  const logging = field(container, 'logConfiguration');
  const options = field(logging, 'options');
  if (field(logging, 'logDriver') !== 'awslogs' || !isMap(options)) return undefined;
  const name = field(options, 'awslogs-group');
  if (name === undefined) return undefined;
  const prefix = field(options, 'awslogs-stream-prefix') ?? new Unknown();
  const stream = [':log-stream:', prefix, '/', field(container, 'name') ?? new Unknown(), '/0123456789abcdef'];
  const [group] = project.having('name', identity(name), 'aws_cloudwatch_log_group');
  if (group) return joinText([group.computed('arn'), ...stream]);
  const { partition, region, account } = task.surroundings;
  const where = field(options, 'awslogs-region') ?? region;
  return joinText(['arn:', partition, ':logs:', where, ':', account, ':log-group:', name, ...stream]);
}
