import { own } from '../../own.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import type { Project, Resource } from '../../terraform/project.js';
import { argument, calledFolder, declarationsOf } from '../../terraform/references.js';
import { children, within, type BlockSyntax, type Body, type Expression } from '../../terraform/syntax.js';

/** What an expression takes from a secret or parameter that Terraform reads. */
export interface SecretSource {
  /** Without the keys of `count` and `for_each`: `module.db.data.aws_secretsmanager_secret_version.app`. */
  source: string;
  /** Its key of `count` or `for_each`, where one is written. */
  instance: string | undefined;
  /** The key of its JSON; undefined for the whole of it. */
  key: string | undefined;
}

/** Whether this is what is read; false where an instance is named and it is not known which of them the resource is. */
export function isSource({ source, instance }: SecretSource, { configAddress, key }: Resource): boolean {
  return source === configAddress && (instance === undefined || instance === String(key ?? 0));
}

/** The module that an expression is in, and who calls it. */
interface Scope {
  project: Project;
  /** `module.db.`, without keys. */
  prefix: string;
  folder: ModuleFolder;
  caller?: { scope: Scope; call: BlockSyntax };
  /** How many more expressions are looked at: local values that name each other often are many when written out. */
  steps: { left: number };
}

/** How far local values, variables and outputs are followed; those that go round in a circle end there. */
const deepest = 30;

/**
 * What an argument takes from secrets, or with `name` the variable of that name in it: an entry of an object, or
 * `{ name = …, value = … }`. Undefined where that cannot be followed.
 */
export function secretSourcesOf(
  project: Project,
  resource: Resource,
  argumentName: string,
  name?: string,
): readonly SecretSource[] | undefined {
  const scope = scopeOf(project, resource);
  if (!scope || !resource.syntax) return undefined;
  const written = expressionsOf(resource.syntax.body, argumentName);
  const seen = new Set<Expression>();
  const placed = written.flatMap((expression) =>
    name === undefined ? [{ scope, expression }] : named({ scope, expression }, name, seen),
  );
  return agreed(placed.map((one) => sourcesIn(one.scope, one.expression, [])));
}

/** What all of several take; undefined where they differ. */
function agreed(all: readonly Sources[]): Sources {
  const [first, ...others] = all;
  return others.every((other) => JSON.stringify(other) === JSON.stringify(first)) ? first : undefined;
}

/** Where a resource is written. */
function scopeOf(project: Project, resource: Resource): Scope | undefined {
  const names = resource.configAddress.split('.');
  const [root] = project.folders;
  let scope: Scope | undefined = root && { project, prefix: '', folder: root, steps: { left: 10_000 } };
  for (let at = 0; scope && names[at] === 'module'; at += 2) scope = calledScope(scope, names[at + 1] ?? '');
  return scope?.folder.blocks.some(({ syntax }) => syntax === resource.syntax) ? scope : undefined;
}

function calledScope(scope: Scope, name: string): Scope | undefined {
  const { project, steps } = scope;
  const call = declarationsOf(scope.folder).modules.get(name)?.syntax;
  const called = call && calledFolder(scope.folder, call);
  const folder = called === undefined ? undefined : project.folders.find(({ path }) => path === called);
  return (
    call && folder && { project, prefix: `${scope.prefix}module.${name}.`, folder, caller: { scope, call }, steps }
  );
}

/** The expression of an argument, or those of the arguments of a block, `dynamic` ones too. */
function expressionsOf(body: Body, name: string): Expression[] {
  const own = argument(body, name);
  const blocks = body.blocks
    .filter(({ type, labels }) => type === name || (type === 'dynamic' && labels[0] === name))
    .flatMap((block) => (block.type === 'dynamic' ? block.body.blocks : [block]));
  return [
    ...(own ? [own.expression] : []),
    ...blocks.flatMap((block) => block.body.attributes.map(({ expression }) => expression)),
  ];
}

/** An expression and where it is written. */
interface Placed {
  scope: Scope;
  expression: Expression;
}

/** What a variable of a name is set to in an expression, through local values and variables. */
function named({ scope, expression }: Placed, name: string, seen: Set<Expression>): Placed[] {
  if (seen.has(expression)) return [];
  seen.add(expression);
  return within(expression).flatMap((part) => {
    const meant = part.kind === 'attribute' ? meantBy(scope, part) : undefined;
    if (meant) return named(meant, name, seen);
    if (part.kind !== 'object') return [];
    const isNamed = ['name', 'Name'].some((key) => isLiteral(entryOf(part, key), name));
    const own = [entryOf(part, name), ...(isNamed ? [entryOf(part, 'value'), entryOf(part, 'Value')] : [])];
    return own.filter((one) => one !== undefined).map((one) => ({ scope, expression: one }));
  });
}

function isLiteral(expression: Expression | undefined, text: string): boolean {
  return expression?.kind === 'literal' && String(expression.value) === text;
}

/** What a local value, or a variable of a module, is written as. */
function meantBy(scope: Scope, { of, name }: Expression & { kind: 'attribute' }): Placed | undefined {
  const { folder, caller } = scope;
  if (of.kind !== 'name') return undefined;
  const local = of.name === 'local' ? declarationsOf(folder).locals.get(name)?.attribute.expression : undefined;
  if (local) return { scope, expression: local };
  const given = of.name === 'var' && caller ? argument(caller.call.body, name)?.expression : undefined;
  return given && caller && { scope: caller.scope, expression: given };
}

type ObjectExpression = Expression & { kind: 'object' };

function entryOf({ entries }: ObjectExpression, name: string): Expression | undefined {
  return entries.find(({ key }) => isLiteral(key, name))?.value;
}

