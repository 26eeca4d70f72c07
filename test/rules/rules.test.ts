import { describe, expect, it } from 'vitest';

import { renderProject } from '../../src/render/render.js';
import { rules } from '../../src/rules/check.js';
import { everyPair } from '../support/covering.js';
import { moduleBeside, modulesBeside } from '../support/modules.js';
import { samples } from '../support/samples.js';
import { checkFiles, filesIn, fixtures, lines } from '../support/rules.js';

const golden = samples();

describe('every golden sample', () => {
  it.each(golden)('$name keeps every rule', async ({ files }) => {
    expect(lines(await checkFiles(files))).toEqual([]);
  });

  const beside = golden.flatMap(({ name, files }) => modulesBeside(files).map((module) => ({ name, module, files })));
  it.each(beside)('$name/$module keeps every rule', async ({ module, files }) => {
    expect(lines(await checkFiles(moduleBeside(files, module)))).toEqual([]);
  });
});

describe('every pair of answers', () => {
  it.each(everyPair())('$label keeps every rule', async ({ answers }) => {
    expect(lines(await checkFiles(renderProject(answers)))).toEqual([]);
  });
});

it('every rule has fixtures, and every fixture a rule', () => {
  expect([...fixtures.keys()].sort()).toEqual([...rules.keys()].sort());
});

describe.each([...rules.values()])('$name', (rule) => {
  const fixture = fixtures.get(rule.name);
  const broken = { 'its own example': rule.example.broken, ...fixture?.broken };
  const sound = { 'its own example': rule.example.sound, ...fixture?.sound };

  it.each(Object.entries(broken))('flags %s', async (_title, text) => {
    expect(lines(await checkFiles(filesIn(text), [rule]))).not.toEqual([]);
  });

  it.each(Object.entries(sound))('lets pass: %s', async (_title, text) => {
    expect(lines(await checkFiles(filesIn(text), [rule]))).toEqual([]);
  });
});
