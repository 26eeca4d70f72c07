import { lstatSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { recordFile } from '../record/record.js';
import type { ProjectFiles } from '../render/render.js';
import { stagingPrefix } from './staging.js';

/** What writing a project would do to one path of the target folder. */
export interface Change {
  /** Path in the project, with forward slashes. */
  path: string;
  kind: 'create' | 'same' | 'conflict';
}

/** A project held against a target folder. */
export interface Comparison {
  changes: Change[];
  /** What is in the target and is not ours to keep company with; nothing is written while there is any. */
  inTheWay: string[];
}

/** Entries that an otherwise empty folder may have: version control, and what file managers leave. */
const harmless = new Set(['.git', '.hg', '.svn', '.DS_Store', 'Thumbs.db', 'desktop.ini']);

/**
 * What is in the folder `target` and is nobody's but the user's, for a look before the project is known. Empty where
 * there is no such folder, and where a project of ours has been begun, which compare() looks at file by file.
 */
export function occupants(target: string): string[] {
  const present = presence(target);
  if (present === 'nothing') return [];
  if (present === 'file') return [`${path.basename(target)}, which is no folder`];
  const entries = entriesOf(target);
  return entries.includes(recordFile) ? [] : entries;
}

/** Compares `files` with the folder `target`, which need not exist. Links are never followed below it. */
export function compare(files: ProjectFiles, target: string): Comparison {
  if (presence(target) !== 'folder') {
    const all = [...files.keys()].map((file): Change => ({ path: file, kind: 'create' }));
    return { changes: all, inTheWay: occupants(target) };
  }
  const changes = [...files].map(([file, text]): Change => ({ path: file, kind: kindOf(target, file, text) }));
  const conflicts = changes.filter((change) => change.kind === 'conflict').map((change) => change.path);
  return { changes, inTheWay: [...conflicts, ...foreign(target, files)] };
}

/** What has the target's name. A link to a folder is one; a link that leads nowhere still takes the name. */
function presence(target: string): 'nothing' | 'folder' | 'file' {
  if (!lstatSync(target, { throwIfNoEntry: false })) return 'nothing';
  return statSync(target, { throwIfNoEntry: false })?.isDirectory() ? 'folder' : 'file';
}

function entriesOf(folder: string): string[] {
  return readdirSync(folder).filter((entry) => !harmless.has(entry) && !entry.startsWith(stagingPrefix));
}

/** Everything in the target that is no path of the project, in the project's own folders too. */
function foreign(target: string, files: ProjectFiles, folder = ''): string[] {
  const entries = folder === '' ? entriesOf(target) : readdirSync(path.join(target, folder));
  return entries.flatMap((entry) => {
    const file = folder + entry;
    if (files.has(file)) return [];
    const ours = [...files.keys()].some((known) => known.startsWith(`${file}/`));
    if (!ours) return [file];
    return lstatSync(path.join(target, file)).isDirectory() ? foreign(target, files, `${file}/`) : [];
  });
}

function kindOf(target: string, file: string, text: string): Change['kind'] {
  const parts = file.split('/');
  for (const depth of parts.keys()) {
    const entry = path.join(target, ...parts.slice(0, depth + 1));
    const found = lstatSync(entry, { throwIfNoEntry: false });
    if (!found) return 'create';
    const isLast = depth === parts.length - 1;
    if (isLast ? !found.isFile() : !found.isDirectory()) return 'conflict';
    // What has another size may be too large to read.
    const same = isLast && found.size === Buffer.byteLength(text) && readFileSync(entry, 'utf8') === text;
    if (isLast) return same ? 'same' : 'conflict';
  }
  return 'create';
}

/** Whether a file of the project is there and holds `text`. */
export function isAsWritten(target: string, file: string, text: string): boolean {
  return kindOf(target, file, text) === 'same';
}
