import path from 'node:path';

import { Budget, limitIn, LimitReached, limits } from './budget.js';
import { folderOfSource, isLeftUnread, isOverride, isRead, isTest } from './module-files.js';
import { NotReadToEnd, parseHcl } from './parse.js';
import { HclError, providerName, type BlockSyntax, type Body, type SourceFile } from './syntax.js';
import { evaluate, FailedEvaluation } from './evaluate.js';
import { EvaluationError } from './evaluation-error.js';
import { Reading } from './hcl-body.js';
import { HclModule } from './hcl-module.js';
import type { ModuleFolder, PlacedBlock } from './module-folder.js';
import { Project, type Sources, type UnreadFile } from './project.js';
import { fromPlain, isMap, unknown, type Value } from './value.js';

/** Sources in memory, such as a generated project. */
export function memorySources(files: ReadonlyMap<string, string>): Sources {
  return {
    list(folder) {
      const names = [...files.keys()]
        .filter((file) => path.posix.dirname(file) === (folder === '' ? '.' : folder))
        .map((file) => path.posix.basename(file));
      return names.length > 0 ? names.sort() : undefined;
    },
    read: (file) => files.get(path.posix.normalize(file)),
  };
}

/** What reading takes beside the files. */
export interface ReadOptions {
  /** The texts of more .tfvars files by path, the later ones winning. */
  variableFiles?: ReadonlyMap<string, string>;
  /** What reading and checking may cost; one of its own unless given. */
  budget?: Budget;
}

/**
 * Reads the Terraform project in `sources`, with the modules it calls by path and the values in its .tfvars files.
 * Throws HclError for what is no HCL.
 */
export async function readHclProject(sources: Sources, options: ReadOptions = {}): Promise<Project> {
  const { variableFiles = new Map<string, string>(), budget = new Budget() } = options;
  return budget.timed(async () => {
    const folders = new Map<string, ModuleFolder>();
    await readFolders('', sources, budget, folders, []);
    const root = folders.get('')!;
    const variables = await readVariables(sources, variableFiles, budget);
    const reading = new Reading(budget);
    const module = new HclModule(
      root,
      { path: '', uncertain: false, inputs: (name) => variables.get(name), surroundings: () => undefined },
      reading,
      { read: (file) => sources.read(file) },
      (from, source) => folders.get(folderOfSource(from.path, source) ?? '?'),
    );
    try {
      budget.interruptible(() => {
        module.expandAll();
        module.evaluateRest();
      });
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error;
      throw new NotReadToEnd(root.files[0]?.path ?? '', error.message);
    }
    return new Project({
      stage: 'hcl',
      sources,
      resources: module.resources,
      folders: [...folders.values()],
      tests: await readTests(sources, budget),
      unreadModules: module.unread,
      unreadFiles: () => [
        ...[...folders.keys()].flatMap((folder) => leftUnread(folder, sources)),
        ...(sources.unread?.() ?? []),
      ],
      budget,
      exported: () => module.exported(),
      failures: () => reading.failures,
    });
  });
}

function leftUnread(folder: string, sources: Sources): UnreadFile[] {
  const names = sources.list(folder)?.filter(isLeftUnread) ?? [];
  return names.map((name) => ({
    path: folder === '' ? name : `${folder}/${name}`,
    why: name.endsWith('.json') ? 'is in JSON' : 'is for OpenTofu alone',
  }));
}

/** Where Terraform looks for tests: https://developer.hashicorp.com/terraform/language/tests */
const testFolders = ['', 'tests'];

/** The tests of the root module; what is no HCL is left to Terraform, since the project can be read without. */
async function readTests(sources: Sources, budget: Budget): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const folder of testFolders) {
    for (const name of sources.list(folder)?.filter(isTest) ?? []) {
      const file = path.posix.join(folder, name);
      try {
        files.push(...(await parseHcl(new Map([[file, sources.read(file) ?? '']]), budget)));
      } catch (error) {
        if (!(error instanceof HclError)) throw error;
        // One with a remedy of its own is not faulty, but too much.
        if (error.remedy !== undefined) budget.cut(error.message, { path: file, line: error.line });
      }
    }
  }
  return files;
}

/** Reads a module and those it calls; `callers` are the folders of the calls that it stands in. */
async function readFolders(
  folder: string,
  sources: Sources,
  budget: Budget,
  folders: Map<string, ModuleFolder>,
  callers: readonly string[],
): Promise<void> {
  if (folders.has(folder)) return;
  if (folders.size >= limits.folders) {
    budget.cut(`only ${limits.folders} folders of modules are looked at`);
    return;
  }
  const names = sources.list(folder)?.filter(isRead) ?? [];
  if (names.length === 0 && folder !== '') return;
  const texts = new Map<string, string>();
  for (const name of names) {
    const file = folder === '' ? name : `${folder}/${name}`;
    const text = sources.read(file);
    if (text !== undefined) texts.set(file, text);
    else refuseUnread(file, sources);
  }
  const files = await parseHcl(texts, budget);
  const blocks = withOverrides(files);
  folders.set(folder, { path: folder, files, blocks });
  for (const { syntax, file } of blocks) {
    const source = syntax.type === 'module' && syntax.body.attributes.find(({ name }) => name === 'source')?.expression;
    if (!source || source.kind !== 'literal' || typeof source.value !== 'string') continue;
    const called = folderOfSource(folder, source.value);
    if (called === undefined) continue;
    const around = [...callers, folder];
    if (around.includes(called))
      throw new HclError(file, source.line, 'calls a module that this one stands in, so without end');
    await readFolders(called, sources, budget, folders, around);
  }
}

