import { isUtf8 } from 'node:buffer';
import path from 'node:path';
import { getHeapStatistics } from 'node:v8';

import { readFileUpTo } from '../read-up-to.js';
import { fileFault, UserError } from '../errors.js';
import { quote } from '../printable.js';

/** The largest file that is read because the command line names it, in bytes. */
const largestFile = 500 * 2 ** 20;

/**
 * The text of a file that the command line names: one anywhere, or a pipe, of at most 500 MB, in UTF-8 or, as
 * PowerShell writes what is redirected, in UTF-16. Throws UserError.
 */
export function readNamed(flag: string, file: string, cwd: string): string {
  const refuseWith = (why: string, remedy: string): never => {
    throw new UserError([{ option: flag, value: quote(file), why, remedy }]);
  };
  if (file.includes('\0')) refuseWith('is no name of a file', 'Give the path of a file.');
  let bytes: Buffer | undefined;
  try {
    bytes = readFileUpTo(path.resolve(cwd, file), largestFile);
  } catch (error) {
    throw new UserError([fileFault(error, flag, quote(file))]);
  }
  if (!bytes) return refuseWith(`has more than ${largestFile / 2 ** 20} MB`, 'Give a smaller one.');
  if (needed(bytes) > getHeapStatistics().heap_size_limit) {
    return refuseWith(
      `of ${Math.ceil(bytes.length / 2 ** 20)} MB may need more memory than Node has here`,
      'Give it more, such as NODE_OPTIONS=--max-old-space-size=8192.',
    );
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le');
  // What is no text at all is told apart by whoever reads it.
  return isUtf8(bytes) || bytes.subarray(0, 2).toString() === 'PK'
    ? bytes.toString()
    : refuseWith('is not in UTF-8', 'Save it in UTF-8.');
}

/** Files below this many bytes need less than Node has anywhere. */
const surelySmall = 20 * 2 ** 20;

/** About how many bytes of memory what is read from JSON takes: texts as many as in the file, and so many for each `{`, `[` and comma. */
function needed(bytes: Buffer): number {
  if (bytes.length < surelySmall) return 0;
  let total = 2 * bytes.length;
  for (const byte of bytes) {
    if (byte === 0x7b) total += 160;
    else if (byte === 0x5b) total += 100;
    else if (byte === 0x2c) total += 30;
  }
  return total;
}
