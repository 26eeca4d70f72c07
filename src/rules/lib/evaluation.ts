import { within, type Attribute, type BlockSyntax, type Body, type Expression } from '../../terraform/syntax.js';
import type { ModuleFolder, PlacedBlock } from '../../terraform/module-folder.js';
import type { Block, Failure, Project, Resource } from '../../terraform/project.js';
import { dependenciesOf } from '../../terraform/dependencies.js';
import {
  argument,
  calledFolder,
  declarationsOf,
  isDeployed,
  referencesIn,
  referred,
  resourceAddress,
} from '../../terraform/references.js';
import { addTo } from '../../terraform/groups.js';
import { oncePer } from '../../terraform/once-per.js';
import { blockAt } from './block-at.js';

/** Reads every argument of every resource, so that `project.failures()` knows of all that Terraform would refuse. */
export function evaluateAll(project: Project): void {
  for (const resource of project.resources) if (!resource.uncertain) evaluateBlock(resource);
}

function evaluateBlock(block: Block): void {
  for (const name of block.body.names()) {
    block.get(name);
    for (const inner of block.blocks(name)) if (!inner.uncertain) evaluateBlock(inner);
  }
}

/** Where in the syntax a failure is. */
interface Place {
  folder: ModuleFolder;
  block: PlacedBlock;
  expression: Expression;
}

/** The block and the expression that a failure is in. */
export function placeOfFailure(project: Project, { location }: Failure): Place | undefined {
  for (const folder of project.folders) {
    const { syntaxes, placed } = blocksByFile(folder).get(location.path) ?? noBlocks;
    const syntax = blockAt(syntaxes, location.line);
    const block = syntax && placed.get(syntax);
    const attribute = block && attributeAt(block.syntax.body, location.line);
    if (block && attribute) return { folder, block, expression: attribute.expression };
  }
  return undefined;
}

interface FileBlocks {
  syntaxes: BlockSyntax[];
  placed: Map<BlockSyntax, PlacedBlock>;
}

const noBlocks: FileBlocks = { syntaxes: [], placed: new Map() };
const blocksByFolder = new WeakMap<ModuleFolder, ReadonlyMap<string, FileBlocks>>();

/** The blocks of a folder by file, in which they keep their order where an override file adds to them. */
function blocksByFile(folder: ModuleFolder): ReadonlyMap<string, FileBlocks> {
  const known = blocksByFolder.get(folder);
  if (known) return known;
  const files = new Map<string, FileBlocks>();
  for (const block of folder.blocks) {
    const file = files.get(block.file) ?? { syntaxes: [], placed: new Map<BlockSyntax, PlacedBlock>() };
    file.syntaxes.push(block.syntax);
    file.placed.set(block.syntax, block);
    files.set(block.file, file);
  }
  blocksByFolder.set(folder, files);
  return files;
}

/** The argument that starts last before a line and has something in it. */
function attributeAt(body: Body, line: number): Attribute | undefined {
  let found: Attribute | undefined;
  const look = ({ attributes, blocks }: Body) => {
    // From the last one backwards: the first that has something in the line is the one.
    for (let at = attributes.length - 1; at >= 0; at--) {
      const attribute = attributes[at]!;
      if (attribute.line > line) continue;
      if (found && attribute.line < found.line) break;
      if (attribute.line === line || [...within(attribute.expression)].some((part) => part.line === line)) {
        found = attribute;
        break;
      }
    }
    for (const block of blocks) if (block.line <= line) look(block.body);
  };
  look(body);
  return found;
}

/** Whether it is sure that Terraform evaluates the block of a failure. */
export function isSurelyEvaluated(project: Project, { folder, block }: Place): boolean {
  const address = resourceAddress(block.syntax);
  if (address && block.syntax.type !== 'action') {
    const instances = instancesByBlock(project).get(block.syntax) ?? [];
    return instances.length > 0 && instances.every(({ uncertain }) => !uncertain);
  }
  return folder === project.folders[0] || callsOf(project, folder).every((call) => !isRepeated(call));
}

/** The resources and data sources that each block has become. */
export const instancesByBlock = oncePer((project) => {
  const instances = new Map<BlockSyntax, Resource[]>();
  for (const resource of project.resources) if (resource.syntax) addTo(instances, resource.syntax, resource);
  return instances;
});

function callsOf(project: Project, folder: ModuleFolder): PlacedBlock[] {
  return callsByFolder(project).get(folder.path) ?? [];
}

const callsByFolder = oncePer((project) => {
  const calls = new Map<string | undefined, PlacedBlock[]>();
  for (const caller of project.folders) {
    for (const block of caller.blocks)
      if (block.syntax.type === 'module') addTo(calls, calledFolder(caller, block.syntax), block);
  }
  return calls;
});

function isRepeated({ syntax }: PlacedBlock): boolean {
  return argument(syntax.body, 'count') !== undefined || argument(syntax.body, 'for_each') !== undefined;
}

/**
 * The variables of the root module that an expression's value comes from: through local values, calls of modules, and
 * the number of instances of what it refers to.
 */
