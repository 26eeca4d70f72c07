// A covering array of the answers of a stack: few projects in which every pair of answers that can meet does meet. Most
// faults of combinations are faults of two answers, so these stand in for the full product, which nobody could wait for.
import { sampleAnswers } from '../../scripts/samples.mjs';
import type { Answers, Draft } from '../../src/answers/answers.js';
import type { Option } from '../../src/answers/option.js';
import { applies, complaintsOf, defaultOf, fixedFor, options } from '../../src/answers/options.js';
import { completed } from '../../src/answers/resolve.js';
import { findStack } from '../../src/stacks/index.js';
import { resolveFile, surroundings } from './answers.js';

/** A value of an option, as an answers file gives it; undefined leaves the option out. */
type Level = unknown;

/** An option that may be answered in more than one way, with the ways. */
export interface Factor {
  key: string;
  levels: readonly Level[];
}

/** Which level each factor has, by its key. */
type Choice = Readonly<Record<string, number>>;

/** Sound answers with the level of each factor that applies to them. */
export interface Row {
  label: string;
  answers: Answers;
  levels: Readonly<Record<string, number>>;
}

/** What an option may be: a choice takes each, a text is left out or the first value that a sample has for it. */
export class AnswerSpace {
  readonly factors: readonly Factor[];
  readonly #given: readonly Record<string, unknown>[];
  readonly #rows = new Map<string, Row | undefined>();

  constructor(readonly stack: string) {
    this.#given = sampleAnswers.flatMap(({ answers }) => (answers.stack === stack ? [{ ...answers }] : []));
    this.factors = options
      .filter(({ key }) => key !== 'stack')
      .map((option) => ({ key: option.key, levels: this.#levelsOf(option) }))
      .filter(({ levels }) => levels.length > 1);
  }

  /** The default is first, for defaults go with each other. */
  #levelsOf(option: Option): readonly Level[] {
    const fixed = fixedFor(option, findStack(this.stack));
    if (fixed) return [fixed.value];
    if (option.type === 'boolean' || option.type === 'choice') {
      const levels: readonly Level[] = option.type === 'boolean' ? [false, true] : option.choices!;
      const preferred = defaultOf(option, { stack: this.stack }, surroundings);
      return [...levels.filter((level) => level === preferred), ...levels.filter((level) => level !== preferred)];
    }
    if (option.required) return [];
    const values = this.#valuesOf(option);
    const isAlwaysGiven = this.#given.every((answers) => option.key in answers);
    return [...(isAlwaysGiven ? [] : [undefined]), ...values.slice(0, 1)];
  }

  /** What the samples answer. */
  #valuesOf({ key }: Option): unknown[] {
    return this.#given.flatMap((answers) => (key in answers ? [answers[key]] : []));
  }

  /** The project with these levels; a factor that is not named has its first. Undefined where there is no such project. */
  row(choice: Choice): Row | undefined {
    const key = JSON.stringify(this.factors.map((factor) => choice[factor.key] ?? 0));
    if (!this.#rows.has(key)) this.#rows.set(key, this.#made(choice));
    return this.#rows.get(key);
  }

  #made(choice: Choice): Row | undefined {
    const given: Record<string, unknown> = { stack: this.stack };
    const levels: Record<string, number> = {};
    const draft: Draft = { stack: this.stack };
    for (const option of options) {
      if (option.key === 'stack' || !applies(option, draft)) continue;
      const factor = this.factors.find(({ key }) => key === option.key);
      if (factor) levels[option.key] = choice[option.key] ?? 0;
      const value = factor ? factor.levels[levels[option.key]!] : this.#fitting(option, draft);
      if (value !== undefined) given[option.key] = value;
      Object.assign(draft, { [option.key]: value ?? defaultOf(option, draft, surroundings) });
    }
    const resolution = resolveFile(given);
    if (resolution.faults.length + resolution.missing.length > 0) return undefined;
    return { label: this.#label(levels), answers: completed(resolution), levels };
  }

  /** The first value of a sample that would do here. */
  #fitting(option: Option, draft: Draft): unknown {
    return this.#valuesOf(option).find((value) => complaintsOf(option, value as never, draft).length === 0);
  }

  #label(levels: Readonly<Record<string, number>>): string {
    const words = Object.entries(levels).flatMap(([key, level]) => {
      // The first of each goes without saying.
      if (level === 0) return [];
      const value = this.factors.find((factor) => factor.key === key)!.levels[level];
      if (value === false) return [`no ${key}`];
      return value === true || typeof value === 'object' ? [key] : [`${key} ${String(value)}`];
    });
    return `${this.stack}: ${words.join(', ') || 'the defaults'}`;
  }
}

