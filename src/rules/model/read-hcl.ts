import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { parseHcl } from '../hcl/parse.js';
import { HclError, type SourceFile } from '../hcl/syntax.js';
import { evaluate } from './evaluate.js';
import { Reading } from './hcl-body.js';
import { HclModule, type ModuleFolder } from './hcl-module.js';
import { Project, type Sources } from './project.js';
import { fromPlain, type Value } from './value.js';

/** The sources in a folder on disk. */
export function folderSources(root: string): Sources {
  return {
    list(folder) {
      try {
        return readdirSync(path.join(root, folder), { withFileTypes: true })
          .filter((entry) => !entry.isDirectory())
          .map(({ name }) => name)
          .sort();
      } catch {
        return undefined;
      }
    },
    read(file) {
      try {
        return readFileSync(path.resolve(root, file), 'utf8');
      } catch {
        return undefined;
      }
    },
  };
}

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

/**
 * Reads the Terraform project in `sources`, with the modules it calls by path and the values in its .tfvars files;
 * `variableFiles` are more of those, the later ones winning. Throws HclError for what is no HCL.
 */
export async function readHclProject(sources: Sources, variableFiles: readonly string[] = []): Promise<Project> {
  const folders = new Map<string, ModuleFolder>();
  await readFolders('', sources, folders);
  const root = folders.get('')!;
  const variables = await readVariables(sources, variableFiles);
  const reading = new Reading();
  const module = new HclModule(
    root,
    { path: '', uncertain: false, inputs: (name) => variables.get(name), surroundings: () => undefined },
    reading,
    { read: (file) => sources.read(file) },
    (from, source) => folders.get(moduleFolder(from.path, source)),
  );
  module.expandAll();
  module.evaluateRest();
  return new Project({
    stage: 'hcl',
    sources,
    resources: module.resources,
    folders: [...folders.values()],
    unreadModules: module.unread,
    exported: () => module.exported(),
    failures: () => reading.failures,
  });
}

/** Where a module that is called by path is: `../../network`. */
function moduleFolder(from: string, source: string): string {
  const joined = path.posix.join(from, source);
  return joined === '.' || joined === './' ? '' : joined.replace(/\/$/, '');
}

/** Modules that call each other without end stop somewhere. */
const mostFolders = 500;

async function readFolders(folder: string, sources: Sources, folders: Map<string, ModuleFolder>): Promise<void> {
  if (folders.has(folder) || folders.size >= mostFolders) return;
  const names = sources.list(folder)?.filter((name) => name.endsWith('.tf')) ?? [];
  if (names.length === 0 && folder !== '') return;
  const texts = new Map<string, string>();
  for (const name of names) {
    const file = folder === '' ? name : `${folder}/${name}`;
    texts.set(file, sources.read(file) ?? '');
  }
  const files = await parseHcl(texts);
  const blocks = files.flatMap((file) => file.body.blocks.map((syntax) => ({ syntax, file: file.path })));
  folders.set(folder, { path: folder, files, blocks });
  for (const { syntax } of blocks) {
    const source = syntax.type === 'module' && syntax.body.attributes.find(({ name }) => name === 'source')?.expression;
    if (source && source.kind === 'literal' && typeof source.value === 'string' && /^\.\.?\//.test(source.value))
      await readFolders(moduleFolder(folder, source.value), sources, folders);
  }
}

/** https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence */
async function readVariables(sources: Sources, more: readonly string[]): Promise<Map<string, Value>> {
  const names = sources.list('') ?? [];
  const ofProject = ['terraform.tfvars', 'terraform.tfvars.json'].filter((name) => names.includes(name));
  const automatic = names.filter((name) => /\.auto\.tfvars(\.json)?$/.test(name));
  const variables = new Map<string, Value>();
  for (const file of [...ofProject, ...automatic, ...more]) {
    const text = sources.read(file);
    if (text === undefined) throw new HclError(file, 1, 'cannot be found or read');
    const values = file.endsWith('.json') ? jsonVariables(file, text) : await hclVariables(file, text);
    for (const [name, value] of values) variables.set(name, value);
  }
  return variables;
}

function jsonVariables(file: string, text: string): [string, Value][] {
  try {
    return Object.entries(JSON.parse(text) as object).map(([name, value]) => [name, fromPlain(value)]);
  } catch (error) {
    throw new HclError(file, 1, `is not JSON: ${(error as Error).message}`);
  }
}

async function hclVariables(file: string, text: string): Promise<[string, Value][]> {
  const [parsed] = (await parseHcl(new Map([[file, text]]))) as [SourceFile];
  const scope = { lookup: () => undefined, files: { read: () => undefined } };
  return parsed.body.attributes.map(({ name, expression }) => [name, evaluate(expression, scope)]);
}
