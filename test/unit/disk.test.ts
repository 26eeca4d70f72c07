import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { compare } from '../../src/disk/compare.js';
import { writeProject } from '../../src/disk/write.js';
import { Interrupted } from '../../src/errors.js';
import { readFolder } from '../support/samples.js';
import { scratchFolder } from '../support/scratch.js';

const files = new Map([
  ['a.tf', 'a\n'],
  ['tests/b.tftest.hcl', 'b\n'],
]);

describe('compare', () => {
  it('creates everything where nothing is', () => {
    expect(compare(files, path.join(scratchFolder(), 'new'))).toEqual({
      changes: [
        { path: 'a.tf', kind: 'create' },
        { path: 'tests/b.tftest.hcl', kind: 'create' },
      ],
      inTheWay: [],
    });
  });

  it('keeps company with version control and with its own files', () => {
    const target = scratchFolder();
    mkdirSync(path.join(target, '.git'));
    writeFileSync(path.join(target, 'a.tf'), 'a\n');
    const { changes, inTheWay } = compare(files, target);
    expect(changes.map((change) => change.kind)).toEqual(['same', 'create']);
    expect(inTheWay).toEqual([]);
  });

  it('finds what is in the way: other content, other files, a folder for a file, a file for a folder', () => {
    const target = scratchFolder();
    writeFileSync(path.join(target, 'a.tf'), 'mine\n');
    writeFileSync(path.join(target, 'notes.txt'), '');
    writeFileSync(path.join(target, 'tests'), '');
    expect(compare(files, target).inTheWay).toEqual(['a.tf', 'tests/b.tftest.hcl', 'notes.txt']);
    const other = scratchFolder();
    mkdirSync(path.join(other, 'a.tf'));
    expect(compare(files, other).inTheWay).toEqual(['a.tf']);
    expect(compare(files, path.join(target, 'notes.txt')).inTheWay).toEqual(['notes.txt (a file)']);
  });

  it.skipIf(process.platform === 'win32')('does not take a dangling link for a free place', () => {
    const target = path.join(scratchFolder(), 'link');
    symlinkSync('nowhere', target);
    expect(compare(files, target).inTheWay).toEqual(['link (a file)']);
  });
});

describe('writeProject', () => {
  it('writes a new folder, with the folders above it, and leaves nothing beside it', async () => {
    const parent = scratchFolder();
    await writeProject(files, path.join(parent, 'apps/pay'));
    expect(readFolder(path.join(parent, 'apps/pay'))).toEqual(files);
    expect(readdirSync(path.join(parent, 'apps'))).toEqual(['pay']);
  });

  it('writes into an empty folder, and around a repository', async () => {
    for (const entries of [[], ['.git']]) {
      const target = path.join(scratchFolder(), 'pay');
      mkdirSync(target);
      for (const entry of entries) mkdirSync(path.join(target, entry));
      await writeProject(files, target);
      expect(readFolder(target)).toEqual(files);
      expect(readdirSync(path.dirname(target))).toEqual(['pay']);
      for (const entry of entries) expect(existsSync(path.join(target, entry))).toBe(true);
    }
  });

  it('leaves nothing when it is aborted half-way', async () => {
    const parent = scratchFolder();
    const abort = new AbortController();
    const writing = writeProject(files, path.join(parent, 'apps/pay'), abort.signal);
    abort.abort();
    await expect(writing).rejects.toThrow(Interrupted);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('leaves nothing when a file cannot be written', async () => {
    const parent = scratchFolder();
    await expect(writeProject(new Map([...files, ['a.tf/below', 'x']]), path.join(parent, 'pay'))).rejects.toThrow();
    expect(readdirSync(parent)).toEqual([]);
  });

  it('sweeps up after runs that were killed long ago, and not after those that may still run', async () => {
    const parent = scratchFolder();
    for (const name of ['.pay.unfinished-1', '.pay.unfinished-2', '.other.unfinished-1'])
      mkdirSync(path.join(parent, name));
    const hourAgo = Date.now() / 1000 - 3600;
    for (const name of ['.pay.unfinished-2', '.other.unfinished-1'])
      utimesSync(path.join(parent, name), hourAgo, hourAgo);
    await writeProject(files, path.join(parent, 'pay'));
    expect(readdirSync(parent).sort()).toEqual(['.other.unfinished-1', '.pay.unfinished-1', 'pay']);
  });
});
