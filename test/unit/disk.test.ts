import { spawnSync } from 'node:child_process';
import fs, {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { compare, occupants } from '../../src/disk/compare.js';
import { readFileUpTo } from '../../src/read-up-to.js';
import { makeStaging, removeStaging, stagingPrefix } from '../../src/disk/staging.js';
import { InTheWay, UnderWay, writeProject } from '../../src/disk/write.js';
import { Interrupted } from '../../src/errors.js';
import { readFolder } from '../support/files.js';
import { scratchFolder } from '../support/scratch.js';

const files = new Map([
  ['a.tf', 'a\n'],
  ['tests/b.tftest.hcl', 'b\n'],
]);

/** Puts `stand` in the place of a call of node:fs until the test ends; it gets the call itself. */
function replaceCall<K extends 'linkSync' | 'rmSync'>(name: K, stand: (real: (typeof fs)[K]) => (typeof fs)[K]): void {
  const real = fs[name];
  vi.spyOn(fs, name).mockImplementation(stand(real) as never);
  syncBuiltinESMExports();
}

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const failure = (code: string) => Object.assign(new Error(code), { code, syscall: 'test' });

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

  it.each<[string, Uint8Array | string, string[]]>([
    ['as they are', new Uint8Array([80, 75, 0xff, 0]), []],
    ['as others, of another size', 'mine\n', ['a.zip, which has 5 bytes and should have 4']],
    [
      'as others of the same size',
      new Uint8Array([80, 75, 0xfe, 0]),
      ['a.zip, which has 4 bytes as it should have, but others'],
    ],
  ])('finds bytes %s', (_title, found, inTheWay) => {
    const target = scratchFolder();
    writeFileSync(path.join(target, 'a.zip'), found);
    const comparison = compare(new Map([['a.zip', new Uint8Array([80, 75, 0xff, 0])]]), target);
    expect(comparison.inTheWay).toEqual(inTheWay);
    expect(comparison.changes).toEqual([{ path: 'a.zip', kind: inTheWay.length > 0 ? 'conflict' : 'same' }]);
  });

  it('takes bytes that no text has for no text', () => {
    const target = scratchFolder();
    // Read as UTF-8 it would be the same.
    writeFileSync(path.join(target, 'a.tf'), new Uint8Array([0xff, 0xfe, 0xfd]));
    expect(compare(new Map([['a.tf', '\ufffd']]), target).inTheWay).toEqual(['a.tf']);
    mkdirSync(path.join(target, 'a.zip'));
    expect(compare(new Map([['a.zip', new Uint8Array([1])]]), target).inTheWay).toEqual(['a.zip', 'a.tf']);
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

  it('writes bytes as they are, into a new folder and one that is there', async () => {
    const withBytes = new Map<string, string | Uint8Array>([
      ...files,
      ['f/a.zip', new Uint8Array([80, 75, 0xff, 0, 13, 10])],
    ]);
    for (const target of [path.join(scratchFolder(), 'new'), scratchFolder()]) {
      await writeProject(withBytes, target);
      expect(readFolder(target)).toEqual(withBytes);
      expect(compare(withBytes, target).changes.map(({ kind }) => kind)).toEqual(['same', 'same', 'same']);
    }
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

describe('writeProject, where others write too,', () => {
  const three = new Map([...files, ['c.tf', 'c\n']]);

  it('takes away what it has placed, and nothing else, when a file appears meanwhile', async () => {
    const target = scratchFolder();
    let placed = 0;
    replaceCall('linkSync', (real) => (from, to) => {
      placed += 1;
      // Both while the third is placed: the first is edited, and the third appears.
      if (placed === 3) {
        writeFileSync(path.join(target, 'a.tf'), 'edited\n');
        writeFileSync(to, 'c\n');
      }
      real(from, to);
    });
    await expect(writeProject(three, target)).rejects.toThrow(new InTheWay(['c.tf']));
    expect(placed).toBe(3);
    expect(readFolder(target)).toEqual(
      new Map([
        ['a.tf', 'edited\n'],
        ['c.tf', 'c\n'],
      ]),
    );
    expect(readdirSync(target).sort()).toEqual(['a.tf', 'c.tf']);
  });

  it('refuses even the same content, where it was not there when it was compared', async () => {
    const target = scratchFolder();
    const { changes } = compare(files, target);
    writeFileSync(path.join(target, 'a.tf'), 'a\n');
    await expect(writeProject(files, target, undefined, changes)).rejects.toThrow(new InTheWay(['a.tf']));
    expect(readFolder(target)).toEqual(new Map([['a.tf', 'a\n']]));
    await writeProject(files, target);
    expect(readFolder(target)).toEqual(files);
  });

  it('replaces not even an empty folder that appears', async () => {
    const target = path.join(scratchFolder(), 'pay');
    const writing = writeProject(files, target);
    mkdirSync(target);
    const { ino } = statSync(target);
    await expect(writing).rejects.toThrow(InTheWay);
    expect([statSync(target).ino, readdirSync(path.dirname(target))]).toEqual([ino, ['pay']]);
  });

  it('writes where the file system has no hard links, and replaces nothing there either', async () => {
    const target = scratchFolder();
    replaceCall('linkSync', () => (_from, to) => {
      if (String(to).endsWith('c.tf')) writeFileSync(to, 'mine\n');
      throw failure('EPERM');
    });
    await writeProject(files, target);
    expect(readFolder(target)).toEqual(files);
    await expect(writeProject(three, target)).rejects.toThrow(InTheWay);
    expect(readFolder(target)).toEqual(new Map([...files, ['c.tf', 'mine\n']].sort() as [string, string][]));
  });

  it('leaves what it has placed where another run took it for ended and counts on that', async () => {
    const target = scratchFolder();
    replaceCall('linkSync', (real) => (from, to) => {
      if (String(to).endsWith('c.tf')) rmSync(path.dirname(String(from)), { recursive: true });
      real(from, to);
    });
    await expect(writeProject(three, target)).rejects.toThrow('ENOENT');
    expect(readFolder(target)).toEqual(files);
  });

  it('has succeeded where only its own folder cannot be removed, and says which', async () => {
    const target = scratchFolder();
    replaceCall('rmSync', () => () => {
      throw failure('EBUSY');
    });
    const leftover = await writeProject(files, target);
    expect(readdirSync(target)).toContain(path.basename(leftover!));
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    expect(await writeProject(files, target)).toBeUndefined();
    expect(readFolder(target)).toEqual(files);
  });

  it('removes the folders above that it made when it is refused', async () => {
    const parent = scratchFolder();
    await expect(writeProject(files, path.join(parent, 'left', 'a'.repeat(300), 'pay'))).rejects.toThrow();
    expect(readdirSync(parent)).toEqual([]);
  });

  it('lets one of many in one process write, and none where it is not alone', async () => {
    for (let round = 0; round < 20; round++) {
      const target = scratchFolder();
      const projects = Array.from({ length: 6 }, (_, n) => new Map([...files.keys()].map((file) => [file, `${n}\n`])));
      const results = await Promise.allSettled(projects.map((project) => writeProject(project, target)));
      const written = projects.filter((_, n) => results[n]!.status === 'fulfilled');
      expect(written).toHaveLength(1);
      expect(readFolder(target)).toEqual(written[0]);
      for (const result of results)
        if (result.status === 'rejected') expect(['UnderWay', 'InTheWay']).toContain((result.reason as Error).name);
    }
  });
});

describe('the folder of another run', () => {
  /** How this process calls its folders here, with another process id and machine in their place. */
  function named(target: string, pid: number | undefined, machine?: string): string {
    const own = makeStaging(target);
    removeStaging(own);
    const [, ownMachine] = path.basename(own).slice(stagingPrefix.length).split('-');
    return path.join(target, `${stagingPrefix}${pid}-${machine ?? ownMachine}-abc`);
  }
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const elsewhere = '0123456789abcdef';

  it.each<[string, number, string | undefined, number, boolean]>([
    ['that runs', process.ppid, undefined, 0, true],
    ['that runs, as it seems, but is old', process.ppid, undefined, 61, false],
    ['that was killed', ended, undefined, 0, false],
    ['with the process id of this one', process.pid, undefined, 0, false],
    ['on another machine', ended, elsewhere, 0, true],
    ['on another machine, long ago', ended, elsewhere, 61, false],
  ])('%s', async (_title, pid, machine, age, counts) => {
    const target = scratchFolder();
    const other = named(target, pid, machine);
    mkdirSync(other);
    writeFileSync(path.join(other, 'a.tf'), '');
    const then = Date.now() / 1000 - age;
    utimesSync(other, then, then);
    const writing = writeProject(files, target);
    if (counts) await expect(writing).rejects.toThrow(UnderWay);
    else await writing;
    expect(readdirSync(target).sort()).toEqual(counts ? [path.basename(other)] : ['a.tf', 'tests']);
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'need not be seen where nobody may look',
    async () => {
      const parent = scratchFolder();
      chmodSync(parent, 0o300);
      await writeProject(files, path.join(parent, 'pay'));
      chmodSync(parent, 0o700);
      expect(readdirSync(parent)).toEqual(['pay']);
    },
  );

  it('beside a new project keeps nobody waiting', async () => {
    const parent = scratchFolder();
    mkdirSync(named(parent, process.ppid));
    await writeProject(files, path.join(parent, 'pay'));
    expect(readFolder(path.join(parent, 'pay'))).toEqual(files);
  });
});

describe('readFileUpTo', () => {
  it('reads a file as large as may be, and no larger', () => {
    const file = path.join(scratchFolder(), 'text');
    writeFileSync(file, 'abc');
    expect(readFileUpTo(file, 3)?.toString()).toBe('abc');
    expect(readFileUpTo(file, 2)).toBeUndefined();
  });

  it.skipIf(process.platform === 'win32')('reads no more of what has no end or no size', () => {
    expect(readFileUpTo('/dev/null', 3)?.toString()).toBe('');
    expect(readFileUpTo('/dev/zero', 3)).toBeUndefined();
  });
});
