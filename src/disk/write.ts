import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

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
 * Interrupted. A project is a few dozen small files, which take less time written one after the other than awaited.
 */
export async function writeProject(files: ProjectFiles, target: string, signal?: AbortSignal): Promise<void> {
  const parent = path.dirname(target);
  const firstMade = mkdirSync(parent, { recursive: true });
  const staging = makeStaging(path.join(parent, `.${path.basename(target)}.unfinished`));
  try {
    for (const folder of foldersOf(files)) mkdirSync(path.join(staging, folder), { recursive: true });
    for (const [file, text] of files) writeFileSync(path.join(staging, file), text);
    // Lets a signal that came in meanwhile be heard, before it is too late to leave nothing behind.
    await new Promise((heard) => setImmediate(heard));
    if (signal?.aborted) throw new Interrupted();
    await commit(staging, target, files);
  } catch (error) {
    remove(staging);
    if (firstMade) remove(firstMade);
    throw error;
  }
}

async function commit(staging: string, target: string, files: ProjectFiles): Promise<void> {
  if (existsSync(target)) {
    const mustStay = path.resolve(target) === process.cwd() || readdirSync(target).length > 0;
    if (mustStay) return moveOneByOne(staging, target, files);
    // Windows does not rename onto a folder, not even an empty one.
    rmdirSync(target);
  }
  await rename(staging, target);
}

async function moveOneByOne(staging: string, target: string, files: ProjectFiles): Promise<void> {
  for (const folder of foldersOf(files)) mkdirSync(path.join(target, folder), { recursive: true });
  for (const file of files.keys()) await rename(path.join(staging, file), path.join(target, file));
  remove(staging);
}

/** Windows refuses to rename what a virus scanner is just reading; fs-extra waits a little and tries again. */
async function rename(from: string, to: string): Promise<void> {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!['EACCES', 'EBUSY', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    const { default: fs } = await import('fs-extra');
    await fs.move(from, to, { overwrite: true });
  }
}

function foldersOf(files: ProjectFiles): Set<string> {
  return new Set([...files.keys()].map((file) => path.dirname(file)));
}

/** Makes a folder that no other run writes to; leftovers of its name from long ago make room. */
function makeStaging(name: string): string {
  for (let attempt = 1; ; attempt++) {
    const staging = `${name}-${attempt}`;
    try {
      mkdirSync(staging);
      return staging;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (Date.now() - statSync(staging).mtimeMs > staleAfter) remove(staging);
      // Whoever made it may be running: the next attempt takes the next name, or this one if it has just been freed.
      if (!existsSync(staging)) attempt--;
    }
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
