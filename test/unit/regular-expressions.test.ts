import path from 'node:path';

import { analyse } from 'scslre';
import { describe, expect, it } from 'vitest';

import { patternsIn } from '../support/patterns.js';
import { restarts } from '../support/restarts.js';

/** What is put into a pattern, where it is more than a word. */
const parts = {
  colour: String.raw`\u001b\[(?:1|2|22|31|32|39)m`,
  codes: 'us-east-1|eu-west-1',
};

/** Patterns that would be slow on some texts, and why they get none of these. */
const bounded: Readonly<Record<string, string>> = {
  [String.raw`src/answers/json-structure.ts /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[[\]{}]/g`]:
    'Reads what JSON.parse() has taken, in which each quote that opens a text has one that ends it.',
  [String.raw`src/printable.ts /^((?:[^\S\n]|${parts.colour})*):(?=(?:${parts.colour})*:)/gm`]:
    'Reads a text that has no line ends but \\n, which it does not go across.',
};

/** Stacks and what is rendered of them are texts of ours. */
const ofOurs = /^src\/(?:render|stacks)\//;

function isSlow(source: string, flags: string): boolean {
  return analyse({ source, flags }).reports.length > 0 || restarts(source, flags);
}

describe('a regular expression that reads what someone else wrote', () => {
  const patterns = patternsIn(path.resolve('tsconfig.json'), 'src/', parts).filter(({ file }) => !ofOurs.test(file));
  const slow = patterns.filter(({ source, flags }) => isSlow(source, flags));
  const named = ({ file, source, flags }: (typeof patterns)[number]) => `${file} /${source}/${flags}`;

  it('takes no more than linear time', () => {
    expect(patterns.length).toBeGreaterThan(300);
    expect(
      slow.filter((pattern) => !bounded[named(pattern)]).map((pattern) => `${pattern.line}: ${named(pattern)}`),
    ).toEqual([]);
  });

  it('is only let off where it would be slow', () => {
    expect(Object.keys(bounded).filter((name) => !slow.some((pattern) => named(pattern) === name))).toEqual([]);
  });
});

describe('what makes a regular expression slow is seen', () => {
  it.each([
    ['the same characters twice', String.raw`^\s*(=|>)?\s*v?\d+$`, ''],
    ['the same characters three times', String.raw`^\s*([\w-]+)\s*=\s*"?([^"#]*?)"?\s*(?:#.*)?$`, ''],
    ['digits twice', String.raw`^\d*\.?\d+$`, ''],
    ['repeated repetition', '^(a+)+$', ''],
    ['a start at each character', String.raw`\.[^/]*$`, ''],
    ['a start at each blank', String.raw`\s+$`, ''],
    ['a start at each line', String.raw`^\s*assert\s*\{`, 'm'],
    ['a start at each word', String.raw`aws_ecr_repository\.[^}]*\.repository_url\}`, ''],
    ['a start at each word that begins', String.raw`\baws_\w+\..*\.(?:arn|id)$`, ''],
    ['a start at each word on a line', String.raw`^tags\s*=\s*\{([^}]*)\}`, 'm'],
    ['a start at one of two words', String.raw`AWSLogs\/(\d{12}|\$\{[^}]*account)`, ''],
    ['a start at each reference', String.raw`\$\{[^}]*\}`, 'g'],
    ['a start that only a line end stops', ':secret:(rds!(?:db|cluster)-.*)$', ''],
    ['a word in anything, before anything', String.raw`^arn:.*:lambda:.*:function:([\w-]+)$`, ''],
    ['anything, a word, and the rest of a line', String.raw`^arn:.+?:iam::aws:policy\/(.+)$`, ''],
  ])('%s', (_title, source, flags) => {
    expect(isSlow(source, flags)).toBe(true);
  });

  it.each([
    ['what begins at the start', String.raw`^\s*[\w-]+\s*=`, ''],
    ['what begins a word', String.raw`\b\w+!`, ''],
    ['what may begin at the start', String.raw`(?:^|\.)aws_kms_\w+\.[^.]+\.(\w+)$`, ''],
    ['what goes on to the end', String.raw`#.*`, 'g'],
    ['what ends before the next start', String.raw`"[^"]*x"`, 'y'],
    ['what is behind something else', String.raw`(?<![\d.])\.*(\d[\d.]*)$`, ''],
    ['one of two, of which the other begins at the start', String.raw`^\d+\.\d+$|-x$`, ''],
  ])('and not %s', (_title, source, flags) => {
    expect(isSlow(source, flags)).toBe(false);
  });
});
