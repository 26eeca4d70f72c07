import path from 'node:path';

import { Budget, limitIn, LimitReached, limits } from './budget.js';
import { InstalledModules } from './installed-modules.js';
import { parseJsonSyntax } from './json-syntax.js';
import {
  filesOfModule,
  folderOfSource,
  isJson,
  isOverride,
  isRead,
  isTest,
  joined,
  madeOfTemplate,
  whyPassedOver,
  type Tool,
} from './module-files.js';
import { isOfOpenTofu, toolOf } from './opentofu.js';
import { NotReadToEnd, parseHcl } from './parse.js';
import { HclError, providerName, type BlockSyntax, type Body, type SourceFile, type Span } from './syntax.js';
import { evaluate, FailedEvaluation, quietly, type Scope } from './evaluate.js';
import { EvaluationError } from './evaluation-error.js';
import { Reading } from './hcl-body.js';
import { HclModule } from './hcl-module.js';
import type { ModuleFolder, PlacedBlock } from './module-folder.js';
import { Project, type Location, type Sources, type UnreadFile } from './project.js';
import { argument } from './references.js';
import { oldPin, pinnedVersions } from './pinned-versions.js';
import { admitsOnlyBefore } from './version-constraints.js';
import { whyEmpty } from './surroundings.js';
import { terragruntOf } from './terragrunt.js';
import { fromPlain, isMap, Unknown, unknown, type Value } from './value.js';

/** Sources in memory, such as a generated project; `within` is where the root module is in all that there is. */
export function memorySources(files: ReadonlyMap<string, string>, within = ''): Sources {
  return {
    within,
    folders(folder) {
      const below = [...files.keys()]
        .map((file) => path.posix.relative(folder, file).split('/'))
        .filter((parts) => parts.length > 1 && parts[0] !== '..');
      return below.length > 0 ? [...new Set(below.map(([name]) => name!))].sort() : undefined;
    },
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
  /**
   * Whether the project's word is taken for it that Terragrunt gives its variables values [true]: where it is not, their
   * defaults are looked at.
   */
  believed?: boolean;
}

/**
 * Reads the Terraform project in `sources`, with the modules it calls by path and the values in its .tfvars files.
 * Throws HclError for what is no HCL.
 */
export async function readHclProject(sources: Sources, options: ReadOptions = {}): Promise<Project> {
  const { variableFiles = new Map<string, string>(), budget = new Budget(), believed = true } = options;
  return budget.timed(async () => {
    const variables = await readVariables(sources, variableFiles, budget);
    const reader = new FolderReader(sources, budget, variables);
    await reader.read('', []);
    const { folders } = reader;
    const root = folders.get('')!;
    const terragrunt = terragruntOf(sources, budget);
    const pins = reader.tool === 'terraform' ? pinnedVersions(sources, [...folders.values()]) : [];
    const old = oldPin(pins);
    const isFlattening = pins.some(({ constraint }) => admitsOnlyBefore(constraint, '0.12'));
    const given = believed ? terragrunt?.names : undefined;
    const reading = new Reading(budget, isFlattening);
    const module = new HclModule(
      root,
      {
        path: '',
        uncertain: false,
        // Terragrunt's values are given as variables of the environment, which files of values come before.
        inputs: (name) => variables.get(name) ?? (given?.has(name) ? new Unknown(`var.${name}`) : undefined),
        surroundings: () => undefined,
      },
      reading,
      { read: (file) => sources.read(file) },
      (from, call) => reader.find(from, call),
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
      tool: reader.tool,
      pins,
      filledBy: terragrunt && 'terragrunt',
      notUnderstood: [
        ...(terragrunt ? [{ what: filledByTerragrunt, location: { path: terragrunt.file, line: 1 } }] : []),
        ...(old ? [{ what: writtenFor(old.constraint), location: old.location }] : []),
      ],
      installed: reader.installed,
      resources: module.resources,
      folders: [...folders.values()],
      tests: await readTests(sources, budget),
      unreadModules: module.unread,
      fromManifest: module.fromManifest,
      unreadFiles: () => [...reader.passedOver, ...reader.templates, ...(sources.unread?.() ?? [])],
      budget,
      exported: () => module.exported(),
      failures: () => reading.failures,
    });
  });
}

const filledByTerragrunt =
  'Terragrunt gives the folder files and values before Terraform runs: variables, providers, the backend and versions may be in those';

