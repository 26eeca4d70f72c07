import { existsSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import type { ProjectFiles } from '../render/render.js';

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

/** What is in the folder `target`, but for what may be in any; empty where there is no such folder. */
export function occupants(target: string): string[] {
  const present = presence(target);
  if (present === 'file') return [`${path.basename(target)} (a file)`];
  return present === 'nothing' ? [] : readdirSync(target).filter((entry) => !harmless.has(entry));
}

/** Compares `files` with the folder `target`, which need not exist. */
export function compare(files: ProjectFiles, target: string): Comparison {
  if (presence(target) !== 'folder') {
    const all = [...files.keys()].map((file): Change => ({ path: file, kind: 'create' }));
    return { changes: all, inTheWay: occupants(target) };
  }
  const changes = [...files].map(([file, text]): Change => ({
    path: file,
    kind: kindOf(path.join(target, file), text),
  }));
  const ours = new Set([...files.keys()].map((file) => file.split('/')[0]!));
  const foreign = occupants(target).filter((entry) => !ours.has(entry));
  const conflicts = changes.filter((change) => change.kind === 'conflict').map((change) => change.path);
  return { changes, inTheWay: [...conflicts, ...foreign] };
}

/** What has the target's name; a link that leads nowhere is not nothing, since its name is taken. */
function presence(target: string): 'nothing' | 'folder' | 'file' {
  if (existsSync(target)) return statSync(target).isDirectory() ? 'folder' : 'file';
  return lstatSync(target, { throwIfNoEntry: false }) ? 'file' : 'nothing';
}

function kindOf(file: string, text: string): Change['kind'] {
  try {
    return readFileSync(file, 'utf8') === text ? 'same' : 'conflict';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT') return 'create';
    if (code === 'EISDIR' || code === 'ENOTDIR') return 'conflict';
    throw error;
  }
}
