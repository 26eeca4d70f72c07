import { isUtf8 } from 'node:buffer';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  type Dirent,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

import { isRead, isVariables } from './module-files.js';
import type { Sources, UnreadFile } from './project.js';
import { isUnitFile } from './terragrunt.js';
import { readUpTo } from '../read-up-to.js';

/** The largest file that is read because a project names it, in bytes. */
export const largestFile = 10 * 2 ** 20;

/**
 * The sources in a folder on disk: all that is ever read because a project names it is read here.
 *
 * Regular files alone are read, of at most 10 MB, in UTF-8, in `root` and not in a `.git` of it, wherever links lead;
 * none of them is written or run. `root` is by default the checkout of git that the folder is in, so that modules beside
 * it are read, or else the folder. What else is asked for is noted as unread. Where there is neither a checkout nor a
 * `root`, units of Terragrunt are looked for up to the folder `current`, see `unitSources`.
 */
export function folderSources(folder: string, root?: string, current = process.cwd()): Sources {
  const base = realpathSync(folder);
  const checkout = root === undefined ? checkoutOf(base) : undefined;
  const boundary = root === undefined ? (checkout ?? base) : realpathSync(root);
  const units = root === undefined && checkout === undefined ? unitSources(base, current) : undefined;
  const unread = new Map<string, UnreadFile>();
  const lists = new Map<string, readonly string[] | undefined>();
  const texts = new Map<string, string | undefined>();
  const note = (file: string, why: string, isElsewhere = false) => {
    unread.set(file, { path: file, why, ...(isElsewhere ? { isElsewhere } : {}) });
    return undefined;
  };
  return {
    list(name) {
      if (!lists.has(name)) lists.set(name, listFolder(name));
      return lists.get(name);
    },
    read(file) {
      if (texts.has(file)) return texts.get(file);
      const text = readText(file);
      // Rules ask for the same small files again and again.
      if ((text?.length ?? 0) <= smallText && texts.size < mostKept) texts.set(file, text);
      return text;
    },
    folders: (name) =>
      entriesOf(name)
        ?.filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort(),
    within: slashed(path.relative(boundary, base)),
    unread: () => [...unread.values()],
    ...(units ? { units } : {}),
  };

  function readText(file: string): string | undefined {
    const found = resolveInside(boundary, base, file);
    if (found === undefined) return undefined;
    if ('refusal' in found) return note(file, found.refusal, true);
    const read = readRegular(found.path);
    if (typeof read !== 'string') return read.text;
    // Of an archive or an image nobody expects that it is looked into.
    if (read === notUtf8 && !isRead(path.basename(file)) && !isVariables(path.basename(file))) return undefined;
    return note(file, read);
  }

  function listFolder(name: string): readonly string[] | undefined {
    return entriesOf(name)
      ?.filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  }

  function entriesOf(name: string): Dirent[] | undefined {
    const found = resolveInside(boundary, base, name);
    if (found === undefined) return undefined;
    if ('refusal' in found) return note(name, found.refusal, true);
    try {
      return readdirSync(found.path, { withFileTypes: true });
    } catch {
      return undefined;
    }
  }
}

/** Characters of a text that is kept, and how many are kept. */
const smallText = 50_000;
const mostKept = 500;

const notUtf8 = 'is not in UTF-8';

/** As many links as Linux follows. */
const mostLinks = 40;

/**
 * Where a path leads that is written in the folder `base`, without links; undefined where nothing is. Each link is
 * followed by hand, so that what is outside of `boundary` is not looked up, not even whether it is there.
 */
function resolveInside(
  boundary: string,
  base: string,
  file: string,
): { path: string } | { refusal: string } | undefined {
  // A path with this in it is no path to any system.
  if (file.includes('\0')) return { refusal: 'is no name of a file' };
  let wanted = path.resolve(base, file);
  for (let links = 0; links <= mostLinks; links++) {
    const refused = refusal(boundary, wanted);
    if (refused) return { refusal: refused };
    const link = firstLink(boundary, wanted);
    if (link === undefined) return undefined;
    if (link === wanted) return { path: wanted };
    wanted = link;
  }
  return undefined;
}

/** The path with its first link replaced by where that leads; the path itself without one, undefined where nothing is. */
function firstLink(boundary: string, wanted: string): string | undefined {
  const below = path.relative(boundary, wanted).split(path.sep).filter(Boolean);
  let at = boundary;
  for (const [depth, name] of below.entries()) {
    at = path.join(at, name);
    try {
      if (!lstatSync(at).isSymbolicLink()) continue;
      return path.join(path.resolve(path.dirname(at), readlinkSync(at)), ...below.slice(depth + 1));
    } catch {
      return undefined;
    }
  }
  return wanted;
}

