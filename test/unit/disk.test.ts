import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { compare, occupants } from '../../src/disk/compare.js';
import { stagingPrefix } from '../../src/disk/staging.js';
import { writeProject } from '../../src/disk/write.js';
import { Interrupted } from '../../src/errors.js';
import { readFolder } from '../support/files.js';
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

  it('keeps company with version control, its own files and its own leftovers', () => {
    const target = scratchFolder();
    mkdirSync(path.join(target, '.git'));
    mkdirSync(path.join(target, `${stagingPrefix}1`));
    writeFileSync(path.join(target, 'a.tf'), 'a\n');
    const { changes, inTheWay } = compare(files, target);
    expect(changes.map((change) => change.kind)).toEqual(['same', 'create']);
    expect(inTheWay).toEqual([]);
  });

  it.each<[string, (target: string) => void, string[]]>([
    ['other content', (target) => writeFileSync(path.join(target, 'a.tf'), 'mine\n'), ['a.tf']],
    ['another file', (target) => writeFileSync(path.join(target, 'notes.txt'), ''), ['notes.txt']],
    ['a folder for a file', (target) => mkdirSync(path.join(target, 'a.tf')), ['a.tf']],
    ['a file for a folder', (target) => writeFileSync(path.join(target, 'tests'), ''), ['tests/b.tftest.hcl']],
    [
      'a file in one of our folders',
      (target) => {
        mkdirSync(path.join(target, 'tests/more'), { recursive: true });
        writeFileSync(path.join(target, 'tests/mine.tf'), '');
        writeFileSync(path.join(target, 'tests/more/mine.tf'), '');
      },
      ['tests/mine.tf', 'tests/more'],
    ],
  ])('finds %s', (_title, prepare, inTheWay) => {
    const target = scratchFolder();
    prepare(target);
    expect(compare(files, target).inTheWay).toEqual(inTheWay);
  });

  it('takes a file for no folder', () => {
    const target = path.join(scratchFolder(), 'pay');
    writeFileSync(target, '');
    expect(compare(files, target).inTheWay).toEqual(['pay, which is no folder']);
  });

  it.skipIf(process.platform === 'win32')('follows no link below the target, and takes none for a free place', () => {
    const parent = scratchFolder();
    symlinkSync('nowhere', path.join(parent, 'link'));
    expect(compare(files, path.join(parent, 'link')).inTheWay).toEqual(['link, which is no folder']);
    const target = path.join(parent, 'pay');
    mkdirSync(target);
    symlinkSync('../nowhere', path.join(target, 'a.tf'));
    symlinkSync(parent, path.join(target, 'tests'));
    expect(compare(files, target).inTheWay).toEqual(['a.tf', 'tests/b.tftest.hcl']);
  });
});

describe('occupants', () => {
  it('are what is the user’s, unless a project of ours was begun there', () => {
    const target = scratchFolder();
    mkdirSync(path.join(target, '.git'));
    expect(occupants(target)).toEqual([]);
    writeFileSync(path.join(target, 'main.tf'), '');
    expect(occupants(target)).toEqual(['main.tf']);
    writeFileSync(path.join(target, '.create-secure-infra.json'), '{}');
    expect(occupants(target)).toEqual([]);
    expect(occupants(path.join(target, 'nowhere'))).toEqual([]);
  });
});

describe('writeProject', () => {
  it('writes a new folder, with the folders above it, and leaves nothing beside it', async () => {
    const parent = scratchFolder();
    await writeProject(files, path.join(parent, 'apps/pay'));
    expect(readFolder(path.join(parent, 'apps/pay'))).toEqual(files);
    expect(readdirSync(path.join(parent, 'apps'))).toEqual(['pay']);
  });

  it('leaves a folder that is there the folder it is, and what is in it alone', async () => {
    const target = path.join(scratchFolder(), 'pay');
    mkdirSync(target);
    chmodSync(target, 0o700);
    mkdirSync(path.join(target, '.git'));
    writeFileSync(path.join(target, 'a.tf'), 'a\n');
    const before = statSync(target);
    await writeProject(files, target);
    expect(readFolder(target)).toEqual(files);
    expect(readdirSync(target).sort()).toEqual(['.git', 'a.tf', 'tests']);
    expect(statSync(target)).toMatchObject({ ino: before.ino, mode: before.mode });
    expect(readdirSync(path.dirname(target))).toEqual(['pay']);
  });

  it.skipIf(process.platform === 'win32')('writes into the folder that a link leads to', async () => {
    const parent = scratchFolder();
    mkdirSync(path.join(parent, 'real'));
    symlinkSync('real', path.join(parent, 'link'));
    await writeProject(files, path.join(parent, 'link'));
    expect(readFolder(path.join(parent, 'real'))).toEqual(files);
  });

  it('leaves nothing when it is aborted, but what others have put beside it', async () => {
    const parent = scratchFolder();
    const abort = new AbortController();
    const writing = writeProject(files, path.join(parent, 'apps/deep/pay'), abort.signal);
    writeFileSync(path.join(parent, 'apps/mine.txt'), '');
    abort.abort();
    await expect(writing).rejects.toThrow(Interrupted);
    expect(readFolder(parent)).toEqual(new Map([['apps/mine.txt', '']]));
    expect(readdirSync(path.join(parent, 'apps'))).toEqual(['mine.txt']);
  });

  it('never replaces what has appeared meanwhile, and then leaves nothing', async () => {
    for (const isNew of [true, false]) {
      const target = path.join(scratchFolder(), 'pay');
      if (!isNew) mkdirSync(target);
      const writing = writeProject(files, target);
      mkdirSync(path.join(target, 'tests'), { recursive: true });
      mkdirSync(path.join(target, 'tests/b.tftest.hcl'));
      writeFileSync(path.join(target, 'a.tf'), 'mine\n');
      await writing.catch(() => undefined);
      expect(readFileSync(path.join(target, 'a.tf'), 'utf8')).toBe('mine\n');
      expect(statSync(path.join(target, 'tests/b.tftest.hcl')).isDirectory()).toBe(true);
      expect(readdirSync(path.dirname(target))).toEqual(['pay']);
      expect(readdirSync(target).sort()).toEqual(['a.tf', 'tests']);
    }
  });

  it('leaves nothing when a file cannot be written', async () => {
    for (const isNew of [true, false]) {
      const parent = scratchFolder();
      if (!isNew) mkdirSync(path.join(parent, 'pay'));
      await expect(writeProject(new Map([...files, ['a.tf/below', 'x']]), path.join(parent, 'pay'))).rejects.toThrow(
        'a.tf',
      );
      expect(readFolder(parent).size).toBe(0);
    }
  });

  it('sweeps up after runs that were killed long ago, and not after those that may still run', async () => {
    const parent = scratchFolder();
    for (const attempt of [1, 2]) mkdirSync(path.join(parent, `${stagingPrefix}${attempt}`));
    const hourAgo = Date.now() / 1000 - 3600;
    utimesSync(path.join(parent, `${stagingPrefix}2`), hourAgo, hourAgo);
    await writeProject(files, path.join(parent, 'pay'));
    expect(readdirSync(parent).sort()).toEqual([`${stagingPrefix}1`, 'pay']);
  });
});
