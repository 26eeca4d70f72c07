import type { ProjectFiles } from '../../src/render/project-files.js';

/** The folders of a project that are root modules of their own, by their names: bootstrap first. */
export function modulesBeside(files: ProjectFiles): string[] {
  const names = [...files.keys()].flatMap((file) => /^([^/]+)\/provider\.tf$/.exec(file)?.[1] ?? []);
  return names.sort((a, b) => Number(b === 'bootstrap') - Number(a === 'bootstrap') || (a < b ? -1 : 1));
}

/** The files of one of them, as a project of its own. */
export function moduleBeside(files: ProjectFiles, name: string): Map<string, string | Uint8Array> {
  return new Map(
    [...files].flatMap(([file, content]) =>
      file.startsWith(`${name}/`) ? [[file.slice(name.length + 1), content] as const] : [],
    ),
  );
}
