import { existsSync, linkSync, mkdirSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Interrupted } from '../errors.js';
import { recordFile } from '../record/record.js';
import type { ProjectFiles } from '../render/render.js';
import { stagingPrefix } from './compare.js';

/** Leftovers of runs that were killed are removed when they are this old, in milliseconds; writing takes a few. */
const staleAfter = 60_000;

/**
 * Writes a project so that a kill at any instant leaves it whole or not there: everything goes into a folder beside
 * the target first, which then takes the target's name in one rename.
 *
 * A target that exists stays the folder it is: the finished files are moved into it one by one, so that each is there
 * whole or not at all, and a second run completes them. What is there already is never replaced.
 *
 * `target` must have passed compare(). An abort of `signal` removes what was written and throws Interrupted; so does
 * an error of the file system, which is thrown on. A project is a few dozen small files, which take less time written
 * one after the other than awaited.
 */
export async function writeProject(
  files: ProjectFiles,
  target: string,
  signal?: Pick<AbortSignal, 'aborted'>,
): Promise<void> {
  const isNew = !existsSync(target);
  const made = makeFolder(isNew ? path.dirname(target) : target);
  let staging: string | undefined;
  try {
    staging = makeStaging(isNew ? path.dirname(target) : target);
    for (const folder of foldersOf(files)) mkdirSync(path.join(staging, folder), { recursive: true });
    for (const [file, text] of files) writeFileSync(path.join(staging, file), text);
    // Lets a signal that came in meanwhile be heard, before it is too late to leave nothing behind.
    await new Promise((heard) => setImmediate(heard));
    if (signal?.aborted) throw new Interrupted();
    if (isNew) await renameFolder(staging, target);
    else placeFiles(staging, target, files);
  } catch (error) {
    if (staging) remove(staging);
    removeEmpty(made);
    throw error;
  }
}

/** Moves each file to its place, or none: what was placed before one could not be is taken away again. */
function placeFiles(staging: string, target: string, files: ProjectFiles): void {
  const folders: string[] = [];
  const placed: string[] = [];
  try {
    // The record comes first: it holds the drawn suffix, with which a second run writes the same project.
    const recordFirst = [...files.keys()].sort((a, b) => Number(b === recordFile) - Number(a === recordFile));
    for (const file of recordFirst) {
      const place = path.join(target, file);
      if (!existsSync(place)) {
        folders.push(...makeFolder(path.dirname(place)));
        moveFile(path.join(staging, file), place);
        placed.push(place);
      }
    }
  } catch (error) {
    for (const file of placed) rmSync(file, { force: true });
    removeEmpty(folders);
    throw error;
  }
  remove(staging);
}

/** Gives a file its final name, unless something has that name by now (EEXIST). */
function moveFile(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    // Some file systems have no hard links; compare() and the caller have looked a moment ago.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    renameSync(from, to);
  }
}

/** Windows refuses to rename what a virus scanner is just reading; fs-extra waits a little and tries again. */
async function renameFolder(from: string, to: string): Promise<void> {
  try {
    renameSync(from, to);
  } catch (error) {
    const busy = ['EACCES', 'EBUSY', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!busy || existsSync(to)) throw error;
    const { default: fs } = await import('fs-extra');
    await fs.move(from, to, { overwrite: false });
  }
}

/** Makes `folder` and those above it; returns the ones that were not there, the innermost first. */
function makeFolder(folder: string): string[] {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return [];
  const made = [folder];
  while (made.at(-1) !== first && made.at(-1) !== path.dirname(made.at(-1)!)) made.push(path.dirname(made.at(-1)!));
  return made;
}

/** Makes a folder in `parent` that no other run writes to; leftovers from long ago make room. */
function makeStaging(parent: string): string {
  for (let attempt = 1; ; attempt++) {
    const staging = path.join(parent, `${stagingPrefix}${attempt}`);
    const leftover = statSync(staging, { throwIfNoEntry: false });
    if (leftover && Date.now() - leftover.mtimeMs > staleAfter) remove(staging);
    try {
      mkdirSync(staging);
      return staging;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function foldersOf(files: ProjectFiles): Set<string> {
  return new Set([...files.keys()].map((file) => path.dirname(file)));
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Removes the folders that a run has made, as far as nobody has put anything into them. */
function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders.toSorted((a, b) => b.length - a.length)) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}
