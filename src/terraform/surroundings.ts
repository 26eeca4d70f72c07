import path from 'node:path';

import { joined } from './module-files.js';
import { oncePer } from './once-per.js';
import type { Sources } from './project.js';

/** The folder itself, and those above it that are looked at: `''`, `..`, `../..`. */
export function upwards({ within = '' }: Sources): string[] {
  const above = within === '' ? [] : within.split('/');
  return [
    '',
    ...above.map((_, at) =>
      Array(at + 1)
        .fill('..')
        .join('/'),
    ),
  ];
}

/** A folder or file by its path from the top of what is looked at. */
export function fromTop({ within = '' }: Sources, file: string): string {
  return joined(within, file);
}

/** The path by which sources know what is at a path from the top. */
export function belowTop({ within = '' }: Sources, file: string): string {
  return path.posix.relative(`/${within}`, `/${file}`);
}

/** Why there is nothing in a folder that should hold a module, where that is known; a clause. */
export function whyEmpty(sources: Sources, folder: string): string | undefined {
  const file = fromTop(sources, folder);
  if (file.includes('{{')) return 'is a name of a template, which is filled in when a project is made of it';
  const isThere = (sources.list(folder) ?? []).length > 0;
  if (isThere || !isInSubmodule(sources, file)) return undefined;
  return 'is in a Git submodule that is not checked out (git submodule update --init)';
}

function isInSubmodule(sources: Sources, file: string): boolean {
  if (file.length > longestPath) return false;
  const known = submodules(sources);
  for (let at = file; at !== '.' && at !== '/'; at = path.posix.dirname(at)) if (known.has(at)) return true;
  return false;
}

/** https://man7.org/linux/man-pages/man7/pathname.7.html */
const longestPath = 4096;

/**
 * The folders that are Git submodules. Each call of a module that is not there asks for them, and the file can be long.
 * https://git-scm.com/docs/gitmodules
 */
const submodules = oncePer((sources: Sources): ReadonlySet<string> => {
  const text = sources.read(belowTop(sources, '.gitmodules')) ?? '';
  const folders = text.split('\n').flatMap((line) => {
    const [name, folder = ''] = line.split('=', 2).map((part) => part.trim());
    return name === 'path' && folder !== '' ? [folder.replace(/\/$/, '')] : [];
  });
  return new Set(folders);
});

/** What makes projects of the folder, which is a template; undefined where nothing says so. */
export function templateToolOf(sources: Sources): 'cookiecutter' | 'copier' | undefined {
  for (const folder of upwards(sources)) {
    const names = sources.list(folder) ?? [];
    if (names.includes('cookiecutter.json')) return 'cookiecutter';
    if (names.includes('copier.yml') || names.includes('copier.yaml')) return 'copier';
  }
  return undefined;
}
