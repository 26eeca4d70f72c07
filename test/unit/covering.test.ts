import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { stackRows } from '../../scripts/samples.mjs';
import { options } from '../../src/answers/options.js';
import { AnswerSpace, coveringArray, everyPair, pairsIn, type Row } from '../support/covering.js';

/** Pairs that meet in projects with answers drawn at random, and in none of `rows`. */
function missed(space: AnswerSpace, rows: readonly Row[]): string[] {
  const choices = fc.record(
    Object.fromEntries(space.factors.map(({ key, levels }) => [key, fc.nat(levels.length - 1)])),
  );
  const met = new Set(rows.flatMap(pairsIn));
  const drawn = fc.sample(choices, { numRuns: 300, seed: 20261129 }).map((choice) => space.row(choice));
  expect(drawn.filter((row) => row !== undefined).length).toBeGreaterThan(30);
  return [...new Set(drawn.flatMap((row) => (row ? pairsIn(row) : [])))].filter((pair) => !met.has(pair));
}

describe.each(Object.keys(stackRows))('the covering array of %s', (stack) => {
  const space = new AnswerSpace(stack);
  const rows = coveringArray(space);

  it('has every pair of answers that can meet', () => {
    expect(missed(space, rows)).toEqual([]);
  });

  it('would miss pairs without any one of its rows', () => {
    for (const row of rows) {
      const others = new Set(rows.filter((one) => one !== row).flatMap(pairsIn));
      expect(
        pairsIn(row).filter((pair) => !others.has(pair)),
        row.label,
      ).not.toEqual([]);
    }
    expect(missed(space, rows.slice(1))).not.toEqual([]);
  });

  it('has every choice of every option of the stack', () => {
    for (const { key, levels } of space.factors) {
      const found = new Set(rows.flatMap((row) => (key in row.levels ? [row.levels[key]] : [])));
      // An option that the stack does not take is in none.
      if (found.size === 0) continue;
      const lacking = levels.filter((_, level) => !found.has(level));
      expect(lacking, `no sample has what a project with this ${key} needs`).toEqual([]);
    }
  });

  it('leaves out what cannot be answered so', () => {
    const constrained = options.filter(({ applies }) => applies).map(({ key }) => key);
    for (const { levels } of rows) {
      for (const key of constrained.filter((one) => one in levels)) {
        const { applies } = options.find((option) => option.key === key)!;
        const row = rows.find((one) => one.levels === levels)!;
        expect(applies!.when(row.answers), `${key} in ${row.label}`).toBe(true);
      }
    }
  });

  it('is small', () => {
    expect(rows.length).toBeLessThan(25);
  });
});

it('each project of it has a label of its own', () => {
  const labels = everyPair().map(({ label }) => label);
  expect(new Set(labels).size).toBe(labels.length);
});
