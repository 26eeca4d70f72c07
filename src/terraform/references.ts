import path from 'node:path';

import { own } from '../own.js';
import { isOfModule, isRead } from './module-files.js';
import { children, type Attribute, type BlockSyntax, type Body, type Expression, type Span } from './syntax.js';
import type { ModuleFolder, PlacedBlock } from './module-folder.js';
import { blockLocation, type Location } from './location.js';
import type { Project } from './project.js';

/** A name that an expression refers to: `["aws_vpc", "this", "id"]`, without indexes. */
export interface Reference extends Span {
  path: readonly [string, ...string[]];
  /** The nested block of a resource that it stands in, where that is one of Terraform's own: `postcondition`. */
  section?: string;
  /** The nested blocks that it stands in, the outermost first, where one of them is `dynamic` and it is in its content. */
  inDynamic?: readonly BlockSyntax[];
}

const nothing: ReadonlySet<string> = new Set();

/** The references in an expression; `bound` are names that a `for` or a `dynamic` block around it brings. */
export function* referencesIn(expression: Expression, bound: ReadonlySet<string> = nothing): Generator<Reference> {
  const names = namesOf(expression);
  if (names) {
    if (!bound.has(names[0])) {
      const { line, column, endLine, endColumn } = expression;
      yield { path: names, line, column, endLine, endColumn };
    }
    for (const key of keysOf(expression)) yield* referencesIn(key, bound);
    return;
  }
  if (expression.kind === 'for') {
    yield* referencesIn(expression.collection, bound);
    const inner = new Set([...bound, expression.valueName, ...(expression.keyName ? [expression.keyName] : [])]);
    for (const part of [expression.key, expression.value, expression.condition])
      if (part) yield* referencesIn(part, inner);
    return;
  }
  for (const child of children(expression)) yield* referencesIn(child, bound);
}

const surroundings = new Set(['count', 'each', 'self']);

/** Like referencePath(), with what follows a splat: `module.zone[*].id` is `["module", "zone", "id"]`. */
function namesOf(expression: Expression): [string, ...string[]] | undefined {
  switch (expression.kind) {
    case 'name':
      return [expression.name];
    case 'attribute': {
      const before = namesOf(expression.of);
      return before && [...before, expression.name];
    }
    case 'index':
      return namesOf(expression.of);
    case 'splat': {
      const before = namesOf(expression.of);
      return before && [...before, ...attributesOf(expression.each)];
    }
    default:
      return undefined;
  }
}

function attributesOf(expression: Expression): string[] {
  if (expression.kind === 'attribute') return [...attributesOf(expression.of), expression.name];
  return expression.kind === 'index' ? attributesOf(expression.of) : [];
}

function keysOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'attribute':
      return keysOf(expression.of);
    case 'index':
      return [...keysOf(expression.of), expression.key];
    case 'splat':
      return [...keysOf(expression.of), ...keysOf(expression.each)];
    default:
      return [];
  }
}

/** Nested blocks that Terraform itself reads, whatever the resource. */
const ownSections = new Set(['lifecycle', 'provisioner', 'connection']);

/** Arguments whose words are no references, by the kind of block and the nested block they are in. */
const keywordArguments: Readonly<Record<string, readonly string[]>> = {
  resource: ['provider', 'providers', 'source', 'version'],
  /** Within a check. */
  data: ['provider'],
  lifecycle: ['ignore_changes', 'prevent_destroy', 'create_before_destroy'],
  provisioner: ['when', 'on_failure'],
  action_trigger: ['events'],
  import: ['to', 'provider'],
  output: ['type'],
};

/** Where a body is: what is said of the references in it. */
interface Around {
  /** Names that `dynamic` blocks bring. */
  bound: ReadonlySet<string>;
  section?: string | undefined;
  /** The nested blocks, the outermost first. */
  blocks: readonly BlockSyntax[];
  isDynamic: boolean;
}

const atTop: Around = { bound: nothing, blocks: [], isDynamic: false };

