import path from 'node:path';

import { beforeAll, describe, expect, inject, it } from 'vitest';

import { rules } from '../../src/rules/check.js';
import { writeFiles } from '../support/files.js';
import { filesIn, fixtures } from '../support/rules.js';
import { scratchFolder } from '../support/scratch.js';
import { terraform } from './terraform.js';

const toolchain = inject('toolchain');

/** The rules of Terraform's own language that it holds when it reads the files. */
const held = [
  'block-contents',
  'block-labels',
  'line-ends',
  'count-or-for-each',
  'names-are-identifiers',
  'written-out-arguments',
  'variable-types',
  'conditions-refer',
];

/** What another Terraform than the one here takes, or this one only tells in a root module or once all is there. */
const elsewhere = /OpenTofu|newer versions|root module|in a call of a module/;

interface Case {
  rule: string;
  title: string;
  isSound: boolean;
  files: Map<string, string>;
}

const cases: Case[] = held.flatMap((name) => {
  const { example } = rules.get(name)!;
  const { broken, sound } = fixtures.get(name)!;
  const all = (of: Record<string, string>, isSound: boolean) =>
    Object.entries(of).map(([title, text]) => ({ rule: name, title, isSound, files: filesIn(text) }));
  return [
    ...all({ 'its own example': example.broken, ...broken }, false),
    ...all({ 'its own example': example.sound, ...sound }, true),
  ].filter(({ title }) => !elsewhere.test(title));
});

/** Terraform reads every case in one process, each as a module; what it says of each is told by its folder. */
describe.skipIf(toolchain.unavailable !== undefined)('terraform', () => {
  let output = '';

  beforeAll(async () => {
    const folder = scratchFolder();
    const calls = cases.map((_, at) => `module "m${at}" {\n  source = "./m${at}"\n}\n`);
    const files = cases.flatMap(({ files: own }, at) =>
      [...own].map(([file, text]): [string, string] => [`m${at}/${file}`, text]),
    );
    writeFiles(new Map([['main.tf', calls.join('')], ...files]), folder);
    ({ output } = await terraform(folder, path.join(folder, '.terraform'), 'get', '-no-color'));
  });

  it.each(cases.map((one, at) => ({ ...one, at })))('$rule: $title, sound: $isSound', ({ at, isSound, rule }) => {
    const errors = output.split(/^(?:│ )?(?=Error: |Warning: )/m).filter((part) => part.startsWith('Error'));
    const told = errors.filter((part) => new RegExp(String.raw`\bm${at}/`).test(part));
    if (isSound) expect(told.join('\n'), rule).toBe('');
    else expect(told.length, output.slice(0, 500)).toBeGreaterThan(0);
  });
});
