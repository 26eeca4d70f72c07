import { fingerprint } from '../record/fingerprint.js';
import type { ProjectFiles } from './project-files.js';

// What is built of a project's other files: a package of each function, for Terraform to upload.

/** Says what each package was made from, so that a plan sees sources that were edited and not built. */
const buildFile = 'functions/build.json';

/** Whether a file of a project is built from others: it is built again where they change, and never merged. */
export function isBuilt(path: string): boolean {
  return path === buildFile || /^functions\/[^/]+\.zip$/.test(path);
}

/**
 * What is built from the files of a project: of each folder `functions/<name>/` the package `functions/<name>.zip`, and
 * functions/build.json. Nothing where there is no such folder. The project's own build script in functions/ builds the same bytes.
 */
export function packagesOf(files: ProjectFiles): Map<string, string | Uint8Array> {
  const functions = sourcesOf(files);
  const built = new Map<string, string | Uint8Array>();
  if (functions.size === 0) return built;
  const record = new Map<string, { sources: string; zip: string }>();
  for (const [name, sources] of functions) {
    const zip = zipped(sources);
    built.set(`functions/${name}.zip`, zip);
    record.set(name, {
      sources: fingerprint(sources.map(([file, content]) => `${fingerprint(content)}  ${file}\n`).join('')),
      zip: Buffer.from(fingerprint(zip), 'hex').toString('base64'),
    });
  }
  return built.set(buildFile, `${JSON.stringify(Object.fromEntries(record), undefined, 2)}\n`);
}

type Source = readonly [file: string, content: Uint8Array];

/** The files of each function by their names in its folder, both sorted; what is hidden, such as an editor's, is no part. */
function sourcesOf(files: ProjectFiles): Map<string, Source[]> {
  const functions = new Map<string, Source[]>();
  for (const path of [...files.keys()].sort(inOrder)) {
    const [, name, file] = /^functions\/([^./][^/]*)\/((?:[^./][^/]*\/)*[^./][^/]*)$/.exec(path) ?? [];
    if (name === undefined || file === undefined) continue;
    const source: Source = [file, Buffer.from(files.get(path)!)];
    functions.set(name, [...(functions.get(name) ?? []), source]);
  }
  return new Map([...functions].sort(([a], [b]) => inOrder(a, b)));
}

/** By code point, as Terraform sorts what it compares with the record: JavaScript itself sorts by UTF-16. */
function inOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A zip of the same bytes each time, wherever it is made: not compressed, and of no date and no user. */
function zipped(sources: readonly Source[]): Uint8Array {
  // Loaded where there is a function: most projects have none.
  // oxlint-disable-next-line typescript/no-require-imports
  const { zipSync } = require('fflate') as typeof import('fflate');
  // A zip has no time zone: it takes what a clock on the wall would have shown.
  const settings = { level: 0, mtime: new Date(1980, 0, 1), os: 3, attrs: 0o644 << 16 } as const;
  return zipSync(Object.fromEntries(sources), settings);
}