/** What is taken out of an expression: attributes and keys, undefined for one that is not written out. */
type Path = readonly (string | undefined)[];

type Sources = readonly SecretSource[] | undefined;

/** Functions that give what they are given, or the first of it that there is. */
const passing = new Set(['coalesce', 'nonsensitive', 'one', 'sensitive', 'tostring', 'trimspace', 'try']);

/** Functions that tell nothing of what they are given. */
const oneWay = /^(base64sha|bcrypt|length|md5|sha|can$)/;

/** The arguments and attributes that hold what is read. */
const contents: Readonly<Record<string, readonly string[]>> = {
  aws_secretsmanager_secret_version: ['secret_string', 'secret_binary'],
  aws_ssm_parameter: ['value', 'insecure_value'],
};

function sourcesIn(scope: Scope, expression: Expression, path: Path, depth = deepest): Sources {
  const follow = (one: Expression, rest: Path = path) => sourcesIn(scope, one, rest, depth - 1);
  if (depth === 0 || scope.steps.left-- <= 0) return undefined;
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'attribute':
      return follow(expression.of, [expression.name, ...path]);
    case 'index': {
      const { key } = expression;
      return follow(expression.of, [key.kind === 'literal' ? String(key.value) : undefined, ...path]);
    }
    case 'name':
      return sourcesOfName(scope, expression.name, path, depth);
    case 'object': {
      const [name, ...rest] = path;
      if (path.length === 0) return union(expression.entries.map(({ value }) => follow(value, [])));
      const entry = name === undefined ? undefined : entryOf(expression, name);
      return entry && follow(entry, rest);
    }
    case 'list': {
      const item = path.length === 0 ? undefined : expression.items[Number(path[0])];
      if (path.length > 0) return item && follow(item, path.slice(1));
      break;
    }
    case 'call': {
      if (oneWay.test(expression.name)) return [];
      if (expression.name === 'jsondecode')
        return decoded(union(expression.arguments.map((one) => follow(one, []))), path);
      if (passing.has(expression.name)) return anyOf(expression.arguments.map((one) => follow(one)));
      const [map, key, ...others] = expression.arguments;
      if (expression.name === 'lookup' && map && key?.kind === 'literal')
        return anyOf([follow(map, [String(key.value), ...path]), ...others.map((one) => follow(one))]);
      break;
    }
    case 'conditional':
      return agreed([follow(expression.yes), follow(expression.no)]);
    default:
      break;
  }
  // Names that `for` brings are not followed, so that nothing is known of what is made with them.
  const all = union(children(expression).map((one) => follow(one, [])));
  return path.length === 0 || all?.length === 0 ? all : undefined;
}

function sourcesOfName(scope: Scope, kind: string, path: Path, depth: number): Sources {
  const [name = ''] = path;
  const rest = path.slice(1);
  switch (kind) {
    case 'local': {
      const local = declarationsOf(scope.folder).locals.get(name)?.attribute.expression;
      return local && sourcesIn(scope, local, rest, depth - 1);
    }
    case 'var': {
      // Whoever runs Terraform sets those of the root module, and they are no secret that it reads.
      const given = scope.caller && argument(scope.caller.call.body, name)?.expression;
      return given && scope.caller ? sourcesIn(scope.caller.scope, given, rest, depth - 1) : [];
    }
    case 'module': {
      const [, second = '', ...others] = path;
      const called = calledScope(scope, name);
      if (!called) return undefined;
      const { outputs } = declarationsOf(called.folder);
      // Behind an index; of several instances each may have another.
      const output = outputs.has(second) ? rest : second === '0' ? others : [];
      const block = outputs.get(output[0] ?? '')?.syntax;
      const value = block && argument(block.body, 'value')?.expression;
      return value && sourcesIn(called, value, output.slice(1), depth - 1);
    }
    case 'data':
    case 'ephemeral': {
      const [, label = '', ...members] = path;
      const held = own(contents, name);
      if (!held) return [];
      const at = members.slice(0, 2).findIndex((one) => one !== undefined && held.includes(one));
      const [first] = members;
      // Another attribute, as against the key of an instance that is not known, or all of it.
      if (at === -1) return first === undefined || /^\d+$/.test(first) ? undefined : [];
      if (at === 1 && first === undefined) return undefined;
      const instance = at === 1 ? first : undefined;
      return [{ source: `${scope.prefix}${kind}.${name}.${label}`, instance, key: undefined }];
    }
    case 'count':
    case 'path':
    case 'terraform':
      return [];
    default:
      // Another resource, as against a name that `for` or `dynamic` brings.
      return /^[a-z\d]+_\w+$/.test(kind) && kind !== 'terraform_data' && path.length > 1 ? [] : undefined;
  }
}

/** What is under a key of JSON that is read. */
function decoded(sources: Sources, path: Path): Sources {
  if (!sources || path.length === 0) return sources;
  const [key] = path;
  if (key === undefined) return sources.length === 0 ? sources : undefined;
  return sources.map((one) => ({ ...one, key: one.key ?? key }));
}

/** All of several; undefined where one of them is not known. */
function union(parts: readonly Sources[]): Sources {
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length) return undefined;
  const distinct = new Map(known.flat().map((one) => [JSON.stringify(one), one]));
  return [...distinct.values()];
}

/** What one of several gives; undefined where two of them take different things from secrets. */
function anyOf(parts: readonly Sources[]): Sources {
  const telling = parts.filter((part) => part?.length !== 0);
  return telling.length === 0 ? [] : agreed(telling);
}