/** The references in a block of a file: of its arguments and of the blocks in it. */
export function* referencesOf(block: BlockSyntax): Generator<Reference> {
  switch (block.type) {
    case 'variable':
      for (const inner of block.body.blocks) yield* inBody(inner.body, inner.type, atTop);
      return;
    case 'import':
    case 'output':
      yield* inBody(block.body, block.type, atTop);
      return;
    case 'resource':
    case 'data':
    case 'ephemeral':
    case 'module':
    case 'action':
    case 'provider':
    case 'locals':
    case 'check':
      yield* inBody(block.body, 'resource', atTop);
      return;
    default:
      // terraform, moved and removed hold names of other kinds; blocks of other tools are not ours to read.
      return;
  }
}

function* inBody(body: Body, kind: string, around: Around): Generator<Reference> {
  const { section } = around;
  const skipped = own(keywordArguments, kind) ?? [];
  for (const { name, expression } of body.attributes)
    if (!skipped.includes(name)) yield* inArgument(expression, around);
  for (const inner of body.blocks) {
    const isOwn = section === 'lifecycle' || (kind === 'resource' && ownSections.has(inner.type));
    const within = { ...around, section: isOwn ? inner.type : section, blocks: [...around.blocks, inner] };
    if (inner.type === 'dynamic') yield* inDynamic(inner, around, within);
    else yield* inBody(inner.body, inner.type, within);
  }
}

function* inArgument(expression: Expression, { bound, section, blocks, isDynamic }: Around): Generator<Reference> {
  for (const reference of referencesIn(expression, bound))
    yield {
      ...reference,
      ...(section === undefined ? {} : { section }),
      ...(isDynamic ? { inDynamic: blocks } : {}),
    };
}

function* inDynamic(block: BlockSyntax, outside: Around, around: Around): Generator<Reference> {
  const iterator = argument(block.body, 'iterator')?.expression;
  const name = iterator?.kind === 'name' ? iterator.name : (block.labels[0] ?? '');
  const inner = { ...around, bound: new Set([...outside.bound, name]), isDynamic: true };
  const forEach = argument(block.body, 'for_each');
  if (forEach) yield* inArgument(forEach.expression, outside);
  const labels = argument(block.body, 'labels');
  if (labels) yield* inArgument(labels.expression, inner);
  for (const content of block.body.blocks) yield* inBody(content.body, 'content', inner);
}

/** The argument of this name as it is written. */
export function argument(body: Body, name: string): Attribute | undefined {
  return body.attributes.find((attribute) => attribute.name === name);
}

/** The text of an argument that is written as a plain text. */
export function literalText(body: Body, name: string): string | undefined {
  const expression = argument(body, name)?.expression;
  return expression?.kind === 'literal' && typeof expression.value === 'string' ? expression.value : undefined;
}

/** What a module declares, by name. */
export interface Declarations {
  variables: ReadonlyMap<string, PlacedBlock>;
  locals: ReadonlyMap<string, { attribute: Attribute; file: string }>;
  modules: ReadonlyMap<string, PlacedBlock>;
  outputs: ReadonlyMap<string, PlacedBlock>;
  /** `aws_vpc.this`, `data.aws_vpc.this`, `ephemeral.…`, `action.…`. */
  resources: ReadonlyMap<string, PlacedBlock>;
}

const declared = new WeakMap<ModuleFolder, Declarations>();

/** What the files of a module declare. */
export function declarationsOf(folder: ModuleFolder): Declarations {
  let known = declared.get(folder);
  if (!known) {
    known = declarations(folder);
    declared.set(folder, known);
  }
  return known;
}

