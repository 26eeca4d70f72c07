import { referencePath } from '../model/evaluate.js';
import { Resource, type Project } from '../model/project.js';
import { isList, Lazy, Many, Unknown, type Value } from '../model/value.js';

const known = new WeakMap<Project, Map<string, ReadonlySet<string>>>();

/**
 * The addresses, without keys, of everything that Terraform makes before a resource: what it refers to or names in
 * `depends_on`, what the calls of its modules name there, and what those need in turn.
 * https://developer.hashicorp.com/terraform/internals/graph
 */
export function madeBefore(project: Project, resource: Resource): ReadonlySet<string> {
  const byAddress = known.get(project) ?? new Map<string, ReadonlySet<string>>();
  known.set(project, byAddress);
  const before = byAddress.get(resource.address);
  if (before) return before;
  const found = new Set<string>();
  const seen = new Set<Resource>([resource]);
  const waiting = [resource];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const needed of directly(project, next)) {
      found.add(needed.configAddress);
      if (seen.has(needed)) continue;
      seen.add(needed);
      waiting.push(needed);
    }
  }
  byAddress.set(resource.address, found);
  return found;
}

function directly(project: Project, resource: Resource): Resource[] {
  return [
    ...resource.body.names().flatMap((name) => resource.refs(name)),
    ...modulesNamed(resource.get('depends_on') ?? null).flatMap((path) => inModule(project, path)),
    ...neededByCalls(project, resource),
  ];
}

/** The modules in a `depends_on`, such as `module.network`. */
function modulesNamed(value: Value): string[] {
  if (isList(value)) return value.flatMap(modulesNamed);
  if (value instanceof Many) return modulesNamed(value.each);
  if (value instanceof Map) return [...value.values()].flatMap(modulesNamed);
  if (value instanceof Lazy && !(value instanceof Resource)) return [value.symbol];
  return value instanceof Unknown && value.symbol !== undefined ? [value.symbol] : [];
}

function inModule(project: Project, path: string): Resource[] {
  const prefix = `${withoutKeys(path)}.`;
  return project.resources.filter(({ modulePath }) => withoutKeys(modulePath).startsWith(prefix));
}

function withoutKeys(path: string): string {
  return path.replaceAll(/\[[^\]]*\]/g, '');
}

/** What the `depends_on` of the module calls above a resource names; a call of the same name elsewhere counts too. */
function neededByCalls(project: Project, { modulePath }: Resource): Resource[] {
  if (modulePath === '') return [];
  const names = withoutKeys(modulePath).split('.');
  const levels = names.flatMap((name, at) => (at % 2 === 1 ? [{ name, above: names.slice(0, at - 1) }] : []));
  return levels.flatMap(({ name, above }) =>
    dependenciesOfCall(project, name).flatMap(([first = '', second = '']) => {
      const address = [...above, first, second].join('.');
      return first === 'module'
        ? inModule(project, address)
        : project.resources.filter(({ configAddress }) => configAddress === address);
    }),
  );
}

function dependenciesOfCall(project: Project, name: string): string[][] {
  return project.folders
    .flatMap(({ blocks }) => blocks)
    .filter(({ syntax }) => syntax.type === 'module' && syntax.labels[0] === name)
    .flatMap(({ syntax }) => syntax.body.attributes.filter((attribute) => attribute.name === 'depends_on'))
    .flatMap(({ expression }) => (expression.kind === 'list' ? expression.items : []))
    .map((item) => referencePath(item) ?? [])
    .filter((path) => path.length >= 2);
}
