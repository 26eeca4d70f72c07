import { lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';

import { fingerprint } from '../record/fingerprint.js';

// A run writes to a folder of its own first, and by that folder other runs see that it is under way: its name says which
// process on which machine made it, so it says so from the instant it is there. No name is used again, so what a run that
// has ended left behind can be removed by anybody without removing what another run has just made.

/** The start of the name of a folder that a run writes to before it moves the result into place. */
export const stagingPrefix = '.create-secure-infra.unfinished-';

/** A run that cannot be asked, as on another machine, is taken for ended after this long, in milliseconds; writing takes a few. */
const staleAfter = 60_000;

/** The folders of this very process: the process id alone may be that of a run in a container that is gone. */
const ours = new Set<string>();

/** Makes a folder in `parent` that no other run writes to. */
export function makeStaging(parent: string): string {
  for (;;) {
    const drawn = Math.random().toString(36).slice(2, 10);
    const staging = path.join(parent, `${stagingPrefix}${process.pid}-${machine()}-${drawn}`);
    try {
      mkdirSync(staging);
      ours.add(path.basename(staging));
      return staging;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Removes a folder that makeStaging() made; returns whether that could be done. */
export function removeStaging(staging: string): boolean {
  try {
    rmSync(staging, { recursive: true, force: true, maxRetries: 3 });
    return true;
  } catch {
    return false;
  } finally {
    ours.delete(path.basename(staging));
  }
}

/** The names of other runs' folders beside `staging` that may still be written to. Those of runs that have ended are removed. */
export function otherRuns(staging: string): string[] {
  const parent = path.dirname(staging);
  // The clock of the file system, which may be another machine's.
  const now = lstatSync(staging).mtimeMs;
  return readdirSync(parent).filter((name) => {
    if (!name.startsWith(stagingPrefix) || name === path.basename(staging)) return false;
    const found = lstatSync(path.join(parent, name), { throwIfNoEntry: false });
    if (!found?.isDirectory()) return false;
    if (now - found.mtimeMs <= staleAfter && mayRun(name)) return true;
    removeStaging(path.join(parent, name));
    return false;
  });
}

function mayRun(name: string): boolean {
  const [, pid, where] = /^(\d+)-([0-9a-f]{16})-/.exec(name.slice(stagingPrefix.length)) ?? [];
  if (where !== machine()) return true;
  if (Number(pid) === process.pid) return ours.has(name);
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

let known: string | undefined;

/** What tells this machine, and a container on it, from others: a process id means nothing there. */
function machine(): string {
  // Loaded here, because most of what the command can do needs nothing of it.
  known ??= fingerprint(`${process.getBuiltinModule('node:os').hostname()} ${processNamespace()}`).slice(0, 16);
  return known;
}

function processNamespace(): string {
  if (process.platform !== 'linux') return '';
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
