import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const pieceSize = 2 ** 16;

/**
 * All that can be read from an open file, pipe or terminal, as bytes; undefined where it is more than `most`. `expected`
 * is how much it says that it has. Throws what reading throws.
 */
export function readUpTo(descriptor: number, most: number, expected = 0): Buffer | undefined {
  if (expected > most) return undefined;
  const pieces: Buffer[] = [];
  let total = 0;
  for (let size = expected + 1; ; size = pieceSize) {
    const piece = Buffer.allocUnsafe(size);
    const read = readSync(descriptor, piece);
    if (read === 0) return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, total);
    total += read;
    if (total > most) return undefined;
    pieces.push(piece.subarray(0, read));
  }
}

/** The same for a file or a pipe at a path: undefined where it holds more. Throws what opening and reading throw. */
export function readFileUpTo(file: string, most: number): Buffer | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const stats = fstatSync(descriptor);
    return readUpTo(descriptor, most, stats.isFile() ? stats.size : 0);
  } finally {
    closeSync(descriptor);
  }
}