/** The pairs of levels that meet in a row, each as a text. */
export function pairsIn({ levels }: Pick<Row, 'levels'>): string[] {
  const entries = Object.entries(levels);
  return entries.flatMap(([a, x], index) => entries.slice(index + 1).map(([b, y]) => `${a} ${x}, ${b} ${y}`));
}

/** Rows of the space in which every pair of levels meets that meets in any row with all other factors but one at their first. */
export function coveringArray(space: AnswerSpace): Row[] {
  const { factors } = space;
  // What decides whether others apply; a pair is looked for with each combination of these.
  const deciding = factors.filter(({ key }) => options.some(({ applies: row }) => row?.on.some((on) => on === key)));
  const contexts = deciding.reduce<Choice[]>(
    (all, { key, levels }) => all.flatMap((choice) => levels.map((_, level) => ({ ...choice, [key]: level }))),
    [{}],
  );
  const withAnother = (context: Choice) =>
    factors.flatMap(({ key, levels }) => [...levels.keys()].slice(1).map((level) => ({ ...context, [key]: level })));
  const open = new Map<string, Choice[]>();
  for (const [index, a] of factors.entries())
    for (const b of factors.slice(index + 1))
      for (const x of a.levels.keys())
        for (const y of b.levels.keys()) {
          const pair = `${a.key} ${x}, ${b.key} ${y}`;
          const meetingIn = (choices: readonly Choice[]) =>
            choices
              .map((choice) => ({ ...choice, [a.key]: x, [b.key]: y }))
              .filter((seed) => pairsIn(space.row(seed) ?? { levels: {} }).includes(pair));
          const seeds = meetingIn(contexts);
          // Where the defaults of the others do not let them meet, another answer of one of these may.
          if (seeds.length === 0) seeds.push(...meetingIn(contexts.flatMap(withAnother)));
          if (seeds.length > 0) open.set(pair, seeds);
        }

  const rows: Row[] = [];
  for (const [pair, seeds] of open) {
    // A row before may have closed it.
    if (!open.has(pair)) continue;
    const gain = (row: Row | undefined) => (row ? pairsIn(row).filter((one) => open.has(one)).length : -1);
    const grown = seeds.map((seed) => {
      let best: Choice = { ...Object.fromEntries(factors.map(({ key }) => [key, 0])), ...seed };
      for (const { key, levels } of factors) {
        if (key in seed) continue;
        for (const level of levels.keys()) {
          const other = { ...best, [key]: level };
          if (gain(space.row(other)) > gain(space.row(best))) best = other;
        }
      }
      return space.row(best)!;
    });
    const row = grown.reduce((best, other) => (gain(other) > gain(best) ? other : best));
    rows.push(row);
    for (const closed of pairsIn(row)) open.delete(closed);
  }
  // What the first rows were needed for may be in later ones too.
  return rows.reduce((kept, row) => {
    const others = kept.filter((one) => one !== row);
    const met = new Set(others.flatMap(pairsIn));
    return pairsIn(row).every((pair) => met.has(pair)) ? others : kept;
  }, rows);
}

let everyRow: Row[] | undefined;

/** Projects of every stack in which every pair of answers meets, each with a label that says which answers it has. */
export function everyPair(): readonly Row[] {
  const stacks = new Set(sampleAnswers.map(({ answers }) => answers.stack));
  everyRow ??= [...stacks].flatMap((stack) => coveringArray(new AnswerSpace(stack)));
  return everyRow;
}
