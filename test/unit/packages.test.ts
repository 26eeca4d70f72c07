import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { unzipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';

import { isBuilt, packagesOf } from '../../src/render/packages.js';
import { textOf, texts } from '../../src/render/project-files.js';
import { readFolder, writeFiles } from '../support/files.js';
import { scratchFolder } from '../support/scratch.js';

const sources = new Map([
  ['functions/build.mjs', '// Builds.\n'],
  ['functions/hello/lib/wörds.mjs', 'export const word = "Grüße";\n'],
  ['functions/hello/index.mjs', 'export const handler = async () => 1;\n'],
  ['functions/hello/Zeta.json', '{}\n'],
  ['functions/hello/.eslintrc', '{}\n'],
  ['functions/hello/lib/.hidden', '\n'],
  ['functions/hello/.vscode/settings.json', '{}\n'],
  ['functions/.cache/index.mjs', '\n'],
  ['functions/api/index.mjs', 'export const handler = async () => 2;\n'],
  ['functions/positions.sql', 'SELECT 1;\n'],
  ['lambda.tf', '\n'],
]);

const zipOf = (files: ReadonlyMap<string, string>) => packagesOf(files).get('functions/hello.zip') as Uint8Array;

/** What the records of the central directory say of each entry. */
function entriesOf(zip: Uint8Array) {
  const bytes = Buffer.from(zip);
  const entries: object[] = [];
  for (let at = bytes.indexOf('PK\u0001\u0002'); at >= 0; at = bytes.indexOf('PK\u0001\u0002', at + 1)) {
    entries.push({
      name: bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28)),
      system: bytes[at + 5],
      method: bytes.readUInt16LE(at + 10),
      time: bytes.readUInt16LE(at + 12),
      day: bytes.readUInt16LE(at + 14),
      mode: bytes.readUInt32LE(at + 38) >>> 16,
    });
  }
  return entries;
}

