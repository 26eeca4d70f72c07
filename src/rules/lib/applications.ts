import type { Block, Project, Resource } from '../../terraform/project.js';
import { argument, referencesIn } from '../../terraform/references.js';
import { isMap, show, someElements, Text, Unknown, type Value } from '../../terraform/value.js';
import { containersOf, field, objectsIn, titleOf, type JsonObject } from './containers.js';
import { functionsNamed, isAtEdge, permissionsFor } from './functions.js';
import { roleOf } from './permissions.js';
import { isLeftOut } from './presence.js';
import { isSource, secretSourcesOf } from './secret-sources.js';
import { fetchedSecrets, unknownSecrets, type FetchedSecret } from './secrets.js';
import { oncePer } from '../../terraform/once-per.js';

/** Something that keeps running or answers calls: what whoever gets into it can do is what its role may. */
export interface Application {
  /** The task definition, function, instance or template. */
  at: Resource;
  /** Where its role is named. */
  roleArgument: string;
  /** Its role, where that is in the project. */
  role?: Resource;
  /** Whether it surely has no role. */
  withoutRole: boolean;
  /** Where its values are written. */
  valuesArgument: string;
  /** What it is given in clear: environment variables, user data. */
  values: readonly GivenValue[];
  /** What ECS fetches for it when it starts. */
  secrets: readonly FetchedSecret[];
  /** What ECS fetches of which it is not known which secret it is. */
  unknownSecrets: readonly Pick<FetchedSecret, 'title' | 'key'>[];
  /** Whether `values` and `secrets` are all. */
  complete: boolean;
  /** Whether something is seen that calls it: a function that nobody seems to call may serve operators. */
  called: boolean;
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
    ...roleOfArgument(project, task, 'task_role_arn'),
    valuesArgument: 'container_definitions',
    values,
    secrets: containers?.flatMap((container) => fetchedSecrets(task, container)) ?? [],
    unknownSecrets: containers?.flatMap((container) => unknownSecrets(task, container)) ?? [],
    complete: containers?.every(isListed) ?? false,
    called: true,
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
    ...roleOfArgument(project, lambda, 'role'),
    valuesArgument: 'environment',
    values: isMap(variables)
      ? [...variables].map(([name, value]) => ({ title: `${name} of its environment`, name, value }))
      : [],
    secrets: [],
    unknownSecrets: [],
    complete: variables === undefined || isMap(variables),
    called: isCalledByOthers(project, lambda),
  };
}

function ofInstance(project: Project, instance: Resource): Application {
  const [block] = instance.blocks('iam_instance_profile');
  const valuesArgument = instance.has('user_data_base64') ? 'user_data_base64' : 'user_data';
  const data = instance.get(valuesArgument);
  return {
    at: instance,
    roleArgument: 'iam_instance_profile',
    ...(block
      ? roleOfArgument(project, block, block.has('arn') ? 'arn' : 'name')
      : roleOfArgument(project, instance, 'iam_instance_profile')),
    valuesArgument,
    values: data === undefined ? [] : [{ title: 'its user data', value: data }],
    secrets: [],
    unknownSecrets: [],
    // What base64encode() and templatefile() make of what is not known is not known either.
    complete: data === undefined || !isOpen(data),
    called: true,
  };
}

/** Whether a text, or a part of it, is made of something that is not known. */
function isOpen(value: Value): boolean {
  if (value instanceof Text) return value.parts.some(isOpen);
  return value instanceof Unknown && value.symbol === undefined;
}

function roleOfArgument(project: Project, block: Block, argument: string): Pick<Application, 'role' | 'withoutRole'> {
  const role = block.has(argument) ? roleOf(block, argument, project) : undefined;
  return { ...(role ? { role } : {}), withoutRole: isLeftOut(project, block, argument) };
}

/** Whether something in the project calls a function for others than those who run the project. */
function isCalledByOthers(project: Project, lambda: Resource): boolean {
  const principals = permissionsFor(project, lambda).map((permission) => permission.get('principal'));
  return (
    principals.some((principal) => typeof principal !== 'string' || !operatingServices.test(principal)) ||
    calledFunctions(project).has(lambda) ||
    isAtEdge(project, lambda)
  );
}

/** Functions that callers name which answer somebody outside. */
const calledFunctions = oncePer(
  (project) =>
    new Set([
      ...project
        .all('aws_lambda_event_source_mapping', 'aws_lambda_function_url')
        .flatMap((caller) => namedBy(project, caller, 'function_name')),
      ...project
        .all('aws_appsync_datasource')
        .flatMap((source) =>
          source.blocks('lambda_config').flatMap((config) => namedBy(project, config, 'function_arn')),
        ),
    ]),
);

