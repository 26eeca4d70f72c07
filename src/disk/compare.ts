import path from 'node:path';

import fs from 'fs-extra';

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

/** Compares `files` with the folder `target`, which need not exist. */
export async function compare(files: ProjectFiles, target: string): Promise<Comparison> {
  const present = await presence(target);
  if (present !== 'folder') {
    const all = [...files.keys()].map((file): Change => ({ path: file, kind: 'create' }));
    return { changes: all, inTheWay: present === 'nothing' ? [] : [`${path.basename(target)} (a file)`] };
  }
  const changes: Change[] = [];
  for (const [file, text] of files) changes.push({ path: file, kind: await kindOf(path.join(target, file), text) });

  const ours = new Set([...files.keys()].map((file) => file.split('/')[0]!));
  const foreign = (await fs.readdir(target)).filter((entry) => !ours.has(entry) && !harmless.has(entry));
  const conflicts = changes.filter((change) => change.kind === 'conflict').map((change) => change.path);
  return { changes, inTheWay: [...conflicts, ...foreign] };
}

/** What has the target's name; a link that leads nowhere is not nothing, since its name is taken. */
async function presence(target: string): Promise<'nothing' | 'folder' | 'file'> {
  if (await fs.pathExists(target)) return (await fs.stat(target)).isDirectory() ? 'folder' : 'file';
  return (await fs.readdir(path.dirname(target)).catch((): string[] => [])).includes(path.basename(target)) ? 'file' : 'nothing';
}

async function kindOf(file: string, text: string): Promise<Change['kind']> {
  try {
    return (await fs.readFile(file, 'utf8')) === text ? 'same' : 'conflict';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'create';
    if (['EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return 'conflict';
    throw error;
  }
}
