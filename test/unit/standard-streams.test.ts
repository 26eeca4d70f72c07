import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { PassThrough } from 'node:stream';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { plainText } from '../../src/printable.js';
import { OutputError } from '../../src/errors.js';
import { standardOutput } from '../../src/standard-streams.js';

const failure = (code: string) => Object.assign(new Error(`${code}: a failure, write`), { code });

/** Lets node:fs write as `write` says, in place of what stdout and stderr are; returns what was written. */
function writeSyncAs(write: (descriptor: number, bytes: Buffer) => number): void {
  vi.spyOn(fs, 'writeSync').mockImplementation(((descriptor: number, bytes: Buffer | string) =>
    write(descriptor, Buffer.from(bytes))) as never);
  syncBuiltinESMExports();
}

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

describe('standardOutput', () => {
  it('writes all of a text, where a part is taken at a time', () => {
    let written = '';
    writeSyncAs((_descriptor, bytes) => {
      written += bytes.subarray(0, 2).toString();
      return Math.min(2, bytes.length);
    });
    standardOutput(1).write(plainText('abcde'));
    expect(written).toBe('abcde');
  });

  it.each(['ENOSPC', 'EIO', 'EBADF'])('says that a text could not be written: %s', (code) => {
    writeSyncAs(() => {
      throw failure(code);
    });
    expect(() => standardOutput(1).write(plainText('text'))).toThrow(new OutputError(`${code}: a failure, write`));
  });

  it('takes a reader that went away for no error', () => {
    writeSyncAs(() => {
      throw failure('EPIPE');
    });
    expect(() => standardOutput(1).write(plainText('text'))).not.toThrow();
  });

  it('leaves to Node, in order, what a pipe does not take at once, and what fails then', () => {
    const stream = new PassThrough();
    vi.spyOn(process, 'stdout', 'get').mockReturnValue(stream as never);
    const once = vi.spyOn(process, 'once').mockReturnValue(process);
    let onStderr = '';
    writeSyncAs((descriptor, bytes) => {
      if (descriptor === 1) throw failure('EAGAIN');
      onStderr += bytes.toString();
      return bytes.length;
    });
    const output = standardOutput(1);
    output.write(plainText('one '));
    output.write(plainText('two'));
    expect((stream.read() as Buffer).toString()).toBe('one two');

    stream.emit('error', failure('EPIPE'));
    expect([onStderr, once.mock.calls]).toEqual(['', []]);
    stream.emit('error', failure('ENOSPC'));
    expect(onStderr).toBe('The output could not be written: ENOSPC: a failure, write.\n');
    expect(once).toHaveBeenCalledWith('exit', expect.any(Function));
  });
});