function namedBy(project: Project, block: Block, argument: string): Resource[] {
  return [...functionsNamed(block, argument), ...project.pointedAt(block, argument, 'aws_lambda_function')];
}

/** Whether a function only works for those who run the project: it rotates secrets, or is called by Terraform or a clock. */
function servesOperators(project: Project, lambda: Resource): boolean {
  if (isCalledByOthers(project, lambda)) return false;
  const principals = permissionsFor(project, lambda).map((permission) => permission.get('principal'));
  return principals.includes('secretsmanager.amazonaws.com') || operatedFunctions(project).has(lambda);
}

/** Functions that rotate secrets, or that Terraform or a clock calls. */
const operatedFunctions = oncePer((project) => {
  const onClock = (target: Resource) =>
    project
      .pointedAt(target, 'rule', 'aws_cloudwatch_event_rule')
      .some((rule) => rule.has('schedule_expression') && !rule.has('event_pattern'));
  return new Set([
    ...project
      .all('aws_secretsmanager_secret_rotation', 'aws_secretsmanager_secret')
      .flatMap((rotation) => namedBy(project, rotation, 'rotation_lambda_arn')),
    ...project.all('aws_lambda_invocation').flatMap((invocation) => namedBy(project, invocation, 'function_name')),
    ...project
      .all('aws_scheduler_schedule')
      .flatMap((schedule) => schedule.blocks('target').flatMap((target) => namedBy(project, target, 'arn'))),
    ...project
      .all('aws_cloudwatch_event_target')
      .filter(onClock)
      .flatMap((target) => namedBy(project, target, 'arn')),
  ]);
});

/** Services that call a function for nobody outside. */
const operatingServices = /^(events|scheduler|secretsmanager)\.amazonaws\.com$/;

/**
 * Whether its name says that it administers databases, or lets people in who do. That proves nothing, and so is a
 * reason to abstain.
 */
export function isNamedForAdministration(resource: Resource): boolean {
  const tags = resource.get('tags');
  const written = ['family', 'function_name', 'name', 'name_prefix'].map((argument) => resource.get(argument));
  const all = [...written, isMap(tags) ? tags.get('Name') : undefined].map((name) => show(name ?? ''));
  const words = [resource.modulePath, resource.name, ...all]
    .join(' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.some((word) => administration.test(word));
}

const administration =
  /^(bastions?|jump(box|host|server)?|tunnel|(pg|db)?admin|adminer|migrat(e|ions?|or)|rotat(e|ion|or)|(db)?bootstrap|dbinit|initdb|dbsetup|dbusers|schema|backups?|restore|dump)$/;

/** What the expression of the argument with its values names: `var.password`, `random_password.db.result`. */
export function namesIn({ at, valuesArgument }: Application): string[] {
  const expression = at.syntax && argument(at.syntax.body, valuesArgument)?.expression;
  return expression ? [...referencesIn(expression)].map(({ path }) => path.join('.')) : [];
}

/** A value that is made of what a secret held when Terraform read it. */
export interface ReadValue {
  title: string;
  /** The version of the secret that was read. */
  version: Resource;
  /** The key of its JSON; undefined for the whole of it. */
  key: string | undefined;
  /** Whether it is known that the value is of this version, and of this key. */
  certain: boolean;
}

/**
 * The values of an application that Terraform read from secrets. Where an expression cannot be followed, any secret that
 * the argument refers to may be the one, and a name that speaks of a password or an address is a reason to think so.
 */
export function valuesReadFromSecrets(project: Project, { at, values, valuesArgument }: Application): ReadValue[] {
  const versions = at
    .refs(valuesArgument, 'aws_secretsmanager_secret_version')
    .filter(({ mode }) => mode !== 'managed');
  if (versions.length === 0) return [];
  return values
    .filter(({ value }) => isFromSecret(value))
    .flatMap(({ title, name }): ReadValue[] => {
      const sources = secretSourcesOf(project, at, valuesArgument, name) ?? [];
      const read = sources.flatMap((source) =>
        versions
          .filter((version) => isSource(source, version))
          .map((version) => ({ title, version, key: source.key, certain: true })),
      );
      if (read.length > 0) return read;
      return mayNamePassword(name)
        ? versions.map((version) => ({ title, version, key: undefined, certain: false }))
        : [];
    });
}

/** Whether a variable may be a password, or an address with one in it, as may what has no name. */
function mayNamePassword(name: string | undefined): boolean {
  return name === undefined || /pass|pwd|pw$|ur[il]$|dsn|conn/i.test(name);
}

/** Whether a value is taken from the content of a secret, or may be. */
function isFromSecret(value: Value): boolean {
  if (value instanceof Text) return value.parts.some(isFromSecret);
  return value instanceof Unknown && (value.symbol === undefined || value.symbol.endsWith('.secret_string'));
}
