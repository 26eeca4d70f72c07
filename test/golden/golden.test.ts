import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { createTwoFilesPatch } from 'diff';
import prettier from 'prettier';
import { describe, expect, it } from 'vitest';

import { goldenFolder, readFolder } from '../support/files.js';
import { samples } from '../support/samples.js';

const remedy = 'If the change is meant, read it line by line, run `npm run golden` and commit the result.';

/** What is different, as a unified diff; empty where nothing is. */
function difference(golden: ReadonlyMap<string, string>, written: ReadonlyMap<string, string>): string {
  const paths = [...new Set([...golden.keys(), ...written.keys()])].sort();
  return paths
    .filter((file) => golden.get(file) !== written.get(file))
    .map((file) =>
      createTwoFilesPatch(`golden/${file}`, `written/${file}`, golden.get(file) ?? '', written.get(file) ?? ''),
    )
    .join('');
}

describe.each(samples())('golden/$name', ({ name, files }) => {
  const folder = path.join(goldenFolder, name);

  it('is what the generator writes', () => {
    const diff = existsSync(folder) ? difference(readFolder(folder), files) : `golden/${name} does not exist\n`;
    expect.soft(diff, `${diff}\n${remedy}`).toBe('');
  });

  it('is as prettier prints JSON, YAML and Markdown', async () => {
    for (const [file, text] of files) {
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