function declarations(folder: ModuleFolder): Declarations {
  const byType: Record<string, Map<string, PlacedBlock>> = {
    variable: new Map(),
    module: new Map(),
    output: new Map(),
  };
  const locals = new Map<string, { attribute: Attribute; file: string }>();
  const resources = new Map<string, PlacedBlock>();
  for (const block of folder.blocks) {
    const { syntax, file } = block;
    if (syntax.type === 'locals')
      for (const attribute of syntax.body.attributes) locals.set(attribute.name, { attribute, file });
    const address = resourceAddress(syntax);
    if (address) resources.set(address, block);
    own(byType, syntax.type)?.set(syntax.labels[0] ?? '', block);
    // A check may hold one data source of its own.
    if (syntax.type !== 'check') continue;
    for (const inner of syntax.body.blocks) {
      const innerAddress = resourceAddress(inner);
      if (innerAddress) resources.set(innerAddress, { syntax: inner, file });
    }
  }
  const { variable = new Map(), module = new Map(), output = new Map() } = byType;
  return { variables: variable, modules: module, outputs: output, locals, resources };
}

/** `aws_vpc.this` for a resource's block, `data.aws_vpc.this` for a data source's; undefined for other blocks. */
export function resourceAddress({ type, labels }: BlockSyntax): string | undefined {
  if (type === 'resource') return labels.join('.');
  return ['data', 'ephemeral', 'action'].includes(type) ? [type, ...labels].join('.') : undefined;
}

/** What a reference names: `var.x`, `local.x`, `module.x`, `aws_vpc.this`, `data.aws_vpc.this`. */
export function referred({ path: names }: Reference): string | undefined {
  const [first, second, third] = names;
  if (surroundings.has(first) || ['path', 'terraform', 'tofu'].includes(first)) return undefined;
  if (first === 'resource') return second && third && `${second}.${third}`;
  if (['data', 'ephemeral', 'action'].includes(first)) return second && third && `${first}.${second}.${third}`;
  return second && `${first}.${second}`;
}

/** Whether every declaration of a module is in files that are read, and in no others that are made before it is run. */
export function isReadWhole(project: Project, folder: ModuleFolder): boolean {
  return !isFilled(project, folder) && areFilesRead(project, folder);
}

/** Whether something adds files to the module before it is run, and so may declare what is not seen here. */
export function isFilled(project: Project, folder: ModuleFolder | undefined): boolean {
  return project.filledBy !== undefined && folder?.path === '';
}

/** Whether every file of a module is read, none of them being elsewhere by a link, or a template. */
export function areFilesRead(project: Project, folder: ModuleFolder): boolean {
  return !project.unreadFiles().some(({ path: file, isElsewhere }) => {
    const name = path.posix.basename(file);
    // What is for the other tool is not missing here.
    return isOfModule(name) && (isElsewhere === true || !isRead(name)) && folderOf(file) === folder.path;
  });
}

function folderOf(file: string): string {
  const folder = path.posix.dirname(file);
  return folder === '.' ? '' : folder;
}

/** Where the block of a file stands. */
export function placeOf({ syntax, file }: PlacedBlock): Location {
  return blockLocation(file, syntax);
}

/** The folder of a module that is called, as `Project.folders` names it; undefined for what is not here. */
export function calledFolder(from: ModuleFolder, call: BlockSyntax): string | undefined {
  return from.calls.get(call.labels[0] ?? '');
}

/** Whether somebody runs Terraform here, as against a module that others call. */
export function isDeployed(project: Project): boolean {
  const [root] = project.folders;
  if (!root) return false;
  const known = deployed.get(root) ?? configuresItself(root);
  deployed.set(root, known);
  return known;
}

/** Whether the folder is a module that waits for others to call it: it configures nothing itself, and asks for values. */
export function isCalledByOthers(project: Project): boolean {
  const [root] = project.folders;
  if (!root || isDeployed(project)) return false;
  return [...declarationsOf(root).variables.values()].some(({ syntax }) => !argument(syntax.body, 'default'));
}

const deployed = new WeakMap<ModuleFolder, boolean>();

function configuresItself({ blocks }: ModuleFolder): boolean {
  return blocks.some(
    ({ syntax }) =>
      (syntax.type === 'provider' && argument(syntax.body, 'alias') === undefined) ||
      (syntax.type === 'terraform' && syntax.body.blocks.some(({ type }) => type === 'backend' || type === 'cloud')),
  );
}
