import type { Block, Resource } from '../../terraform/project.js';
import { decodeJson, identity, isList, isMap, type Value } from '../../terraform/value.js';

/** An object in a task definition's JSON, such as a container. */
export type JsonObject = ReadonlyMap<string, Value>;

/** What a JSON object has under a name, in whatever capitals: ECS reads `portMappings` and `PortMappings` alike. */
export function field(object: Value | undefined, name: string): Value | undefined {
  if (!isMap(object)) return undefined;
  const found =
    object.get(name) ?? [...object].find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? undefined;
  return found ?? undefined;
}

/** The objects in a list of a JSON object; undefined where it is not known which, none where there is no list. */
export function objectsIn(object: Value | undefined, name: string): readonly JsonObject[] | undefined {
  const list = field(object, name);
  if (list === undefined) return isMap(object) ? [] : undefined;
  return isList(list) && list.every(isMap) ? (list as readonly JsonObject[]) : undefined;
}

/** The containers of a task definition; undefined where they are not known, or are no list of objects. */
export function containersOf(task: Resource): readonly JsonObject[] | undefined {
  const decoded = decodeJson(task.get('container_definitions'));
  if (decoded instanceof Error || !isList(decoded)) return undefined;
  return decoded.every(isMap) ? (decoded as readonly JsonObject[]) : undefined;
}

/** What a container is called in a message. */
export function titleOf(container: JsonObject): string {
  const name = identity(field(container, 'name'));
  return name === undefined ? 'a container' : `container ${name}`;
}

/** Whether a task definition is meant for Fargate; undefined where that is not known. */
export function isForFargate(task: Resource): boolean | undefined {
  const value = task.get('requires_compatibilities');
  if (value === undefined) return false;
  if (!isList(value)) return undefined;
  if (value.includes('FARGATE')) return true;
  return value.every((item) => typeof item === 'string') ? false : undefined;
}

/** The task definition of the project that a service runs; undefined where it is not in it, or may be one of several. */
export function taskOf(service: Block): Resource | undefined {
  const [first, ...others] = service.refs('task_definition', 'aws_ecs_task_definition');
  // What a data source looks up says little of itself.
  if (first?.mode !== 'managed') return undefined;
  return others.some((other) => other.address !== first.address) ? undefined : first;
}
