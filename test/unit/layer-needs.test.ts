import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { costPart } from '../../src/render/cost.js';
import { stacks } from '../../src/stacks/index.js';
import { everyPair } from '../support/covering.js';
import { compositionOf, factsOf, faultsOfLayers, type Composition, type LayerFacts } from '../support/layers.js';
import { samples } from '../support/samples.js';

const layers = readdirSync('templates').filter((folder) => folder !== '_shared');
const facts = new Map(layers.map((layer) => [layer, factsOf(layer)]));
const answers = [...everyPair(), ...samples()].map((project) => project.answers);

describe('a layer', () => {
  it('names only its own resources and what layers below provide under a need that it declares', async () => {
    const compositions = await Promise.all(answers.map(compositionOf));
    expect(faultsOfLayers(compositions, facts)).toEqual([]);
  });

  const composition = (named: Record<string, string[]>): Composition => ({
    layers: ['low', 'high'],
    declared: new Map([
      ['low', new Set(['local.key', 'local.secret'])],
      ['high', new Set(['aws_lb.alb'])],
    ]),
    named: new Map(['low', 'high'].map((layer) => [layer, new Set(named[layer] ?? [])])),
    parts: new Set(['one', 'readme/title', ...(named.parts ?? [])]),
    readme: ['title'],
  });
  const made = (needs: string[], provided = ['local.key'], asks = ['one']): ReadonlyMap<string, LayerFacts> =>
    new Map([
      ['low', { needs: [], provides: { key: provided }, asks }],
      ['high', { needs, provides: {} }],
    ]);

  it.each([
    ['what is sound', { high: ['local.key', 'aws_lb.alb'] }, made(['key']), []],
    [
      'a layer above',
      { low: ['aws_lb.alb'] },
      made([]),
      ["low names aws_lb.alb, which is high's, a layer above it, and"],
    ],
    [
      'a need that is not declared',
      { high: ['local.key'] },
      made([]),
      ["high names local.key, which is low's, and no"],
    ],
    ['what is not provided', { high: ['local.secret'] }, made([]), ["high names local.secret, which is low's, and no"]],
    ['what nobody declares', { high: ['var.x'] }, made([]), ['high names var.x, which no layer declares, and no need']],
    ['a need without use', {}, made(['key']), ['high says that it needs key, and names nothing of it']],
    ['what is provided and not there', {}, made([], ['local.z']), ['low provides local.z, which it does not declare']],
    [
      'a part that nobody brings',
      {},
      made([], [], ['two']),
      ['low asks for the part two, which no layer of low, high'],
    ],
    ['a section that is lost', { parts: ['readme/cost'] }, made([], []), ['readme/cost is brought by a layer and not']],
  ] as const)('is seen to name %s', (_title, named, made_, expected) => {
    const faults = faultsOfLayers([composition(named as never)], made_);
    expect(faults).toEqual(expected.map((start) => expect.stringContaining(start)));
  });
});

describe('a part', () => {
  const templates = readdirSync('templates', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.hbs'),
  );
  const asked = new Set([
    ...templates.flatMap((file) =>
      [...readFileSync(`templates/${file}`, 'utf8').matchAll(/\{\{~?> ([\w/-]+)/g)].map(([, name]) => name!),
    ),
    ...[...stacks.values()].flatMap(({ readme }) => readme.map((section) => `readme/${section}`)),
    costPart,
  ]);
  const brought = new Set(
    templates.flatMap((file) => {
      const [, part, shared] = /^(?:[^/]+\/_parts\/(.+)|_shared\/(.+))\.hbs$/.exec(file.replaceAll('\\', '/')) ?? [];
      return part ?? (shared === undefined ? [] : `shared/${shared}`);
    }),
  );

  it('that a layer brings is asked for, and one that is asked for is brought', () => {
    expect([...brought].sort()).toEqual([...asked].sort());
  });
});
