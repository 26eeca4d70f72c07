import { oncePer } from './once-per.js';
import { deepestModules } from './addresses.js';
import { addTo } from './groups.js';
import { limits } from './budget.js';
import { providerName, type BlockSyntax, type Expression } from './syntax.js';
import { referencePath } from './evaluate.js';
import type { ModuleFolder, PlacedBlock } from './module-folder.js';
import { locationIn, type Location } from './location.js';
import type { Project } from './project.js';
import {
  argument,
  calledFolder,
  declarationsOf,
  placeOf,
  referencesIn,
  referencesOf,
  referred,
  type Reference,
} from './references.js';

/** What Terraform works out one after the other: a resource, a variable, a local value, an output, a provider, a call. */
export interface Node {
  /** `module.network.aws_vpc.this`, `module.network.output.vpc_id`, `provider.aws.replica`. */
  address: string;
  location: Location;
  needs: ReadonlySet<string>;
}

/** Everything in a project that waits for something else, by address; `count` and `for_each` make no difference. */
export interface Dependencies {
  nodes: ReadonlyMap<string, Node>;
  /** The paths that a module's folder is called at, `''` for the root: `module.network.`. */
  paths: ReadonlyMap<ModuleFolder, readonly string[]>;
}

/** What depends on what in a project, over modules that are called by path. */
export const dependenciesOf = oncePer((project): Dependencies => {
  const reader = new DependencyReader(project);
  const [root] = project.folders;
  if (root) reader.module({ folder: root, path: '' });
  return { nodes: reader.nodes, paths: reader.paths };
});

/** A call of a module. */
interface Call {
  folder: ModuleFolder;
  /** `''` or `module.network.`. */
  path: string;
  caller?: { call: Call; block: PlacedBlock };
}

const mayNameItself = new Set(['provisioner', 'connection', 'lifecycle']);

class DependencyReader {
  readonly nodes = new Map<string, Node>();
  readonly paths = new Map<ModuleFolder, string[]>();
  private readonly folders: ReadonlyMap<string, ModuleFolder>;
  private callsLeft: number = limits.modules;
  private readonly providers = new Map<ModuleFolder, ReadonlySet<string>>();
  /** The addresses of the module that is being read and of those in it. */
  private added: string[] = [];

  constructor(private readonly project: Project) {
    this.folders = new Map(project.folders.map((folder) => [folder.path, folder]));
  }

  module(call: Call): void {
    // Those beyond are not evaluated either, which is said there.
    if (this.callsLeft-- <= 0) return;
    this.project.budget.tick();
    const { folder, path } = call;
    addTo(this.paths, folder, path);
    const declared = declarationsOf(folder);
    for (const [name, block] of declared.variables) {
      const input = call.caller && argument(call.caller.block.syntax.body, name);
      const outside = input && call.caller ? this.targets(call.caller.call, referencesIn(input.expression)) : [];
      this.add(call, `var.${name}`, placeOf(block), outside);
    }
    for (const [name, { attribute, file }] of declared.locals)
      this.add(
        call,
        `local.${name}`,
        locationIn(file, attribute),
        this.targets(call, referencesIn(attribute.expression)),
      );
    for (const [name, block] of declared.outputs)
      this.add(call, `output.${name}`, placeOf(block), this.ofBlock(call, block));
    for (const [address, block] of declared.resources) {
      const needs = [...this.ofBlock(call, block, address), ...this.providerOf(call, block.syntax)];
      this.add(call, address, placeOf(block), needs);
    }
    for (const block of folder.blocks) {
      if (block.syntax.type === 'provider')
        this.add(call, providerName(block.syntax), placeOf(block), this.ofBlock(call, block));
    }
    for (const [name, block] of declared.modules) this.moduleCall(call, name, block);
  }

  /** How often a module is there comes before everything in it; its end is after all of that. */
  private moduleCall(call: Call, name: string, block: PlacedBlock): void {
    const expressions = ['count', 'for_each', 'depends_on'].map(
      (meta) => argument(block.syntax.body, meta)?.expression,
    );
    const needs = expressions.flatMap((expression) =>
      expression ? this.targets(call, namedIn(expression), true) : [],
    );
    this.add(call, `module.${name}`, placeOf(block), needs);
    const folder = this.called(call, block);
    if (!folder) return;
    const path = `${call.path}module.${name}.`;
    const around = this.added;
    this.added = [];
    this.module({ folder, path, caller: { call, block } });
    const inside = this.added;
    this.added = around;
    for (const address of inside) around.push(address);
    this.add(call, `module.${name} (all of it)`, placeOf(block), inside);
  }

  private called({ folder, path }: Call, { syntax }: PlacedBlock): ModuleFolder | undefined {
    const source = calledFolder(folder, syntax);
    const isTooDeep = path.split('module.').length > deepestModules;
    return source === undefined || isTooDeep ? undefined : this.folders.get(source);
  }

  private add({ path }: Call, name: string, location: Location, needs: Iterable<string>): void {
    const address = `${path}${name}`;
    const all = new Set(needs);
    if (path !== '') all.add(path.slice(0, -1));
    if (!this.nodes.has(address)) this.added.push(address);
    this.nodes.set(address, { address, location, needs: all });
  }

  /** A resource may name itself where it has been made before, though not in its conditions. */
  private ofBlock(call: Call, { syntax }: PlacedBlock, self?: string): string[] {
    const inDependsOn = argument(syntax.body, 'depends_on')?.expression;
    const references = [...referencesOf(syntax)].filter(
      (reference) =>
        !(self !== undefined && mayNameItself.has(reference.section ?? '') && referred(reference) === self),
    );
    return [...this.targets(call, references), ...(inDependsOn ? this.targets(call, namedIn(inDependsOn), true) : [])];
  }

