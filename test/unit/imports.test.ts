import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, it } from 'vitest';

import { stacks } from '../../src/stacks/index.js';
import { importCircles, importsOf, reachedFrom, strayImports } from '../support/imports.js';

/** What any file may import: it knows of nothing else. */
const neutral = ['errors.ts', 'nearest.ts', 'own.ts', 'printable.ts', 'read-up-to.ts'];

/** What the files of a folder may import beside one another. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'nearest.ts': [],
  'own.ts': [],
  'printable.ts': [],
  'read-up-to.ts': [],
  'standard-streams.ts': neutral,
  'aws/': ['own.ts'],
  'record/': [],
  'terraform/': ['aws/', ...neutral],
  'rules/': ['aws/', 'terraform/', 'record/', ...neutral],
  'stacks/': ['answers/answers.ts', 'answers/option.ts', 'aws/', ...neutral],
  'answers/': ['stacks/', 'record/', 'aws/', ...neutral],
  'render/': ['record/', 'answers/', 'stacks/', 'aws/', ...neutral],
  'disk/': ['render/', 'record/', ...neutral],
  'commands/': [''],
  'cli.ts': [''],
  'index.ts': [''],
  'check.ts': [''],
};

function sources(): Map<string, string> {
  const names = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => name.split(path.sep).join('/'));
  return new Map(
    names
      .filter((name) => /\.(?:ts|json)$/.test(name) && name !== 'ambient.d.ts')
      .map((name) => [name, name.endsWith('.ts') ? readFileSync(path.join('src', name), 'utf8') : '']),
  );
}

const files = sources();
const imports = importsOf(files, {
  'virtual:templates': [],
  'virtual:stacks': [...files.keys()].filter((name) => /^stacks\/(?!index|stack\.)[^/]+$/.test(name)),
  'virtual:rules': [...files.keys()].filter((name) => name.startsWith('rules/catalogue/')),
});

it('no file imports itself through others, types included', () => {
  expect(importCircles(imports).map((circle) => circle.join(' -> '))).toEqual([]);
});

it('imports go one way between folders', () => {
  expect(strayImports(imports, allowed)).toEqual([]);
});

it('check loads nothing of what create is made of', () => {
  const ofCreate = /^(?:answers|stacks|render|disk)\/|^commands\/create/;
  const reached = [...reachedFrom('check.ts', imports)].filter((file) => ofCreate.test(file));
  expect(reached).toEqual([]);
});

it('no file outside of src/stacks/ names a stack', () => {
  const named = [...files].filter(
    ([file, text]) => !file.startsWith('stacks/') && [...stacks.keys()].some((id) => text.includes(id)),
  );
  expect(named.map(([file]) => file)).toEqual([]);
});

it('what is wrong is seen', () => {
  const made = importsOf(
    new Map([
      ['aws/zones.ts', "import type { Rule } from '../rules/rule.js';"],
      [
        'rules/rule.ts',
        "export { a } from './lib/a.js';\nimport table from '../aws/table.json' with { type: 'json' };",
      ],
      ['rules/lib/a.ts', "import {\n  rules,\n} from 'virtual:rules';\nimport fs from 'node:fs';"],
      ['rules/catalogue/one.ts', "type Rule = import('../rule.js').Rule;\nimport '../../commands/check.js';"],
      ['commands/check.ts', "const late = await import('../rules/rule.js');"],
      ['aws/table.json', ''],
      ['elsewhere/a.ts', ''],
    ]),
    { 'virtual:rules': ['rules/catalogue/one.ts'] },
  );
  expect(importCircles(made)).toEqual([
    ['rules/rule.ts', 'rules/lib/a.ts', 'rules/catalogue/one.ts', 'rules/rule.ts'],
    ['rules/rule.ts', 'rules/lib/a.ts', 'rules/catalogue/one.ts', 'commands/check.ts', 'rules/rule.ts'],
  ]);
  expect(strayImports(made, allowed)).toEqual([
    'aws/zones.ts -> rules/rule.ts',
    'rules/catalogue/one.ts -> commands/check.ts',
    'elsewhere/a.ts is in no folder of the table',
  ]);
  expect([...reachedFrom('rules/lib/a.ts', made)]).toContain('commands/check.ts');
  expect([...reachedFrom('commands/check.ts', made)]).not.toContain('aws/zones.ts');
  expect(() => importsOf(new Map([['a.ts', "import './b.js';"]]), {})).toThrow('b.js');
  expect(() => importsOf(new Map([['a.ts', "import 'virtual:b';"]]), {})).toThrow('virtual:b');
});
