import { fstatSync, statSync, writeSync } from 'node:fs';

import { exitCodes, OutputError } from './errors.js';
import type { Shown } from './printable.js';

/** Where the command writes: stdout or stderr, or what a test puts in their place. */
export interface Output {
  isTTY: boolean;
  /** Throws OutputError where the text cannot be written. */
  write(text: Shown): void;
}

/**
 * Whether a terminal is at the file descriptor. Node's own answer takes 3 ms to load, so what is surely none is not
 * asked: a file, a pipe, /dev/null.
 */
export function isTerminal(descriptor: 0 | 1 | 2): boolean {
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isCharacterDevice() || stats.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev)
      return false;
    return (require('node:tty') as typeof import('node:tty')).isatty(descriptor);
  } catch {
    return false;
  }
}

/**
 * stdout (1) or stderr (2), written to at once: nothing is lost when the process ends, and a reader that went away
 * (`| head`) is no error.
 */
export function standardOutput(descriptor: 1 | 2): Output {
  let stream: NodeJS.WriteStream | undefined;
  return {
    get isTTY() {
      return isTerminal(descriptor);
    },
    write(text) {
      let rest = Buffer.from(text);
      if (stream) {
        stream.write(rest);
        return;
      }
      try {
        // A pipe may take a part at a time.
        while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
          // A pipe that takes nothing more just now is left to Node, which waits for it, and gets what follows too.
          stream = descriptor === 1 ? process.stdout : process.stderr;
          stream.on('error', failLate);
          stream.write(rest);
        } else if (!isReaderGone(error)) throw new OutputError((error as Error).message);
      }
    },
  };
}

function isReaderGone(error: unknown): boolean {
  return ['EPIPE', 'EOF'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** For what fails when the command has returned its exit code already. */
function failLate(error: Error): void {
  if (isReaderGone(error)) return;
  process.once('exit', () => (process.exitCode = exitCodes.surroundings));
  try {
    writeSync(2, `${new OutputError(error.message).message}\n`);
  } catch {
    // Nobody can be told.
  }
}
