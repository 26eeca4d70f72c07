import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { sampleAnswers } from '../../scripts/samples.mjs';
import type { Answers } from '../../src/answers/answers.js';
import { options } from '../../src/answers/options.js';
import { resolve } from '../../src/answers/resolve.js';
import { readAnswersFile } from '../../src/answers/sources.js';
import { githubText, jsonReport, textReport, type ReportContext } from '../../src/commands/check-report.js';
import { sarifReport } from '../../src/commands/sarif.js';
import { texts } from '../../src/render/project-files.js';
import { renderProject } from '../../src/render/render.js';
import { check, type CheckResult } from '../../src/rules/check.js';
import { parseHcl } from '../../src/terraform/parse.js';
import { children, HclError, type Body, type Expression } from '../../src/terraform/syntax.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { NotReadable, readPlan, readState } from '../../src/terraform/read-json.js';
import { surroundings } from '../support/answers.js';
import { anyAnswers, hclFile, hostileText, planJson, stateJson, valuesFile } from '../support/arbitraries.js';
import { bounds } from '../support/bounds.mjs';
import { fuzzTimeout, runs, seed } from './fuzz-runs.js';

/** Texts of letters that most answers may have. */
const allowed = fc.string({ unit: fc.constantFrom(...'abz09AZ.-_:/@=+ é'), minLength: 1, maxLength: 20 });

const text = fc.oneof({ arbitrary: allowed, weight: 3 }, hostileText);

/** The answers of a sample with other tags, and now and then with another answer. */
const nearlySound = fc
  .tuple(
    fc.constantFrom(...sampleAnswers.map(({ answers }) => answers)),
    fc.oneof(
      { arbitrary: fc.dictionary(allowed, fc.oneof(allowed, fc.constant('')), { maxKeys: 4 }), weight: 3 },
      fc.dictionary(text, text, { maxKeys: 4 }),
    ),
    fc.option(
      fc.constantFrom(...options).chain(({ key, choices, type }) => {
        const others = choices ? fc.constantFrom(...(choices as readonly unknown[])) : text;
        return fc.tuple(fc.constant(key), type === 'boolean' ? fc.boolean() : others);
      }),
      { nil: undefined, freq: 3 },
    ),
  )
  .map(([answers, tags, other]) => ({ ...answers, tags, ...(other ? { [other[0]]: other[1] } : {}) }));

/** Answers that are texts of the user's own and give a project no other shape. */
const free: readonly (keyof Answers)[] = [
  'name',
  'suffix',
  'zoneName',
  'domain',
  'certificateArn',
  'vpcId',
  'publicSubnetIds',
  'privateSubnetIds',
  'databaseSubnetIds',
  'alertEmail',
  'stateBucket',
  'tags',
];

/** The same answers with plain words in the place of the user's own. */
function plain(answers: Answers): Answers {
  const word = (value: unknown): unknown => {
    if (typeof value === 'string') return value === '' ? '' : 'x';
    if (Array.isArray(value)) return value.map((_, at) => `x${at}`);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.keys(value).map((_, at) => [`x${at}`, 'x']));
  };
  return {
    ...answers,
    ...Object.fromEntries(free.filter((key) => key in answers).map((key) => [key, word(answers[key])])),
  };
}

/** What is code in a body: all but the texts, numbers and truth values. */
function codeOf({ attributes, blocks }: Body): unknown {
  return [
    attributes.map(({ name, expression }) => [name, codeOfExpression(expression)]),
    blocks.map(({ type, labels, body }) => [type, labels, codeOf(body)]),
  ];
}

function codeOfExpression(expression: Expression): unknown {
  const { kind } = expression;
  const name = 'name' in expression ? expression.name : '';
  return kind === 'literal' ? '' : [kind, name, [...children(expression)].map(codeOfExpression)];
}

function filesWithCode(answers: Answers): [file: string, text: string][] {
  return [...texts(renderProject(answers))].filter(([file]) => /\.(?:tf|tfvars|hcl)$/.test(file));
}

async function codeIn(file: string, text: string): Promise<unknown> {
  const [parsed] = await parseHcl(new Map([[file, text]]));
  return codeOf(parsed!.body);
}

/** The files of projects with plain words, by their answers, and the code of those that others differed from. */
const plainProjects = new Map<string, Map<string, { text: string; code?: unknown }>>();

