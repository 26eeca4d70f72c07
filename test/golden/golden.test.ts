import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { createTwoFilesPatch } from 'diff';
import { unzipSync, zipSync } from 'fflate';
import prettier from 'prettier';
import { describe, expect, it } from 'vitest';

import { texts, type ProjectFiles } from '../../src/render/project-files.js';
import { goldenFolder, readFolder } from '../support/files.js';
import { samples } from '../support/samples.js';

const remedy = 'If the change is meant, read it line by line, run `npm run golden` and commit the result.';

/** What is different, as a unified diff, or of a package the entries that differ; empty where nothing is. */
function difference(golden: ProjectFiles, written: ProjectFiles): string {
  const paths = [...new Set([...golden.keys(), ...written.keys()])].sort();
  return paths
    .map((file) => {
      const [before = '', after = ''] = [golden.get(file), written.get(file)];
      if (typeof before === 'string' && typeof after === 'string')
        return before === after ? '' : createTwoFilesPatch(`golden/${file}`, `written/${file}`, before, after);
      return Buffer.from(before).equals(Buffer.from(after)) ? '' : differenceOfBytes(file, before, after);
    })
    .join('');
}

function differenceOfBytes(file: string, before: string | Uint8Array, after: string | Uint8Array): string {
  const [golden, written] = [entriesOf(before), entriesOf(after)];
  const names = [...new Set([...Object.keys(golden), ...Object.keys(written)])].sort();
  const lines = names.flatMap((name) => {
    const [was, is] = [golden[name], written[name]];
    if (!was) return [`+ ${name}: ${is!.length} bytes`];
    if (!is) return [`- ${name}: ${was.length} bytes`];
    return Buffer.from(was).equals(is) ? [] : [`! ${name}: ${was.length} bytes in golden/, ${is.length} written`];
  });
  const rest = lines.length > 0 ? lines : ['the entries are the same; their order, dates or modes differ'];
  return [`${file}: ${before.length} bytes in golden/, ${after.length} written`, ...rest, ''].join('\n');
}

/** The files in a zip; none of what is no zip. */
function entriesOf(bytes: string | Uint8Array): Record<string, Uint8Array> {
  return typeof bytes !== 'string' && bytes[0] === 0x50 && bytes[1] === 0x4b ? unzipSync(bytes) : {};
}

describe.each(samples())('golden/$name', ({ name, files }) => {
  const folder = path.join(goldenFolder, name);

  it('is what the generator writes', () => {
    const diff = existsSync(folder) ? difference(readFolder(folder), files) : `golden/${name} does not exist\n`;
    expect.soft(diff, `${diff}\n${remedy}`).toBe('');
  });

  it('is as prettier prints JSON, YAML and Markdown', async () => {
    for (const [file, text] of texts(files)) {
      if (!/\.(json|md|ya?ml)$/.test(file)) continue;
      expect(await prettier.format(text, { filepath: file }), file).toBe(text);
    }
  });
});

it('every folder of golden/ has its sample', () => {
  const foldersIn = (folder: string) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const folders = foldersIn(goldenFolder).flatMap((stack) =>
    foldersIn(path.join(goldenFolder, stack)).map((name) => `${stack}/${name}`),
  );
  expect(folders.sort()).toEqual(
    samples()
      .map((sample) => sample.name)
      .sort(),
  );
});

it('a difference between packages is shown by their entries', () => {
  const zip = (entries: Record<string, string>, mtime = '1980-01-01T00:00') =>
    zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, Buffer.from(text)])), {
      level: 0,
      mtime,
    });
  const shown = (before: Uint8Array | undefined, after: Uint8Array | undefined) =>
    difference(new Map(before ? [['a.zip', before]] : []), new Map(after ? [['a.zip', after]] : []));
  const golden = zip({ 'a.mjs': 'one', 'b.mjs': 'two' });
  expect(shown(golden, zip({ 'a.mjs': 'one', 'b.mjs': 'two' }))).toBe('');
  expect(shown(golden, zip({ 'a.mjs': 'other', 'c.mjs': 'xy' }))).toBe(
    'a.zip: 200 bytes in golden/, 201 written\n! a.mjs: 3 bytes in golden/, 5 written\n- b.mjs: 3 bytes\n+ c.mjs: 2 bytes\n',
  );
  expect(shown(undefined, zip({ 'a.mjs': 'one' }))).toBe('a.zip: 0 bytes in golden/, 111 written\n+ a.mjs: 3 bytes\n');
  expect(shown(golden, zip({ 'a.mjs': 'one', 'b.mjs': 'two' }, '1981-01-01T00:00'))).toContain('dates or modes differ');
});

it('a difference is shown as a unified diff', () => {
  const golden = new Map([['a.tf', 'one\ntwo\n']]);
  expect(difference(golden, new Map(golden))).toBe('');
  expect(
    difference(
      golden,
      new Map([
        ['a.tf', 'one\n2\n'],
        ['b.tf', 'new\n'],
      ]),
    ),
  ).toMatch(/-two\n\+2\n[\s\S]*\+new\n/);
});