function writtenFor(constraint: string): string {
  return `the project is written for Terraform ${constraint}: rules that hold for newer versions only say nothing`;
}

const notInstalled = 'is not installed (terraform init)';

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

/** Templates of a folder that are looked for in its files. */
const mostTemplates = 100;

/** Reads modules and those they call. */
class FolderReader {
  readonly folders = new Map<string, ModuleFolder>();
  /** The folders of modules that are installed, each with the call in the user's files that it is there for. */
  readonly installed = new Map<string, Location>();
  /** Files that are not there yet, by the templates that they are made of. */
  readonly templates: UnreadFile[] = [];
  /** Files that are for the other tool. */
  readonly passedOver: UnreadFile[] = [];
  tool: Tool;
  private readonly manifest: InstalledModules;
  /** Why what a call names is not here. */
  private readonly reasons = new Map<BlockSyntax, string>();

  constructor(
    private readonly sources: Sources,
    private readonly budget: Budget,
    private readonly variables: ReadonlyMap<string, Value>,
  ) {
    this.tool = toolOf(sources);
    this.manifest = new InstalledModules(sources);
  }

  /** The folder that a call means; where it was not read, why, as far as that is known. */
  find(from: ModuleFolder, call: BlockSyntax): ModuleFolder | string | undefined {
    return this.folders.get(from.calls.get(call.labels[0] ?? '') ?? '?') ?? this.reasons.get(call);
  }

  /** Reads a module and those it calls; `callers` are the folders of the calls that it stands in. */
  async read(folder: string, callers: readonly string[]): Promise<void> {
    if (this.folders.has(folder)) return;
    if (this.folders.size >= limits.folders) {
      this.budget.cut(`only ${limits.folders} folders of modules are looked at`);
      return;
    }
    const all = this.sources.list(folder) ?? [];
    const names = filesOfModule(all, this.tool);
    if (!this.installed.has(folder)) this.notePassedOver(folder, all, new Set(names));
    if (names.length === 0 && folder !== '') return;
    const files = await this.filesOf(folder, names);
    this.templates.push(...this.templatesIn(folder, names));
    const blocks = withOverrides(files);
    if (folder === '' && blocks.some(({ syntax }) => isOfOpenTofu(syntax))) this.tool = 'opentofu';
    const calls = new Map<string, string>();
    this.folders.set(folder, { path: folder, files, blocks, calls });
    for (const block of blocks)
      if (block.syntax.type === 'module') await this.readCalled(block, folder, calls, callers);
  }

  /** But for those of which the file is there, and those that Terraform itself reads. */
  private templatesIn(folder: string, files: readonly string[]): UnreadFile[] {
    const inFolder = (name: string) => (folder === '' ? name : `${folder}/${name}`);
    const templates = (this.sources.list(folder) ?? []).flatMap((name) => {
      const made = madeOfTemplate(name);
      return made && !files.includes(made.file) ? [{ name, ...made }] : [];
    });
    if (templates.length === 0) return [];
    const texts = files.map((file) => this.sources.read(inFolder(file)) ?? '');
    return templates
      .filter(({ name }, at) => at >= mostTemplates || !texts.some((text) => text.includes(name)))
      .map(({ name, file, tool }) => ({
        path: inFolder(name),
        why: `is a template of ${tool}, which is filled in before Terraform reads ${file}`,
      }));
  }

  /** Which of the tools runs the project is only guessed, and what is in a file of the other's may be what is deployed. */
  private notePassedOver(folder: string, all: readonly string[], read: ReadonlySet<string>): void {
    for (const name of all)
      if (isRead(name) && !read.has(name))
        this.passedOver.push({ path: joined(folder, name), why: whyPassedOver(name) });
  }

  private async filesOf(folder: string, names: readonly string[]): Promise<SourceFile[]> {
    const files: SourceFile[] = [];
    for (const name of names) {
      const file = folder === '' ? name : `${folder}/${name}`;
      const text = this.sources.read(file);
      if (text === undefined) refuseUnread(file, this.sources);
      else if (isJson(name)) files.push(await parseJsonSyntax(file, text, this.budget));
      else files.push(...(await parseHcl(new Map([[file, text]]), this.budget)));
    }
    return files;
  }