/** Expects a project to have the code that it has with plain words. */
async function hasNoOtherCode(answers: Answers): Promise<void> {
  const words = plain(answers);
  const key = JSON.stringify(words);
  const known = plainProjects.get(key) ?? new Map(filesWithCode(words).map(([file, text]) => [file, { text }]));
  plainProjects.set(key, known);
  const files = filesWithCode(answers);
  expect(files.map(([file]) => file)).toEqual([...known.keys()]);
  for (const [file, text] of files) {
    const like: { text: string; code?: unknown } = known.get(file)!;
    if (text === like.text) continue;
    like.code ??= await codeIn(file, like.text);
    expect(await codeIn(file, text), file).toEqual(like.code);
  }
}

const context: ReportContext = { folder: '.', verbose: true, paint: (_, text) => text };

/** What check does of it can be printed in every form. */
function printed(result: CheckResult): void {
  expect(textReport(result, context)).toMatch(/\.\n$/);
  expect(JSON.parse(jsonReport(result, context))).toHaveProperty('findings');
  expect(JSON.parse(sarifReport(result, context))).toHaveProperty('runs');
  expect(typeof githubText(result, context)).toBe('string');
}

/** Does one thing and expects that it ended soon. */
async function soon<T>(work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const done = await work();
  expect(performance.now() - start, 'milliseconds').toBeLessThan(bounds.atOnce / 5);
  return done;
}

describe('whatever is made up', () => {
  it(
    'answers give named faults or a project in which none of them is code',
    async () => {
      let projects = 0;
      await fc.assert(
        fc.asyncProperty(fc.oneof({ arbitrary: nearlySound, weight: 3 }, anyAnswers), async (raw) => {
          const resolution = await soon(() => {
            const reading = readAnswersFile(JSON.stringify(raw), 'answers.json');
            const { answers, faults, missing } = resolve(reading.given, surroundings);
            return { answers, missing, faults: [...reading.faults, ...faults] };
          });
          for (const { option, why, remedy } of resolution.faults) {
            expect(option).not.toBe('');
            expect(why).not.toBe('');
            expect(remedy).toMatch(/[.?]$/);
          }
          if (resolution.faults.length + resolution.missing.length > 0) return;
          projects += 1;
          const answers = resolution.answers as Answers;
          await soon(() => hasNoOtherCode(answers));
        }),
        { seed, numRuns: runs.answers },
      );
      expect(projects).toBeGreaterThan(runs.answers / 10);
    },
    fuzzTimeout,
  );

  it(
    'projects give an error with its place, or can be checked and printed',
    async () => {
      let checked = 0;
      const files = fc.record({
        main: hclFile,
        more: hclFile,
        values: valuesFile,
        module: hclFile,
      });
      await fc.assert(
        fc.asyncProperty(files, async ({ main, more, values, module }) => {
          const sources = new Map([
            ['main.tf', main],
            ['more.tf', more],
            ['terraform.tfvars', values],
            ['call.tf', 'module "called" {\n  source = "./m"\n  a      = local.a\n  b      = var.b\n}\n'],
            ['m/main.tf', module],
          ]);
          try {
            await soon(async () => printed(check([await readHclProject(memorySources(sources))])));
            checked += 1;
          } catch (error) {
            if (!(error instanceof HclError)) throw error;
            expect(error.path).not.toBe('');
            expect(error.line).toBeGreaterThan(0);
          }
        }),
        { seed, numRuns: runs.projects },
      );
      expect(checked).toBeGreaterThan(runs.projects / 2);
    },
    fuzzTimeout,
  );

  it.each([
    ['plans', planJson, readPlan],
    ['states', stateJson, readState],
  ])(
    '%s give a named error, or can be checked and printed',
    async (_what, made, read) => {
      let checked = 0;
      await fc.assert(
        fc.asyncProperty(made, async (text) => {
          try {
            await soon(() => printed(check([read(text)])));
            checked += 1;
          } catch (error) {
            if (!(error instanceof NotReadable)) throw error;
          }
        }),
        { seed, numRuns: runs.shown },
      );
      expect(checked).toBeGreaterThan(runs.shown / 10);
    },
    fuzzTimeout,
  );
});

it.each([
  ['a = "x"', 'a = "${var.x}"'],
  ['a = "x"', 'a = x'],
  ['a = ["x"]', 'a = ["x", "x"]'],
  ['a = "x"', 'a = "x"\nb = "x"'],
  ['a = "x"', 'a = "x"\nb {}'],
])('code is seen: %s is not %s', async (plainText, text) => {
  expect(await codeIn('a.tf', text)).not.toEqual(await codeIn('a.tf', plainText));
  expect(await codeIn('a.tf', plainText.replace('x', 'y'))).toEqual(await codeIn('a.tf', plainText));
});