  private targets(call: Call, references: Iterable<Reference>, isWhole = false): string[] {
    return [...references].flatMap((reference) => {
      const target = referred(reference);
      if (target === undefined) return [];
      const [kind, name, output] = reference.path;
      if (kind !== 'module') return [`${call.path}${target}`];
      const block = declarationsOf(call.folder).modules.get(name ?? '');
      const folder = block && this.called(call, block);
      if (!folder) return [`${call.path}${target}`];
      if (isWhole) return [`${call.path}${target} (all of it)`];
      const outputs = output === undefined ? [...declarationsOf(folder).outputs.keys()] : [output];
      return outputs.map((each) => `${call.path}${target}.output.${each}`);
    });
  }

  private providersIn(folder: ModuleFolder): ReadonlySet<string> {
    let names = this.providers.get(folder);
    if (!names) {
      names = providersIn(folder);
      this.providers.set(folder, names);
    }
    return names;
  }

  /** The provider's configuration that a resource is made with, in its own module or in one that calls it. */
  private providerOf(call: Call, syntax: BlockSyntax): string[] {
    const written = argument(syntax.body, 'provider')?.expression;
    const type = syntax.labels[0] ?? '';
    let name = written ? (referencePath(written)?.join('.') ?? '') : (type.split('_')[0] ?? '');
    for (let at: Call | undefined = call; at; at = at.caller?.call) {
      const wanted = `provider.${name}`;
      if (this.providersIn(at.folder).has(wanted)) return [`${at.path}${wanted}`];
      const passed: Expression | undefined =
        at.caller && argument(at.caller.block.syntax.body, 'providers')?.expression;
      name = passedAs(passed, name);
    }
    return [];
  }
}

/** What `depends_on` names. Terraform also takes names in quotes, and warns of them: "Quoted references are deprecated". */
function* namedIn(expression: Expression): Generator<Reference> {
  yield* referencesIn(expression);
  for (const item of expression.kind === 'list' ? expression.items : []) {
    const [first, ...rest] = item.kind === 'literal' ? String(item.value).split('.') : [];
    const { line, column, endLine, endColumn } = item;
    if (first !== undefined) yield { path: [first, ...rest], line, column, endLine, endColumn };
  }
}

function providersIn({ blocks }: ModuleFolder): ReadonlySet<string> {
  return new Set(blocks.filter(({ syntax }) => syntax.type === 'provider').map(({ syntax }) => providerName(syntax)));
}

function passedAs(providers: Expression | undefined, name: string): string {
  if (providers?.kind !== 'object') return name;
  const entry = providers.entries.find(
    ({ key }) => (key.kind === 'literal' ? String(key.value) : referencePath(key)?.join('.')) === name,
  );
  return (entry && referencePath(entry.value)?.join('.')) ?? name;
}

/** Circles in what depends on what, one for each group that is caught in circles, each as the nodes on its way round. */
export function circlesIn({ nodes }: Dependencies): Node[][] {
  return groups(nodes).flatMap((group) => {
    const circle = shortestCircle(nodes, group);
    return circle ? [circle] : [];
  });
}

/** Nodes that can each be reached from each other (Tarjan), without those that stand alone. A project's chains can be of any length, so nothing calls itself. */
function groups(nodes: ReadonlyMap<string, Node>): Set<string>[] {
  const found: Set<string>[] = [];
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const path: { address: string; rest: Iterator<string> }[] = [];
  const enter = (address: string) => {
    low.set(address, order.size);
    order.set(address, order.size);
    stack.push(address);
    onStack.add(address);
    path.push({ address, rest: (nodes.get(address)?.needs ?? new Set<string>()).values() });
  };
  const lower = (address: string, to: number) => low.set(address, Math.min(low.get(address)!, to));
  for (const start of nodes.keys()) {
    if (order.has(start)) continue;
    enter(start);
    for (let at = path.at(-1); at; at = path.at(-1)) {
      const { address, rest } = at;
      const { value: next, done } = rest.next();
      if (!done) {
        if (!nodes.has(next)) continue;
        if (!order.has(next)) enter(next);
        else if (onStack.has(next)) lower(address, order.get(next)!);
        continue;
      }
      path.pop();
      const before = path.at(-1);
      if (before) lower(before.address, low.get(address)!);
      if (low.get(address)! !== order.get(address)!) continue;
      const group = new Set(stack.splice(stack.lastIndexOf(address)));
      for (const member of group) onStack.delete(member);
      if (group.size > 1 || nodes.get(address)?.needs.has(address)) found.push(group);
    }
  }
  return found;
}

function shortestCircle(nodes: ReadonlyMap<string, Node>, group: ReadonlySet<string>): Node[] | undefined {
  let shortest: string[] | undefined;
  for (const start of [...group].sort().slice(0, mostStarts)) {
    const way = wayRound(nodes, group, start);
    if (way && (!shortest || way.length < shortest.length)) shortest = way;
  }
  return shortest?.map((address) => nodes.get(address)).filter((node) => node !== undefined);
}

/** A circle from any of them is a finding; the shortest of these is easy to read. */
const mostStarts = 50;

function wayRound(nodes: ReadonlyMap<string, Node>, group: ReadonlySet<string>, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const at of queue) {
    for (const next of nodes.get(at)?.needs ?? []) {
      if (!group.has(next) || cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      if (next === start) return trace(cameFrom, start);
      queue.push(next);
    }
  }
  return undefined;
}

function trace(cameFrom: ReadonlyMap<string, string>, start: string): string[] {
  const back: string[] = [];
  for (let at = cameFrom.get(start); at !== undefined && at !== start; at = cameFrom.get(at)) back.push(at);
  return [start, ...back.toReversed()];
}
