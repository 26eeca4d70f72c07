import { joined } from './module-files.js';
import { isMap, fromPlain, type Value } from './value.js';
import type { Sources } from './project.js';
import { admits } from './version-constraints.js';

/** Where `terraform init` writes which modules it brought: https://developer.hashicorp.com/terraform/cli/init */
export const installedFolder = '.terraform/modules/';
const manifest = `${installedFolder}modules.json`;

/** More modules than anybody calls. */
const mostModules = 5000;

interface Installed {
  source: string;
  version: string | undefined;
  folder: string;
}

/** The modules from registries and git that are in `.terraform/modules`, by who calls them. */
export class InstalledModules {
  private readonly byCall = new Map<string, Installed>();

  constructor(sources: Sources) {
    const text = sources.read(manifest);
    const entries = text === undefined ? [] : entriesOf(text);
    const folders = new Map(entries.map(({ key, folder }) => [key, folder]));
    for (const { key, ...installed } of entries) {
      const dot = key.lastIndexOf('.');
      const caller = folders.get(key.slice(0, Math.max(0, dot)));
      if (key !== '' && caller !== undefined) this.byCall.set(`${caller}\n${key.slice(dot + 1)}`, installed);
    }
  }

  /**
   * The folder of the module that the folder `from` calls by a name, or why what is there is not what is called; undefined
   * where there is none.
   */
  find(
    from: string,
    call: string,
    source: string,
    version: string | undefined,
  ): { folder: string } | { why: string } | undefined {
    const installed = this.byCall.get(`${from}\n${call}`);
    // What leads elsewhere, terraform did not put there.
    if (!installed?.folder.startsWith(installedFolder)) return undefined;
    const again = 'terraform init would bring another';
    if (normal(installed.source) !== normal(source))
      return { why: `what is installed is of another source, and ${again}` };
    if (version !== undefined && installed.version !== undefined && admits(version, installed.version) === false)
      return { why: `what is installed is version ${installed.version}, and ${again}` };
    return { folder: installed.folder };
  }
}

function entriesOf(text: string): (Installed & { key: string })[] {
  let read: Value;
  try {
    read = fromPlain(JSON.parse(text));
  } catch {
    return [];
  }
  const modules = isMap(read) ? read.get('Modules') : undefined;
  if (!Array.isArray(modules)) return [];
  return modules.slice(0, mostModules).flatMap((entry: Value) => {
    const field = (name: string) => {
      const value = isMap(entry) ? entry.get(name) : undefined;
      return typeof value === 'string' ? value : undefined;
    };
    const [key, source, folder] = [field('Key'), field('Source'), field('Dir')];
    if (key === undefined || source === undefined || folder === undefined) return [];
    const plain = folder.replaceAll('\\', '/');
    return plain.startsWith('/') ? [] : [{ key, source, version: field('Version'), folder: joined('', plain) }];
  });
}

/** A source as a call and as the manifest write it, brought to one form. */
function normal(source: string): string {
  return source
    .replace(/^git::/, '')
    .replace(/^(?:https?|ssh):\/\//, '')
    .replace(/^git@/, '')
    .replace(/^registry\.(?:terraform\.io|opentofu\.org)\//i, '')
    .replace(/^([\w.-]+):(?!\d)/, '$1/')
    .replace(/\.git(?=\/\/|\?|$)/, '')
    .toLowerCase();
}