/** Why nothing is read at a path; undefined for one that is in `boundary`, and there in no `.git`, by whatever letters. */
function refusal(boundary: string, file: string): string | undefined {
  const relative = path.relative(boundary, file);
  const parts = relative.split(path.sep);
  if (parts[0] === '..' || path.isAbsolute(relative)) return 'is outside of what is looked at (--root widens it)';
  return parts.some((part) => /^(\.git|git~\d+)$/i.test(part)) ? 'is of git itself' : undefined;
}

/**
 * The units of Terragrunt below the folder that a command is run in, where that is above the project: files of their
 * names alone, with no link followed. Undefined where it is the home folder, has that in it, or is the top of all.
 */
function unitSources(base: string, current: string): Sources | undefined {
  let top: string;
  try {
    top = realpathSync(current);
  } catch {
    return undefined;
  }
  if (!isAbove(top, base) || top === path.parse(top).root || isAbove(top, homeFolder()) || top === homeFolder())
    return undefined;
  // A folder that is another project's is none of ours.
  const entriesOf = (folder: string): Dirent[] => {
    const at = path.resolve(base, folder);
    if (at !== top && !isAbove(top, at)) return [];
    try {
      const entries = realpathSync(at) === at ? readdirSync(at, { withFileTypes: true }) : [];
      return entries.some(({ name }) => name === '.git') ? [] : entries;
    } catch {
      return [];
    }
  };
  const namesOf = (entries: Dirent[]) => entries.map(({ name }) => name).sort();
  return {
    list: (folder) => namesOf(entriesOf(folder).filter((entry) => entry.isFile() && isUnitFile(entry.name))),
    folders: (folder) => namesOf(entriesOf(folder).filter((entry) => entry.isDirectory())),
    read(file) {
      const at = path.resolve(base, file);
      if (!isAbove(top, at) || !isUnitFile(path.basename(at))) return undefined;
      const read = readRegular(at);
      return typeof read === 'string' ? undefined : read.text;
    },
    within: slashed(path.relative(top, base)),
  };
}

/** Whether a folder is one of those that something is in. */
function isAbove(folder: string, below: string): boolean {
  const relative = path.relative(folder, below);
  return relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}

function slashed(file: string): string {
  return file.split(path.sep).join('/');
}

function homeFolder(): string {
  const home = path.resolve(homedir());
  try {
    return realpathSync(home);
  } catch {
    return home;
  }
}

/** The checkout of git that a folder is in. */
function checkoutOf(folder: string): string | undefined {
  // Some keep their home in git; what else is there is not a project's.
  const home = path.resolve(homedir());
  for (let at = folder; at !== home; at = path.dirname(at)) {
    if (isCheckout(at)) return at;
    if (at === path.dirname(at)) break;
  }
  return undefined;
}

/** https://git-scm.com/docs/gitrepository-layout */
function isCheckout(folder: string): boolean {
  const git = path.join(folder, '.git');
  try {
    const stats = statSync(git);
    if (stats.isDirectory()) return statSync(path.join(git, 'HEAD')).isFile();
    // Of a worktree or a submodule.
    return stats.isFile() && stats.size < 10_000 && readFileSync(git, 'latin1').startsWith('gitdir:');
  } catch {
    return false;
  }
}

/** The text of a file at a path without links, or why it is not read. */
function readRegular(file: string): { text: string | undefined } | string {
  let descriptor: number;
  try {
    // Opening a pipe would wait for somebody who writes; a link that came there meanwhile is not followed.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { text: undefined };
    // A socket, or a device without a driver.
    return code === 'ENXIO' ? 'is no regular file' : `cannot be read: ${code}`;
  }
  try {
    const opened = fstatSync(descriptor);
    if (!opened.isFile()) return opened.isDirectory() ? { text: undefined } : 'is no regular file';
    const now = statSync(file);
    if (realpathSync(file) !== file || now.ino !== opened.ino || now.dev !== opened.dev)
      return 'changes while it is read';
    const bytes = readUpTo(descriptor, largestFile, opened.size);
    if (!bytes) return `has more than ${largestFile / 2 ** 20} MB`;
    return isUtf8(bytes) ? { text: bytes.toString() } : notUtf8;
  } catch (error) {
    return `cannot be read: ${(error as NodeJS.ErrnoException).code}`;
  } finally {
    closeSync(descriptor);
  }
}
