import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

import { isRead, isVariables } from './module-files.js';
import type { Sources, UnreadFile } from './project.js';
import { readUpTo } from './read-up-to.js';
import { HclError } from './syntax.js';

/** The largest file that is read because a project names it, in bytes. */
export const largestFile = 10 * 2 ** 20;

/**
 * The sources in a folder on disk: all that is ever read because a project names it is read here.
 *
 * Regular files alone are read, of at most 10 MB, in UTF-8, in `root` and not in a `.git` of it, wherever links lead;
 * none of them is written or run. `root` is by default the checkout of git that the folder is in, so that modules beside
 * it are read, or else the folder. What else is asked for is noted as unread.
 *
 * `read` throws HclError for a file of Terraform's own that Terraform would read and that cannot be read here.
 */
export function folderSources(folder: string, root?: string): Sources {
  const base = realpathSync(folder);
  const boundary = root === undefined ? checkoutOf(base) : realpathSync(root);
  const unread = new Map<string, UnreadFile>();
  const lists = new Map<string, readonly string[] | undefined>();
  const note = (file: string, why: string) => {
    unread.set(file, { path: file, why });
    return undefined;
  };
  return {
    list(name) {
      if (!lists.has(name)) lists.set(name, listFolder(name));
      return lists.get(name);
    },
    read(file) {
      // A path with this in it is no path to any system.
      if (file.includes('\0')) return note(file, 'is no name of a file');
      const wanted = path.resolve(base, file);
      const refused = refusal(boundary, wanted);
      if (refused) return note(file, refused);
      const found = realPath(wanted);
      if (found === undefined) return undefined;
      const refusedThere = refusal(boundary, found);
      if (refusedThere) return note(file, refusedThere);
      const read = readRegular(found);
      if (typeof read !== 'string') return read.text;
      if (isRead(path.basename(file)) || isVariables(path.basename(file))) throw new HclError(file, 1, read);
      // Of an archive or an image nobody expects that it is looked into.
      return read === notUtf8 ? undefined : note(file, read);
    },
    unread: () => [...unread.values()],
  };

  function listFolder(name: string): readonly string[] | undefined {
    if (name.includes('\0')) return undefined;
    const wanted = path.resolve(base, name);
    const found = refusal(boundary, wanted) ? wanted : realPath(wanted);
    if (found === undefined) return undefined;
    const refused = refusal(boundary, found);
    if (refused) return note(name, refused);
    try {
      return readdirSync(found, { withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => entry.name)
        .sort();
    } catch {
      return undefined;
    }
  }
}

const notUtf8 = 'is not in UTF-8';

/** Why nothing is read at a path; undefined for one that is in `boundary`, and there in no `.git`, by whatever letters. */
function refusal(boundary: string, file: string): string | undefined {
  const relative = path.relative(boundary, file);
  const parts = relative.split(path.sep);
  if (parts[0] === '..' || path.isAbsolute(relative)) return 'is outside of what is looked at (--root widens it)';
  return parts.some((part) => /^(\.git|git~\d+)$/i.test(part)) ? 'is of git itself' : undefined;
}

/** The checkout of git that a folder is in, or the folder itself. */
function checkoutOf(folder: string): string {
  // Some keep their home in git; what else is there is not a project's.
  const home = path.resolve(homedir());
  for (let at = folder; at !== home; at = path.dirname(at)) {
    if (isCheckout(at)) return at;
    if (at === path.dirname(at)) break;
  }
  return folder;
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

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
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
    if (realPath(file) !== file || now.ino !== opened.ino || now.dev !== opened.dev) return 'changes while it is read';
    const bytes = readUpTo(descriptor, largestFile, opened.size);
    if (!bytes) return `has more than ${largestFile / 2 ** 20} MB`;
    return isUtf8(bytes) ? { text: bytes.toString() } : notUtf8;
  } catch (error) {
    return `cannot be read: ${(error as NodeJS.ErrnoException).code}`;
  } finally {
    closeSync(descriptor);
  }
}