/** Throws HclError for a file that Terraform would read, unless it is one that nothing is read of at all, which is told. */
function refuseUnread(file: string, sources: Sources): void {
  const unread = sources.unread?.().find((one) => one.path === file);
  if (!unread?.isElsewhere) throw new HclError(file, 1, unread?.why ?? 'cannot be read');
}

const overridable = new Set(['resource', 'data', 'module', 'variable', 'output', 'provider']);

/**
 * The blocks of all files. What an override file says of a block of another file takes the place of what that says.
 * https://developer.hashicorp.com/terraform/language/files/override
 */
function withOverrides(files: readonly SourceFile[]): PlacedBlock[] {
  const placed = (list: readonly SourceFile[]) =>
    list.flatMap((file) => file.body.blocks.map((syntax) => ({ syntax, file: file.path })));
  const blocks = placed(files.filter(({ path: file }) => !isOverride(file)));
  const overrides = placed(files.filter(({ path: file }) => isOverride(file)));
  const positions = new Map<string, number>();
  if (overrides.length > 0) {
    for (const [at, { syntax }] of blocks.entries())
      if (!positions.has(nameOf(syntax))) positions.set(nameOf(syntax), at);
  }
  for (const over of overrides) {
    const { type, body } = over.syntax;
    const at = positions.get(nameOf(over.syntax)) ?? -1;
    const base = overridable.has(type) ? blocks[at] : undefined;
    if (base) blocks[at] = { ...base, syntax: overridden(base.syntax, movedTo(base.syntax.line, body)) };
    else blocks.push(over);
  }
  return blocks;
}

/** What a block is named by in its module. */
function nameOf(syntax: BlockSyntax): string {
  return syntax.type === 'provider' ? providerName(syntax) : [syntax.type, ...syntax.labels].join('.');
}

function overridden(base: BlockSyntax, by: Body): BlockSyntax {
  const kindOf = ({ type, labels }: BlockSyntax) => (type === 'dynamic' ? (labels[0] ?? type) : type);
  const names = new Set([...by.attributes.map(({ name }) => name), ...by.blocks.map(kindOf)]);
  const attributes = base.body.attributes.filter(({ name }) => !names.has(name));
  const blocks = base.body.blocks.filter((block) => !names.has(kindOf(block)));
  return { ...base, body: { attributes: [...attributes, ...by.attributes], blocks: [...blocks, ...by.blocks] } };
}

/** A body as though all of it were written on one line: that of the block it goes into, in another file. */
function movedTo(line: number, { attributes, blocks }: Body): Body {
  return {
    attributes: attributes.map((attribute) => ({ ...attribute, line })),
    blocks: blocks.map((block) => ({ ...block, line, endLine: line, body: movedTo(line, block.body) })),
  };
}

/** https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence */
async function readVariables(
  sources: Sources,
  more: ReadonlyMap<string, string>,
  budget: Budget,
): Promise<Map<string, Value>> {
  const names = sources.list('') ?? [];
  const ofProject = ['terraform.tfvars', 'terraform.tfvars.json'].filter((name) => names.includes(name));
  const automatic = names.filter((name) => /\.auto\.tfvars(\.json)?$/.test(name));
  const variables = new Map<string, Value>();
  for (const file of [...ofProject, ...automatic, ...more.keys()]) {
    const text = more.get(file) ?? sources.read(file);
    if (text === undefined) {
      refuseUnread(file, sources);
      continue;
    }
    const values = file.endsWith('.json') ? jsonVariables(file, text) : await hclVariables(file, text, budget);
    for (const [name, value] of values) variables.set(name, value);
  }
  return variables;
}

function jsonVariables(file: string, text: string): [string, Value][] {
  let values: Value;
  try {
    values = fromPlain(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    throw new HclError(file, 1, `is not JSON: ${(error as Error).message}`);
  }
  if (!isMap(values)) throw new HclError(file, 1, 'is no JSON object');
  return [...values];
}

async function hclVariables(file: string, text: string, budget: Budget): Promise<[string, Value][]> {
  const [parsed] = (await parseHcl(new Map([[file, text]]), budget)) as [SourceFile];
  const scope = { lookup: () => undefined, files: { read: () => undefined }, budget };
  return parsed.body.attributes.map(({ name, expression, line }) => {
    try {
      return [name, budget.forOne(() => evaluate(expression, scope))];
    } catch (error) {
      const limit = limitIn(error);
      if (limit !== undefined) {
        budget.cut(limit, { path: file, line });
        return [name, unknown];
      }
      if (!(error instanceof EvaluationError)) throw error;
      throw new HclError(file, error instanceof FailedEvaluation ? error.line : line, error.message);
    }
  });
}
