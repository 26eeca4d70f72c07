import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Answers } from '../../src/answers/answers.js';
import { options } from '../../src/answers/options.js';
import { resolve } from '../../src/answers/resolve.js';
import { readAnswersFile } from '../../src/answers/sources.js';
import { githubText, jsonReport, textReport, type ReportContext } from '../../src/commands/check-report.js';
import { sarifReport } from '../../src/commands/sarif.js';
import { renderProject } from '../../src/render/render.js';
import { check, type CheckResult } from '../../src/rules/check.js';
import { parseHcl } from '../../src/terraform/parse.js';
import { children, HclError, type Body, type Expression } from '../../src/terraform/syntax.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { NotReadable, readPlan, readState } from '../../src/terraform/read-json.js';
import { certificateArn, existingVpc, surroundings } from '../support/answers.js';
import { anyAnswers, hclFile, hostileText, planJson, stateJson, valuesFile } from '../support/arbitraries.js';
import { bounds } from '../support/bounds.mjs';
import { fuzzTimeout, runs, seed } from './fuzz-runs.js';

/** Answers that are nearly sound, so that many of them become a project. */
const nearlySound = fc
  .tuple(
    fc.record(
      Object.fromEntries(
        options.flatMap(({ key, choices, type }) => {
          if (choices) return [[key, fc.constantFrom(...(choices as readonly unknown[]))]];
          return type === 'boolean' ? [[key, fc.boolean()]] : [];
        }),
      ),
      { requiredKeys: [] },
    ),
    fc.constantFrom({}, existingVpc, {
      domain: 'app.example.com',
      zoneName: 'example.com',
      https: true,
      route53: true,
    }),
    fc.constantFrom({}, { https: true, certificateArn }, { stateBucket: 'state-123456789012' }),
    fc.record({ tags: fc.dictionary(hostileText, hostileText, { maxKeys: 4 }) }, { requiredKeys: [] }),
    fc.option(fc.tuple(fc.constantFrom(...options.map(({ key }) => key)), hostileText), { nil: undefined, freq: 3 }),
  )
  .map(([chosen, vpc, more, tags, one]) => ({
    ...chosen,
    ...vpc,
    ...more,
    ...tags,
    ...(one ? { [one[0]]: one[1] } : {}),
  }));

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

async function codeIn(answers: Answers): Promise<unknown> {
  const files = [...renderProject(answers)].filter(([file]) => /\.(?:tf|tfvars|hcl)$/.test(file));
  const parsed = await parseHcl(new Map(files));
  return parsed.map(({ path, body }) => [path, codeOf(body)]);
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
          expect(await soon(() => codeIn(answers))).toEqual(await codeIn(plain(answers)));
        }),
        { seed, numRuns: runs.answers },
      );
      expect(projects).toBeGreaterThan(runs.answers / 50);
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
