import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { wholeSample } from '../../scripts/samples.mjs';
import { texts } from '../../src/render/project-files.js';
import { check, rules } from '../../src/rules/check.js';
import { HclError } from '../../src/terraform/syntax.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { readPlan, readState } from '../../src/terraform/read-json.js';
import { inheritedNames, planOf, projectOf, stateOf } from '../support/inherited-names.js';
import { samples } from '../support/samples.js';

const whole = texts(samples().find(({ name }) => name === wholeSample)!.files);
const files = [...whole].filter(([name]) => /^[\w-]+\.tf$/.test(name));

type Checked = ReturnType<typeof check>;

/** What a run says, with one name in the place of another. */
function said({ findings, abstentions, suppressed, cuts, resources }: Checked, name: string, other: string): string[] {
  const told = [
    ...findings.map(({ rule, message, address, location }) => [rule.name, message, address, location?.line]),
    ...abstentions.map(({ rule, why, address }) => ['abstains', rule.name, why, address]),
    ...suppressed.map(({ finding, reason }) => ['suppressed', finding.rule.name, reason]),
    ['cuts', cuts.length, 'resources', resources],
  ];
  return (
    told
      .map((parts) => parts.join(' ').replaceAll(name, other))
      // What is most like a name that is none is a matter of its letters.
      .map((line) => line.replaceAll(/[,;]? (?:did you mean|Did you mean) [^?]*\?|; there is \w+/g, ''))
      .sort()
  );
}

async function ofHcl(sources: ReadonlyMap<string, string>): Promise<Checked | string> {
  try {
    return check([await readHclProject(memorySources(sources))]);
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    return `${error.path}:${error.line}`;
  }
}

describe.each(Object.entries(inheritedNames))('%s', (name, other) => {
  it('is no other name in a project than one that nobody knows', async () => {
    const [one, two] = await Promise.all(
      [name, other].map((each) => ofHcl(new Map([...whole, ...Object.entries(projectOf(each))]))),
    );
    if (typeof one === 'string' || typeof two === 'string')
      throw new Error(`it is not read: ${JSON.stringify([one, two])}`);
    expect(two!.findings.length).toBeGreaterThan(20);
    expect(said(one!, name, other)).toEqual(said(two!, other, other));
  });

  it.each([
    ['a plan', readPlan, planOf],
    ['a state', readState, stateOf],
  ])('is none in %s', (_what, read, of) => {
    const [one, two] = [name, other].map((each) => check([read(of(each))]));
    expect(two!.resources).toBeGreaterThan(10);
    expect(said(one!, name, other)).toEqual(said(two!, other, other));
  });

  it('is no rule', () => {
    expect(rules.get(name)).toBeUndefined();
  });
});

it('in the place of any word of a real project, it is a name as any other', async () => {
  // Types and labels of blocks, arguments, attributes, functions and texts.
  const words = files.flatMap(([file, text]) =>
    [...text.matchAll(/(?<![\w#-])[a-z][\w-]*(?=[" (.=}\]])/g)].map(({ index, 0: word }) => ({ file, index, word })),
  );
  const kinds = [...new Set(words.map(({ word }) => word))].map((word) => words.filter((one) => one.word === word));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 8 }),
      fc.constantFrom(...Object.entries(inheritedNames)),
      fc.nat(),
      async (chosen, [name, other], at) => {
        const places = chosen.map((kind) => kind[at % kind.length]!);
        const [one, two] = await Promise.all(
          [name, other].map((each) => {
            const changed = new Map(whole);
            for (const place of places.toSorted((a, b) => b.index - a.index)) {
              const text = changed.get(place.file)!;
              const end = place.index + place.word.length;
              if (text.slice(place.index, end) === place.word)
                changed.set(place.file, text.slice(0, place.index) + each + text.slice(end));
            }
            return ofHcl(changed);
          }),
        );
        if (typeof one === 'string' || typeof two === 'string') expect(one).toBe(two);
        else expect(said(one!, name, other)).toEqual(said(two!, other, other));
      },
    ),
    { seed: 20261130, numRuns: 12 },
  );
});
