import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Reads a file, or a pipe to its end; undefined where it holds more than `most` bytes. A file's size is looked at before it
 * is read, and of what has no size no more than `most` is.
 */
export function readAtMost(file: string, most: number): Buffer | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const stats = fstatSync(descriptor);
    if (stats.isFile() && stats.size > most) return undefined;
    const bytes = Buffer.alloc(most + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    return length > most ? undefined : bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}