  private async readCalled(
    { syntax, file }: PlacedBlock,
    folder: string,
    calls: Map<string, string>,
    callers: readonly string[],
  ): Promise<void> {
    const name = syntax.labels[0] ?? '';
    const source = this.sourceOf(syntax, folder);
    if (source === undefined) return;
    const around = [...callers, folder];
    const local = folderOfSource(folder, source);
    if (local !== undefined) {
      if (around.includes(local) && !this.installed.has(folder))
        throw new HclError(
          file,
          argument(syntax.body, 'source')?.line ?? syntax.line,
          'calls a module that this one stands in, so without end',
        );
      const above = this.installed.get(folder);
      if (!above) this.installed.delete(local);
      else if (!this.folders.has(local)) this.installed.set(local, above);
      calls.set(name, local);
      if (!around.includes(local)) await this.read(local, around);
      const why = this.folders.has(local) ? undefined : whyEmpty(this.sources, local);
      if (why !== undefined) this.reasons.set(syntax, why);
      return;
    }
    const found = this.manifest.find(folder, name, source, this.textOf(syntax, 'version', folder));
    if (found === undefined) this.reasons.set(syntax, notInstalled);
    else if ('why' in found) this.reasons.set(syntax, found.why);
    else if (around.includes(found.folder))
      this.reasons.set(syntax, 'is installed where it would call itself without end');
    else {
      const place = { path: file, line: syntax.line, endLine: syntax.endLine };
      const before = new Set(this.folders.keys());
      try {
        // What the project calls by path too is its own.
        if (!this.folders.has(found.folder)) this.installed.set(found.folder, this.installed.get(folder) ?? place);
        await this.read(found.folder, around);
        if (this.folders.has(found.folder)) calls.set(name, found.folder);
        else this.reasons.set(syntax, notInstalled);
      } catch (error) {
        // Time is over for all of the run; any other fault is that of somebody else's file.
        if (!(error instanceof HclError) || error instanceof NotReadToEnd) throw error;
        for (const read of this.folders.keys()) if (!before.has(read)) this.folders.delete(read);
        this.reasons.set(syntax, `is installed, and ${error.path}:${error.line} ${error.message}`);
      }
    }
  }

  private sourceOf(call: BlockSyntax, folder: string): string | undefined {
    const source = this.textOf(call, 'source', folder);
    if (source === undefined) this.reasons.set(call, 'is called from a place that is not written out');
    return source;
  }

  /** The text of an argument that is written out, or to OpenTofu made of variables and locals: https://opentofu.org/docs/language/modules/sources */
  private textOf(call: BlockSyntax, name: string, folder: string): string | undefined {
    const expression = argument(call.body, name)?.expression;
    if (expression?.kind === 'literal') return typeof expression.value === 'string' ? expression.value : undefined;
    const root = this.folders.get(folder);
    if (!expression || this.tool !== 'opentofu' || folder !== '' || !root) return undefined;
    const value = quietly(() => this.budget.forOne(() => evaluate(expression, this.earlyScope(root))));
    return typeof value === 'string' ? value : undefined;
  }

  /** What is known before anything of the project is evaluated: values that are given or written out. */
  private earlyScope({ blocks }: ModuleFolder): Scope {
    const written = (body: Body, name: string): [string, Value][] => {
      const expression = argument(body, name)?.expression;
      return expression?.kind === 'literal' ? [[name, expression.value]] : [];
    };
    const locals = blocks
      .filter(({ syntax }) => syntax.type === 'locals')
      .flatMap(({ syntax: { body } }) => body.attributes.flatMap(({ name }) => written(body, name)));
    const defaults = blocks
      .filter(({ syntax }) => syntax.type === 'variable')
      .flatMap(({ syntax: { labels, body } }) =>
        written(body, 'default').map(([, value]) => [labels[0] ?? '', value] as const),
      );
    const known = new Map([
      ['local', new Map(locals)],
      ['var', new Map([...defaults, ...this.variables])],
    ]);
    return { lookup: (name) => known.get(name), files: { read: () => undefined }, budget: this.budget };
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
    if (base) blocks[at] = { ...base, syntax: overridden(base.syntax, movedTo(base.syntax.header, body)) };
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

/** A body as though all of it were written where the block that it goes into starts, in another file. */
function movedTo(header: Span, { attributes, blocks }: Body): Body {
  const { line, column, endLine, endColumn } = header;
  const span = { line, column, endLine, endColumn };
  return {
    attributes: attributes.map((attribute) => ({ ...attribute, ...span })),
    blocks: blocks.map((block) => ({ ...block, ...span, header, body: movedTo(header, block.body) })),
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
      throw new HclError(file, error instanceof FailedEvaluation ? error.at.line : line, error.message);
    }
  });
}
