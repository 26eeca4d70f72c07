import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { structureOf } from '../../src/answers/json-structure.js';
import { readFlags } from '../../src/answers/flags.js';
import { soundText } from '../../src/answers/sound-text.js';
import { readAnswersFile, readEnvironment } from '../../src/answers/sources.js';

/** The faults of one answer in a file. */
const faultsOf = (answers: object) => readAnswersFile(JSON.stringify(answers), 'answers.json').faults;

describe('a text', () => {
  it.each([
    ['a letter and its accent', 'cafe\u0301', 'caf\u00e9'],
    ['blanks around it', ' \u00a0pay\n', 'pay'],
    ['other scripts', 'платежи 支払い', 'платежи 支払い'],
  ])('with %s is brought to one form', (_what, raw, value) => {
    expect(soundText(raw)).toEqual({ value });
  });

  it.each([
    ['a NUL', 'a\0b', 'U+0000, which cannot be seen'],
    ['half of a pair', 'a\ud800b', 'U+D800, which cannot be seen'],
    ['what turns the writing around', 'a\u202eb', 'U+202E, which cannot be seen'],
    ['a joiner without width', 'a\u200db', 'U+200D, which cannot be seen'],
    ['a filler', 'a\u3164b', 'U+3164, which cannot be seen'],
    ['a line separator', 'a\u2028b', 'U+2028, which cannot be seen'],
    ['the sign of kelvin', 'a\u212ab', 'U+212A, which stands for "K"'],
    ['a full-width letter', 'a\uff42', 'U+FF42, which stands for "b"'],
    ['a ligature', 'o\ufb03ce', 'U+FB03, which stands for "ffi"'],
    ['a hard space', 'a\u00a0b', 'U+00A0, which stands for " "'],
    ['a long s', '\u017fg', 'U+017F, which stands for "s"'],
  ])('with %s is refused', (_what, raw, why) => {
    expect(soundText(raw)).toMatchObject({ why: `holds the character ${why}` });
  });

  it('that is longer than any answer is refused in a few words', () => {
    const [fault] = faultsOf({ region: 'x'.repeat(1_000_000) });
    expect(fault).toMatchObject({
      option: 'region in answers.json',
      why: expect.stringContaining('1000000') as string,
    });
    expect(JSON.stringify(fault).length).toBeLessThan(500);
  });

  it('that is taken is one that neither Terraform nor a change of case makes another', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const sound = soundText(raw);
        if ('why' in sound) return;
        expect(sound.value.normalize()).toBe(sound.value);
        expect(sound.value.normalize('NFKC')).toBe(sound.value);
        expect(soundText(sound.value)).toEqual(sound);
        const ascii = [...sound.value].filter(
          (character) => character > '\u007f' && character.toLowerCase() <= '\u007f',
        );
        expect(ascii).toEqual([]);
      }),
      { numRuns: 300, seed: 20261123 },
    );
  });

  it('is looked at so wherever it comes from, in lists and tags too', () => {
    const bad = 'a\u200bb';
    expect(readFlags(['--region', bad, '--tag', `k=${bad}`, '--public-subnet-ids', bad]).reading.faults).toHaveLength(
      3,
    );
    expect(readEnvironment({ CSI_REGION: bad, CSI_TAG: `k=${bad}`, CSI_VPC_ID: bad }).faults).toHaveLength(3);
    expect(faultsOf({ region: bad, tags: { [bad]: 'x' }, publicSubnetIds: [bad] })).toHaveLength(3);
  });

  it('that is a domain gets no letter from another script by a change of case', () => {
    expect(faultsOf({ zoneName: '\u212aexample.com' })).toHaveLength(1);
    const { given } = readAnswersFile('{"zoneName": "\u0130example.COM"}', 'answers.json');
    expect(given.zoneName?.value).toBe('\u0130example.com');
  });
});

describe('tags', () => {
  it.each([
    ['an accent of its own', { 'caf\u00e9': 'x', 'cafe\u0301': 'x' }],
    ['blanks', { Owner: 'x', ' Owner': 'x' }],
  ])('whose keys differ in %s only are refused', (_what, tags) => {
    expect(faultsOf({ tags })).toMatchObject([{ why: expect.stringContaining('only spelled differently') as string }]);
    const flags = Object.entries(tags).flatMap(([key, value]) => ['--tag', `${key}=${value}`]);
    expect(readFlags(flags).reading.faults).toMatchObject([{ option: '--tag' }]);
  });

  it('lose the blanks around them, from a file as from flags', () => {
    const fromFile = readAnswersFile('{"tags": {" Owner ": " a "}}', 'answers.json').given.tags?.value;
    expect(fromFile).toEqual({ Owner: 'a' });
    expect(readFlags(['--tag', ' Owner = a ']).reading.given.tags?.value).toEqual(fromFile);
    expect(readEnvironment({ CSI_TAG: 'Owner=a, Owner=a' }).given.tags?.value).toEqual(fromFile);
  });

  it('may have the names of what every object has', () => {
    const tags = JSON.parse('{"__proto__": "a", "constructor": "b"}') as object;
    const { given, faults } = readAnswersFile(JSON.stringify({ tags }), 'answers.json');
    expect([faults, JSON.stringify(given.tags?.value)]).toEqual([[], JSON.stringify(tags)]);
  });

  it('and lists of a hundred thousand are refused before they are compared', () => {
    const many = Array.from({ length: 100_000 }, (_, n) => `k${n}`);
    const started = performance.now();
    expect(faultsOf({ tags: Object.fromEntries(many.map((key) => [key, ''])), publicSubnetIds: many })).toMatchObject([
      { why: expect.stringContaining('100000 entries') as string },
      { why: expect.stringContaining('100000 entries') as string },
    ]);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('an answers file', () => {
  it('is refused for each key that it repeats, however it is spelled and wherever it is', () => {
    const text = '{"name":"abc","n\\u0061me":"abd","tags":{"a":"1","a":"1"},"region":"eu-west-1"}';
    expect(readAnswersFile(text, 'a.json').faults).toMatchObject([
      { option: '--answers a.json', value: '"name"', why: 'is there more than once' },
      { option: 'tags in a.json', value: '"a"', why: 'is there more than once' },
    ]);
  });

  it('takes no name of what every object has for one of its own', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      expect(readAnswersFile(`{${JSON.stringify(key)}: {"region": "x"}}`, 'a.json')).toMatchObject({
        given: {},
        faults: [{ value: JSON.stringify(key), why: 'is no answer that is known' }],
      });
  });

  it('of nothing but unknown keys is refused in few words', () => {
    const keys = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`key${n}`, n]));
    const { faults } = readAnswersFile(JSON.stringify(keys), 'a.json');
    expect(faults.length).toBeLessThan(30);
    expect(faults.at(-1)!.why).toContain('50000 keys');
  });

  it.each([
    [20_000, '[', ']'],
    [20_000, '{"a":', '}'],
  ])('is refused for nesting %d times %j', (times, open, close) => {
    const value = `${open.repeat(times)}${open === '[' ? '' : '1'}${close.repeat(times)}`;
    expect(readAnswersFile(`{"name":${value}}`, 'a.json').faults).toMatchObject([
      { why: expect.stringContaining('20001') as string },
    ]);
  });
});

describe('the structure of JSON', () => {
  it('is that of its objects and lists, not of its texts', () => {
    expect(structureOf('["{[\\"", {"a": "b\\\\", "c": [{"a": 1}, {"a": 1}], "c": 0}]')).toEqual({
      depth: 4,
      repeated: [['c']],
    });
  });
});
