import { randomBytes } from 'node:crypto';
import path from 'node:path';

import fs from 'fs-extra';

import { Interrupted } from '../errors.js';
import type { ProjectFiles } from '../render/render.js';

/** Leftovers of runs that were killed are removed when they are this old, in milliseconds. */
const staleAfter = 10 * 60 * 1000;

/**
 * Writes a project so that a kill at any instant leaves it whole or not there: everything goes into a folder beside
 * the target first, which then takes the target's name in one rename. Into a folder that has to stay the same one
 * (the current directory, or one with a repository in it) the finished files are moved one by one, so that each is
 * there whole or not at all, and a second run completes them.
 *
 * `target` must not exist or have passed compare(). An abort of `signal` removes what was written and throws
 * Interrupted.
 */
export async function writeProject(files: ProjectFiles, target: string, signal?: AbortSignal): Promise<void> {
  const parent = path.dirname(target);
  const stem = `.${path.basename(target)}.unfinished-`;
  const firstMade = await fs.ensureDir(parent).then((made) => made as unknown as string | undefined);
  await removeStale(parent, stem);
  const staging = path.join(parent, `${stem}${randomBytes(4).toString('hex')}`);
  try {
    for (const [file, text] of files) {
      if (signal?.aborted) throw new Interrupted();
      await fs.outputFile(path.join(staging, file), text);
    }
    if (signal?.aborted) throw new Interrupted();
    await commit(staging, target, files);
  } catch (error) {
    if (firstMade) await fs.remove(firstMade);
    throw error;
  } finally {
    await fs.remove(staging);
  }
}

async function commit(staging: string, target: string, files: ProjectFiles): Promise<void> {
  if (!(await fs.pathExists(target))) return fs.rename(staging, target);
  const isWorkingDirectory = path.resolve(target) === process.cwd();
  if (!isWorkingDirectory && (await fs.readdir(target)).length === 0) {
    // Windows does not rename onto a folder, not even an empty one.
    await fs.rmdir(target);
    return fs.rename(staging, target);
  }
  for (const file of files.keys()) {
    await fs.ensureDir(path.dirname(path.join(target, file)));
    await fs.rename(path.join(staging, file), path.join(target, file));
  }
}

async function removeStale(parent: string, stem: string): Promise<void> {
  for (const entry of await fs.readdir(parent)) {
    if (!entry.startsWith(stem)) continue;
    const leftover = path.join(parent, entry);
    const { mtimeMs } = await fs.stat(leftover);
    if (Date.now() - mtimeMs > staleAfter) await fs.remove(leftover);
  }
}
