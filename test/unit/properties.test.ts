import { parse } from '@cdktn/hcl2json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { options } from '../../src/answers/options.js';
import { readFlags } from '../../src/answers/flags.js';
import { resolve } from '../../src/answers/resolve.js';
import { readAnswersFile } from '../../src/answers/sources.js';
import { hclValue } from '../../src/render/hcl.js';
import { textOf } from '../../src/render/project-files.js';
import { renderProject } from '../../src/render/render.js';
import { existingVpc, soundAnswers, surroundings } from '../support/answers.js';
import { anyAnswers, hostileText } from '../support/arbitraries.js';

/** Reproducible: a failure prints the seed and the path that lead to it. */
const runs = { numRuns: 300, seed: 20261123 };

/** Keys that mean something to somebody. */
const anyKey = fc.oneof(
  fc.constantFrom(...options.map(({ key }) => key as string)),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'valueOf', 'toJSON', 'hasOwnProperty'),
  fc.constantFrom('answers', 'version', 'files', '$schema'),
);

/** JSON of any shape: nested, with keys that every object has, numbers out of range, and keys that come twice. */
const { json: anyJson } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      hostileText.map((text) => JSON.stringify(text)),
      fc.constantFrom('1e999', '-1e999', '-0', '0.5', '12345678901234567890', 'true', 'null', '"\\u0000"', '"\\ud800"'),
    ),
    fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(fc.oneof(anyKey, hostileText), tie('json')), { maxLength: 5 })
      .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
  ),
}));

describe('any answers at all', () => {
  it('give named faults or a project, and never anything else', () => {
    fc.assert(
      fc.property(anyAnswers, (raw) => {
        const reading = readAnswersFile(JSON.stringify(raw), 'answers.json');
        const resolution = resolve(reading.given, surroundings);
        const faults = [...reading.faults, ...resolution.faults];
        for (const fault of faults) {
          expect(fault.option).not.toBe('');
          expect(fault.why).not.toBe('');
          expect(fault.remedy).toMatch(/[.?]$/);
          expect(`${fault.value ?? ''}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        }
        if (faults.length + resolution.missing.length === 0)
          expect(renderProject(resolution.answers as never).size).toBeGreaterThan(20);
      }),
      runs,
    );
  });

  it('and any JSON at all give named faults and answers, and no answer to a key that comes twice', () => {
    const members = fc.array(fc.tuple(anyKey, anyJson), { maxLength: 6 });
    fc.assert(
      fc.property(members, (pairs) => {
        const text = `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
        const { given, faults } = readAnswersFile(text, 'answers.json');
        const all = [...faults, ...resolve(given, surroundings).faults];
        for (const { value, why, remedy } of all) {
          expect(why).not.toBe('');
          expect(remedy).toMatch(/[.?]$/);
          expect(`${value ?? ''}`.length).toBeLessThan(250);
        }
        const twice = new Set(pairs.map(([key]) => key)).size < pairs.length;
        if (twice) expect(all.map(({ why }) => why)).toContain('is there more than once');
      }),
      runs,
    );
  });

  it('on the command line give named faults or answers', () => {
    const word = fc.oneof(
      hostileText,
      fc.constantFrom('--yes', '--region', '--https', '--no-https', '--tag', '--', '-', '--=', '--name=', '-yh'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
        const { reading } = readFlags(argv);
        expect(resolve(reading.given, surroundings)).toBeDefined();
      }),
      runs,
    );
  });
});

describe('a text in HCL', () => {
  it('means exactly that text', async () => {
    const texts = fc.sample(hostileText, runs);
    const source = texts.map((text, index) => `t${index} = ${hclValue(text)}`).join('\n');
    const parsed = (await parse('texts.hcl', `${source}\n`)) as Record<string, string>;
    texts.forEach((text, index) => {
      // hcl2json keeps the escaped form of "${" and "%{", which are not templates then.
      expect(parsed[`t${index}`]!.replace(/([$%])\1\{/g, '$1{').normalize(), JSON.stringify(text)).toBe(
        text.toWellFormed().normalize(),
      );
    });
  });

  it('stays a value wherever a project puts an answer, even one that no check has seen', async () => {
    const names = fc.sample(hostileText, { numRuns: 40, seed: runs.seed });
    for (const text of names) {
      const answers = {
        ...soundAnswers({ ...existingVpc, suffix: 'x' }),
        vpcId: text,
        publicSubnetIds: [text, text],
        alertEmail: text,
        tags: { [text]: text },
      };
      const tfvars = textOf(renderProject(answers as never), 'terraform.tfvars');
      const parsed = (await parse('terraform.tfvars', tfvars)) as Record<string, unknown>;
      expect(Object.keys(parsed).sort(), JSON.stringify(text)).toEqual(
        Object.keys(
          (await parse(
            'terraform.tfvars',
            textOf(renderProject(soundAnswers({ ...existingVpc, suffix: 'x', tags: { a: 'b' } })), 'terraform.tfvars'),
          )) as object,
        ).sort(),
      );
      expect((parsed.public_subnet_ids as string[]).length).toBe(2);
    }
  });
});