export function rootVariablesOf(project: Project, place: Place): string[] {
  const { nodes, paths } = dependenciesOf(project);
  const [root] = project.folders;
  const names = new Set<string>();
  const seen = new Set<string>();
  // Chains of locals can be of any length, so nothing calls itself.
  const waiting: { path: string; folder: ModuleFolder; expression: Expression }[] = [];
  const follow = (path: string, folder: ModuleFolder, expression: Expression) =>
    void waiting.push({ path, folder, expression });
  const look = ({ path, folder, expression }: (typeof waiting)[number]) => {
    for (const reference of referencesIn(expression)) {
      const [kind] = reference.path;
      // What says how often may itself say each or count, though Terraform refuses it.
      if ((kind === 'each' || kind === 'count') && once(`${path} repeated`))
        followRepetition(path, folder, place.block.syntax.body);
      const target = referred(reference);
      if (target === undefined) continue;
      if (kind === 'var') visit(`${path}${target}`);
      else if (kind === 'local') {
        const local = declarationsOf(folder).locals.get(reference.path[1] ?? '');
        if (local && once(`${path}${target}`)) follow(path, folder, local.attribute.expression);
      } else if (kind === 'module') visit(`${path}${target}.output.${reference.path[2] ?? ''}`);
      else {
        const resource = declarationsOf(folder).resources.get(target);
        if (resource && once(`${path}${target}`)) followRepetition(path, folder, resource.syntax.body);
      }
    }
  };
  const followRepetition = (path: string, folder: ModuleFolder, body: Body) => {
    for (const meta of ['count', 'for_each']) {
      const expression = argument(body, meta)?.expression;
      if (expression) follow(path, folder, expression);
    }
  };
  const once = (address: string) => !seen.has(address) && seen.add(address);
  const visit = (start: string) => {
    for (const addresses = [start]; addresses.length > 0;) {
      const address = addresses.pop()!;
      if (!once(address)) continue;
      const [, name] = /^var\.(.+)$/.exec(address) ?? [];
      if (name !== undefined) names.add(name);
      for (const next of nodes.get(address)?.needs ?? [])
        if (/(?:^|\.)(?:var|local|output)\.[^.]+$/.test(next)) addresses.push(next);
    }
  };
  for (const path of paths.get(place.folder) ?? []) follow(path, place.folder, place.expression);
  for (let one = waiting.pop(); one; one = waiting.pop()) look(one);
  return [...names].filter((name) => root && declarationsOf(root).variables.has(name));
}

/** The root module's variables that a .tfvars file of the project gives. */
export const givenVariables = oncePer((project): ReadonlySet<string> => {
  const files = (project.list('') ?? []).filter((name) =>
    /^terraform\.tfvars(\.json)?$|\.auto\.tfvars(\.json)?$/.test(name),
  );
  const names = files.flatMap((file) =>
    [...(project.read(file) ?? '').matchAll(/^[ \t]*"?([\w-]+)"?[ \t]*[=:]/gm)].map(([, name]) => name ?? ''),
  );
  return new Set(names);
});

/** Whether a variable's default stands for a value that whoever runs Terraform gives: null, or empty. */
export function isPlaceholder(project: Project, name: string): boolean {
  const [root] = project.folders;
  const variable = root && declarationsOf(root).variables.get(name);
  const fallback = variable && argument(variable.syntax.body, 'default')?.expression;
  if (!fallback) return false;
  if (fallback.kind === 'literal') return fallback.value === null || fallback.value === '';
  return (
    (fallback.kind === 'list' && fallback.items.length === 0) ||
    (fallback.kind === 'object' && fallback.entries.length === 0)
  );
}

/** Why nothing is said of such a value. */
export const leftToCaller = 'it is written with an empty default, which whoever calls the module gives';

/**
 * Whether an argument, or with none all of a resource, is written with an empty default that a caller is to give: in a
 * module that nobody calls or runs here it stands for a value that is not known.
 */
export function isLeftToCaller(project: Project, resource: Resource, argumentName?: string): boolean {
  const [root] = project.folders;
  if (!root || !resource.syntax || isDeployed(project)) return false;
  const placed = placedBySyntax(project).get(resource.syntax);
  if (!placed) return false;
  const given = givenVariables(project);
  return expressionsOf(resource.syntax.body)
    .filter(({ names }) => argumentName === undefined || names.includes(argumentName))
    .flatMap(({ expression }) => rootVariablesOf(project, { ...placed, expression }))
    .some((name) => !given.has(name) && isPlaceholder(project, name));
}

/** Every expression of a body, with the names of the argument and the blocks that it is in. */
function expressionsOf(
  body: Body,
  around: readonly string[] = [],
): { names: readonly string[]; expression: Expression }[] {
  return [
    ...body.attributes.map(({ name, expression }) => ({ names: [...around, name], expression })),
    ...body.blocks.flatMap((block) => expressionsOf(block.body, [...around, block.type, ...block.labels])),
  ];
}

const placedBySyntax = oncePer((project): ReadonlyMap<BlockSyntax, Omit<Place, 'expression'>> => {
  const placed = project.folders.flatMap((folder) =>
    folder.blocks.map((block) => [block.syntax, { folder, block }] as const),
  );
  return new Map(placed);
});