describe('packagesOf', () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });

  it('builds a package of each folder, and says what it was made from', () => {
    const built = packagesOf(sources);
    expect([...built.keys()]).toEqual(['functions/api.zip', 'functions/hello.zip', 'functions/build.json']);
    const packed = unzipSync(zipOf(sources));
    expect(
      Object.fromEntries(Object.entries(packed).map(([name, bytes]) => [name, Buffer.from(bytes).toString()])),
    ).toEqual({
      'Zeta.json': '{}\n',
      'index.mjs': 'export const handler = async () => 1;\n',
      'lib/wörds.mjs': 'export const word = "Grüße";\n',
    });
    expect([...built.keys()].every(isBuilt)).toBe(true);
    expect([...sources.keys()].some(isBuilt)).toBe(false);
  });

  it('stores entries in the order of their names, with one date, system and mode', () => {
    // 1980-01-01 is the first day that a zip can name: year 0, month 1, day 1.
    const same = { system: 3, method: 0, time: 0, day: (1 << 5) | 1, mode: 0o644 };
    expect(entriesOf(zipOf(sources))).toEqual(
      ['Zeta.json', 'index.mjs', 'lib/wörds.mjs'].map((name) => ({ name, ...same })),
    );
  });

  it('sorts as Terraform does: by code point, and not by UTF-16', () => {
    const names = ['lib.mjs', 'lib/a.mjs', '\uFB01.txt', '\u{1F600}.txt'];
    const files = new Map(names.toReversed().map((name) => [`functions/hello/${name}`, name]));
    expect(entriesOf(zipOf(files))).toEqual(names.map((name) => expect.objectContaining({ name })));
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const record = JSON.parse(textOf(packagesOf(files), 'functions/build.json'));
    expect(record.hello.sources).toBe(sha256(names.map((name) => `${sha256(name)}  ${name}\n`).join('')));
    const folders = new Map(['\u{1F600}', '\uFB01'].map((name) => [`functions/${name}/index.mjs`, '']));
    expect([...packagesOf(folders).keys()]).toEqual(
      ['\uFB01.zip', '\u{1F600}.zip', 'build.json'].map((name) => `functions/${name}`),
    );
  });

  it('is the same in whatever order the files come, and in every time zone', () => {
    const expected = createHash('sha256').update(zipOf(sources)).digest('hex');
    // Written down, so that another version of Node or of the library would be seen.
    expect(expected).toBe('ba14d1e8f2dc4b38fb3bac790104ff195ff8ae3b60bfb7c5cc82aeede020c611');
    expect(packagesOf(new Map([...sources].toReversed()))).toEqual(packagesOf(sources));
    const offsets = new Set<number>();
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      process.env.TZ = zone;
      offsets.add(new Date(1980, 0, 1).getTimezoneOffset());
      expect(createHash('sha256').update(zipOf(sources)).digest('hex'), zone).toBe(expected);
    }
    expect(offsets.size).toBeGreaterThan(20);
  });

  it('records what sha256sum would', () => {
    const folder = scratchFolder();
    writeFiles(new Map([...sources, ...packagesOf(sources)]), folder);
    const run = (command: string) => execFileSync('sh', ['-c', command], { cwd: folder }).toString();
    const sums = run(
      "cd functions/hello && find . -type f ! -path '*/.*' | sed 's#^\\./##' | LC_ALL=C sort | xargs sha256sum | sha256sum",
    );
    const { api, hello, ...others } = JSON.parse(readFileSync(path.join(folder, 'functions/build.json'), 'utf8'));
    expect(others).toEqual({});
    expect(hello.sources).toBe(sums.slice(0, 64));
    expect(hello.zip).toBe(
      createHash('sha256')
        .update(readFileSync(path.join(folder, 'functions/hello.zip')))
        .digest('base64'),
    );
    expect(api.sources).not.toBe(hello.sources);
    // As prettier prints it.
    expect(textOf(packagesOf(sources), 'functions/build.json')).toMatch(
      /^\{\n {2}"api": \{\n {4}"sources": "[\s\S]*\}\n$/,
    );
  });

  it('builds the same from what was read from the disk, packages and all', () => {
    const folder = scratchFolder();
    const all = new Map([...sources, ...packagesOf(sources)]);
    writeFiles(all, folder);
    expect(packagesOf(readFolder(folder))).toEqual(packagesOf(sources));
    expect(readFolder(folder).get('functions/hello.zip')).toEqual(zipOf(sources));
  });

  it('builds another where a byte of a source is another', () => {
    const edited = new Map([...sources, ['functions/hello/index.mjs', 'export const handler = async () => 3;\n']]);
    const record = (files: typeof sources) => JSON.parse(textOf(packagesOf(files), 'functions/build.json'));
    expect(record(edited).hello.sources).not.toBe(record(sources).hello.sources);
    expect(record(edited).hello.zip).not.toBe(record(sources).hello.zip);
    expect(record(edited).api).toEqual(record(sources).api);
  });

  it('builds nothing where there is no function', () => {
    const without = [...sources].filter(([file]) => !/^functions\/.*\//.test(file));
    expect(without).toHaveLength(3);
    expect(packagesOf(new Map(without)).size).toBe(0);
  });
});

describe('files that are no texts', () => {
  const files = new Map<string, string | Uint8Array>([
    ['a.tf', 'a\n'],
    ['a.zip', new Uint8Array([80, 75])],
  ]);

  it('are left out of the texts, and are not taken for one', () => {
    expect(texts(files)).toEqual(new Map([['a.tf', 'a\n']]));
    expect(textOf(files, 'a.tf')).toBe('a\n');
    expect(() => textOf(files, 'a.zip')).toThrow('a.zip is no text');
    expect(() => textOf(files, 'b.tf')).toThrow('b.tf is not among the files');
  });
});

describe('.gitattributes', () => {
  it('lets git change neither the sources nor the packages, wherever it checks them out', () => {
    const folder = scratchFolder();
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: folder });
    const files = new Map<string, string | Uint8Array>([
      ['.gitattributes', readFileSync('templates/lambda/.gitattributes.hbs', 'utf8')],
      ['main.tf', 'a\nb\n'],
      ['functions/hello/lib/index.mjs', 'a\nb\n'],
      // Bytes that git takes for a text, unless it is told.
      ['functions/hello.zip', Buffer.from('PK\r\nPK\n')],
      ['functions/build.json', '{}\n'],
    ]);
    writeFiles(files, folder);
    git('init', '--quiet');
    git('-c', 'core.safecrlf=false', 'add', '.');
    git('commit', '--quiet', '-m', 'a');
    for (const file of files.keys()) rmSync(path.join(folder, file));
    // As git for Windows is installed.
    git('-c', 'core.autocrlf=true', 'checkout', '--quiet', '.');
    const read = (file: string) => readFileSync(path.join(folder, file), 'latin1');
    expect(read('main.tf')).toBe('a\r\nb\r\n');
    expect(read('functions/hello/lib/index.mjs')).toBe('a\nb\n');
    expect(read('functions/build.json')).toBe('{}\n');
    expect(read('functions/hello.zip')).toBe('PK\r\nPK\n');
  });
});
