import { lstatSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { recordFile } from '../record/record.js';
import type { ProjectFiles } from '../render/project-files.js';
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
  const conflicts: string[] = [];
  const changes = [...files].map(([file, content]): Change => {
    const { kind, size } = found(target, file, content);
    if (kind === 'conflict') conflicts.push(shownConflict(file, content, size));
    return { path: file, kind };
  });
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

/** What is in the place of a file of the project, and of a file that is there its size. */
function found(target: string, file: string, content: string | Uint8Array): { kind: Change['kind']; size?: number } {
  const parts = file.split('/');
  for (const depth of parts.keys()) {
    const entry = path.join(target, ...parts.slice(0, depth + 1));
    const status = lstatSync(entry, { throwIfNoEntry: false });
    if (!status) return { kind: 'create' };
    const isLast = depth === parts.length - 1;
    if (isLast ? !status.isFile() : !status.isDirectory()) return { kind: 'conflict' };
    if (!isLast) continue;
    const { size } = status;
    // What has another size may be too large to read.
    const same = size === Buffer.byteLength(content) && readFileSync(entry).equals(Buffer.from(content));
    return { kind: same ? 'same' : 'conflict', size };
  }
  return { kind: 'create' };
}

/** A file that is in the way. What a person cannot look into to see how it differs says so by its size. */
function shownConflict(file: string, content: string | Uint8Array, size: number | undefined): string {
  if (typeof content === 'string' || size === undefined) return file;
  const others = size === content.length ? 'as it should have, but others' : `and should have ${content.length}`;
  return `${file}, which has ${size} bytes ${others}`;
}

/** Whether a file of the project is there and holds `content`. */
export function isAsWritten(target: string, file: string, content: string | Uint8Array): boolean {
  return found(target, file, content).kind === 'same';
}
