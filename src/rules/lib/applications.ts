import { pointsAt, type Block, type Project, type Resource } from '../../terraform/project.js';
import { isMap, show, someElements, Text, Unknown, type Value } from '../../terraform/value.js';
import { containersOf, field, objectsIn, titleOf, type JsonObject } from './containers.js';
import { fetchedSecrets, type FetchedSecret } from './execution-roles.js';
import { functionsNamed, permissionsFor } from './functions.js';
import { roleOf } from './permissions.js';
import { isLeftOut } from './presence.js';

/** Something that keeps running or answers calls: what whoever gets into it can do is what its role may. */
export interface Application {
  /** The task definition, function, instance or template. */
  at: Resource;
  /** Where its role is named. */
  roleArgument: string;
  role: Resource | 'none' | 'unknown';
  /** Where its values are written. */
  valuesArgument: string;
  /** What it is given in clear: environment variables, user data. */
  values: readonly GivenValue[];
  /** What ECS fetches for it when it starts. */
  secrets: readonly FetchedSecret[];
  /** Whether `values` and `secrets` are all. */
  complete: boolean;
}

/** A value that is given in clear. */
export interface GivenValue {
  /** For messages: `DB_PASSWORD of container app`. */
  title: string;
  /** The name of the variable; undefined where it has none. */
  name?: string;
  value: Value;
}

/** The applications of a project: services of ECS, functions that others call, and instances. */
export function applications(project: Project): Application[] {
  return [
    ...servedTasks(project).map((task) => ofTask(project, task)),
    ...project
      .all('aws_lambda_function')
      .filter((lambda) => !servesOperators(project, lambda))
      .map((lambda) => ofFunction(project, lambda)),
    ...project
      .all('aws_instance', 'aws_launch_template', 'aws_launch_configuration')
      .map((one) => ofInstance(project, one)),
  ];
}

/** The task definitions that services run, each once; those that are only run by hand or on a schedule are none. */
function servedTasks(project: Project): Resource[] {
  const type = 'aws_ecs_task_definition';
  const tasks = project.all('aws_ecs_service', 'aws_ecs_task_set').flatMap((service) => [
    ...project.pointedAt(service, 'task_definition', type),
    // The latest revision, looked up by the family.
    ...service
      .refs('task_definition', type)
      .filter(({ mode }) => mode === 'data')
      .flatMap((latest) => project.pointedAt(latest, 'task_definition', type)),
  ]);
  return [...new Set(tasks)];
}

function ofTask(project: Project, task: Resource): Application {
  const containers = containersOf(task);
  const values = containers?.flatMap(environmentOf) ?? [];
  const isListed = (container: JsonObject) =>
    ['environment', 'secrets'].every((name) => objectsIn(container, name) !== undefined);
  return {
    at: task,
    roleArgument: 'task_role_arn',
    role: roleOfArgument(project, task, 'task_role_arn'),
    valuesArgument: 'container_definitions',
    values,
    secrets: containers?.flatMap((container) => fetchedSecrets(task, container)) ?? [],
    complete: containers?.every(isListed) ?? false,
  };
}

function environmentOf(container: JsonObject): GivenValue[] {
  return someElements(field(container, 'environment')).flatMap((variable) => {
    const [name, value] = [field(variable, 'name'), field(variable, 'value')];
    if (typeof name !== 'string' || value === undefined) return [];
    return [{ title: `${name} of ${titleOf(container)}`, name, value }];
  });
}

function ofFunction(project: Project, lambda: Resource): Application {
  const variables = lambda.get('environment.variables');
  return {
    at: lambda,
    roleArgument: 'role',
    role: roleOfArgument(project, lambda, 'role'),
    valuesArgument: 'environment',
    values: isMap(variables)
      ? [...variables].map(([name, value]) => ({ title: `${name} of its environment`, name, value }))
      : [],
    secrets: [],
    complete: variables === undefined || isMap(variables),
  };
}

