import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { Interrupted } from '../errors.js';
import { recordFile } from '../record/record.js';
import type { ProjectFiles } from '../render/project-files.js';
import { compare, isAsWritten, occupants, type Change } from './compare.js';
import { makeStaging, otherRuns, removeStaging } from './staging.js';

/** Something has appeared in the target since it was compared; nothing was written. */
export class InTheWay extends Error {
  constructor(readonly entries: readonly string[]) {
    super(`in the way: ${entries.join(', ')}`);
    this.name = 'InTheWay';
  }
}

/** Another run is writing to the target; nothing was written. */
export class UnderWay extends Error {
  constructor() {
    super('another run is writing there');
    this.name = 'UnderWay';
  }
}

/** How long a run waits for others that are giving way to it, in milliseconds. */
const patience = 2000;

/**
 * Writes a project so that a kill at any instant leaves it whole or not there: everything goes into a folder beside
 * the target first, which then takes the target's name in one rename.
 *
 * A target that exists stays the folder it is: the finished files are moved into it one by one, so that each is there
 * whole or not at all, and a second run completes them. What is there already is never replaced, and of several runs at
 * once one writes.
 *
 * `target` must have passed compare(), whose `changes` say what was there: whatever has appeared since then throws
 * InTheWay, and another run that writes there UnderWay. An abort of `signal` removes what was written and throws
 * Interrupted; so does an error of the file system, which is thrown on. Returns the folder that could not be removed when
 * everything was in place, if there is one. A project is a few dozen small files, which take less time written one after
 * the other than awaited.
 */
export async function writeProject(
  files: ProjectFiles,
  target: string,
  signal?: Pick<AbortSignal, 'aborted'>,
  changes: readonly Change[] = compare(files, target).changes,
): Promise<string | undefined> {
  const isNew = !existsSync(target);
  const parent = isNew ? path.dirname(target) : target;
  const made: string[] = [];
  let staging: string | undefined;
  try {
    makeFolder(parent, made);
    staging = makeStaging(parent);
    if (!isNew) await takeTurn(staging, signal);
    for (const folder of foldersOf(files)) mkdirSync(path.join(staging, folder), { recursive: true });
    for (const [file, content] of files) writeFileSync(path.join(staging, file), content);
    // Lets a signal that came in meanwhile be heard, before it is too late to leave nothing behind.
    await new Promise((heard) => setImmediate(heard));
    if (signal?.aborted) throw new Interrupted();
    if (isNew) {
      sweep(staging);
      await renameFolder(staging, target);
    } else placeFiles(staging, target, files, changes);
  } catch (error) {
    if (staging) removeStaging(staging);
    removeEmpty(made);
    throw error;
  }
  return isNew || removeStaging(staging) ? undefined : staging;
}

/** Removes what runs that have ended left beside `staging`, as far as the folder that it is in may be read. */
function sweep(staging: string): void {
  try {
    otherRuns(staging);
  } catch {
    // Nothing depends on it.
  }
}

/**
 * Returns when no other run writes to the folder that `staging` is in. Each run makes its folder before it looks for
 * others, so of two at least one sees the other. Those that see one whose name comes before theirs give way; the first
 * waits until it is alone, for a run that saw nobody may be at work already.
 */
async function takeTurn(staging: string, signal?: Pick<AbortSignal, 'aborted'>): Promise<void> {
  const giveUp = Date.now() + patience;
  for (;;) {
    const others = otherRuns(staging);
    if (others.length === 0) return;
    if (others.some((name) => name < path.basename(staging)) || Date.now() > giveUp) throw new UnderWay();
    await new Promise((later) => setTimeout(later, 20));
    if (signal?.aborted) throw new Interrupted();
  }
}

/** Moves each file to its place, or none: what was placed before one could not be is taken away again. */
function placeFiles(staging: string, target: string, files: ProjectFiles, changes: readonly Change[]): void {
  const present = new Set(changes.filter(({ kind }) => kind === 'same').map((change) => change.path));
  const now = compare(files, target);
  const appeared = now.changes.filter(({ path: file, kind }) => kind === 'same' && !present.has(file));
  if (now.inTheWay.length + appeared.length > 0)
    throw new InTheWay([...now.inTheWay, ...appeared.map((change) => change.path)]);

  const folders: string[] = [];
  const placed: string[] = [];
  try {
    const lacking = now.changes.filter(({ kind }) => kind === 'create').map((change) => change.path);
    // The record comes first: it holds the drawn suffix, with which a second run writes the same project.
    for (const file of lacking.sort((a, b) => Number(b === recordFile) - Number(a === recordFile))) {
      const place = path.join(target, file);
      makeFolder(path.dirname(place), folders);
      moveFile(path.join(staging, file), place, file);
      placed.push(file);
    }
  } catch (error) {
    // A run that was held up for so long that another took it for ended has nothing to take away: the other counts on it.
    if (!existsSync(staging)) throw error;
    for (const file of placed) if (isAsWritten(target, file, files.get(file)!)) rmSync(path.join(target, file));
    removeEmpty(folders);
    throw error;
  }
}

/** Gives a file its final name, unless something has that name by now. */
function moveFile(from: string, to: string, file: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new InTheWay([file]);
    // Some file systems have no hard links, and renaming replaces.
    if (lstatSync(to, { throwIfNoEntry: false })) throw new InTheWay([file]);
    renameSync(from, to);
  }
}

/** Windows refuses to rename what a virus scanner is just reading; fs-extra waits a little and tries again. */
async function renameFolder(from: string, to: string): Promise<void> {
  // Renaming replaces an empty folder without a word.
  refuseAppeared(to);
  try {
    renameSync(from, to);
  } catch (error) {
    refuseAppeared(to);
    if (!['EACCES', 'EBUSY', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    const { default: fs } = await import('fs-extra');
    await fs.move(from, to, { overwrite: false });
  }
}

/** Throws InTheWay where something has the name of a target that was not there. */
function refuseAppeared(target: string): void {
  if (!lstatSync(target, { throwIfNoEntry: false })) return;
  const entries = occupants(target);
  throw new InTheWay(entries.length > 0 ? entries : [`${path.basename(target)}, which was not there a moment ago`]);
}

/** Makes `folder` and those above it; notes in `made` the ones that were not there. */
function makeFolder(folder: string, made: string[]): void {
  try {
    mkdirSync(folder);
    made.push(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
    if (code !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    makeFolder(path.dirname(folder), made);
    makeFolder(folder, made);
  }
}

function foldersOf(files: ProjectFiles): Set<string> {
  return new Set([...files.keys()].map((file) => path.dirname(file)));
}

/** Removes the folders that a run has made, as far as nobody has put anything into them. */
function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders.toSorted((a, b) => b.length - a.length)) {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody has put something into it, or removed it.
    }
  }
}