function ofInstance(project: Project, instance: Resource): Application {
  const [block] = instance.blocks('iam_instance_profile');
  const data = instance.get('user_data');
  return {
    at: instance,
    roleArgument: 'iam_instance_profile',
    role: block
      ? roleOfArgument(project, block, block.has('arn') ? 'arn' : 'name')
      : roleOfArgument(project, instance, 'iam_instance_profile'),
    valuesArgument: 'user_data',
    values: data === undefined ? [] : [{ title: 'its user data', value: data }],
    secrets: [],
    complete: true,
  };
}

function roleOfArgument(project: Project, block: Block, argument: string): Application['role'] {
  if (isLeftOut(project, block, argument)) return 'none';
  return (block.has(argument) ? roleOf(block, argument, project) : undefined) ?? 'unknown';
}

/** Whether a function only works for those who run the project: it rotates secrets, or is called by Terraform or a clock. */
function servesOperators(project: Project, lambda: Resource): boolean {
  const names = (block: Block, argument: string) =>
    functionsNamed(block, argument).includes(lambda) || pointsAt(block, argument, lambda);
  const principals = permissionsFor(project, lambda).map((permission) => permission.get('principal'));
  const isCalledByOthers =
    principals.some((principal) => typeof principal !== 'string' || !operatingServices.test(principal)) ||
    project
      .all('aws_lambda_event_source_mapping', 'aws_lambda_function_url')
      .some((caller) => names(caller, 'function_name'));
  if (isCalledByOthers) return false;
  return (
    principals.includes('secretsmanager.amazonaws.com') ||
    project
      .all('aws_secretsmanager_secret_rotation', 'aws_secretsmanager_secret')
      .some((rotation) => names(rotation, 'rotation_lambda_arn')) ||
    project.all('aws_lambda_invocation').some((invocation) => names(invocation, 'function_name')) ||
    project
      .all('aws_scheduler_schedule')
      .some((schedule) => schedule.blocks('target').some((target) => names(target, 'arn'))) ||
    project
      .all('aws_cloudwatch_event_target')
      .some(
        (target) =>
          names(target, 'arn') &&
          project
            .pointedAt(target, 'rule', 'aws_cloudwatch_event_rule')
            .some((rule) => rule.has('schedule_expression') && !rule.has('event_pattern')),
      )
  );
}

/** Services that call a function for nobody outside. */
const operatingServices = /^(events|scheduler|secretsmanager)\.amazonaws\.com$/;

/**
 * Whether its name says that it administers databases, or lets people in who do. That proves nothing, and so is a
 * reason to abstain.
 */
export function isNamedForAdministration(resource: Resource): boolean {
  const written = ['family', 'function_name', 'name'].map((argument) => show(resource.get(argument) ?? ''));
  const words = [resource.modulePath, resource.name, ...written]
    .join(' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.some((word) => administration.test(word));
}

const administration =
  /^(bastions?|jump(box|host|server)?|tunnel|(pg|db)?admin|adminer|migrat\w+|migrate|rotat\w+|bootstrap\w*|(db)?init\w*|setup|seed\w*|schema|roles?|backups?|restore|dump|provision\w*)$/;

/** A value that is made of what a secret held when Terraform read it. */
export interface ReadValue {
  title: string;
  /** The version of the secret that was read. */
  version: Resource;
}

/**
 * The values of an application that Terraform read from secrets, as far as their names say that they are what changes
 * with a rotation. None, where several secrets were read: it is not known which value is from which.
 */
export function valuesFrom({ at, values, valuesArgument }: Application): ReadValue[] {
  const [version, ...others] = at
    .refs(valuesArgument, 'aws_secretsmanager_secret_version')
    .filter(({ mode }) => mode !== 'managed');
  if (!version || others.some(({ address }) => address !== version.address)) return [];
  return values
    .filter(({ name, value }) => isFromSecret(value) && (name === undefined || /pass|pwd|ur[il]$|dsn|conn/i.test(name)))
    .map(({ title }) => ({ title, version }));
}

/** Whether a value is taken from the content of a secret, or may be. */
function isFromSecret(value: Value): boolean {
  if (value instanceof Text) return value.parts.some(isFromSecret);
  return value instanceof Unknown && (value.symbol === undefined || value.symbol.endsWith('.secret_string'));
}
