import { execFileSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hclValue } from '../../src/render/hcl.js';
import { shellWord } from '../../src/commands/report.js';
import { plainMessage } from '../../src/commands/sarif.js';
import { jsonText, plainText, printable, quote, shortened, workflowText } from '../../src/printable.js';
import { commandsIn, hostile, unseenIn } from '../support/hostile.js';

const escape = '\u001b';

describe('printable', () => {
  it('shows exactly what Node says is a control, a format character or ignorable', () => {
    const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
    const wrong = [];
    for (let point = 0; point <= 0x10ffff; point++) {
      const character = String.fromCodePoint(point);
      const isShown = printable(character) !== character;
      // What an older Node does not know of yet may well be shown.
      if (isShown !== unseen.test(character) && !(isShown && /\p{Cn}/u.test(character))) wrong.push(point.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['a\u202eb', 'a\\u202eb'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud83d', '\\ud83d'],
    ['\u{1f600} \u00e9 \u3042', '\u{1f600} \u00e9 \u3042'],
  ])('of %j is %j', (text, expected) => expect(printable(text)).toBe(expected));
});

describe('quote', () => {
  const loop: unknown[] = [];
  loop.push(loop);
  let deep: unknown = [];
  for (let depth = 0; depth < 200_000; depth++) deep = [deep];
  const throwing = new Proxy({}, { ownKeys: () => expect.fail(), get: () => expect.fail() });

  it.each([
    ['an object with a field toString', { toString: 1, valueOf: 2 }, '{"toString":1,"valueOf":2}'],
    ['a large integer', [10n], '["10"]'],
    ['undefined', undefined, 'undefined'],
    ['a function', () => 1, 'a value of the type function'],
    ['a symbol', Symbol('x'), 'a value of the type symbol'],
    ['what holds itself', loop, 'a value of the type object'],
    ['what is nested deep', deep, 'a value of the type object'],
    ['what throws', throwing, 'a value of the type object'],
    ['a lone surrogate', '\udc00', '"\\udc00"'],
  ])('takes %s', (_what, value, expected) => expect(quote(value)).toBe(expected));

  it('is never longer than 200 characters, nor cut within a character or an escape', () => {
    fc.assert(
      fc.property(fc.oneof(hostile(400), fc.anything()), (value) => {
        const text = quote(value);
        expect(text.length).toBeLessThanOrEqual(200);
        expect(unseenIn(text)).toEqual([]);
        expect(text).not.toMatch(/(?<!\\)(?:\\\\)*\\(?:u(?:\{[0-9a-f]*|[0-9a-f]{0,3}))?…$/);
      }),
      { seed: 1257628687 },
    );
    // Two backslashes are one, escaped.
    expect(shortened(`${'x'.repeat(197)}\\\\yz`)).toBe(`${'x'.repeat(197)}\\\\…`);
    expect(shortened(`${'x'.repeat(198)}\\\\yz`)).toBe(`${'x'.repeat(198)}…`);
    expect(quote('x'.repeat(1e6))).toBe(`"${'x'.repeat(198)}…`);
    expect(shortened(`${'x'.repeat(198)}\u{1f600}!`)).toBe(`${'x'.repeat(198)}…`);
  });
});

describe('a text for people', () => {
  it.each([
    ['::error::x', '\\u003a:error::x'],
    ['a\n \u00a0\u3000::stop-commands::x', 'a\n \u00a0\u3000\\u003a:stop-commands::x'],
    [`  ${escape}[1m::add-mask::x${escape}[22m`, `  ${escape}[1m\\u003a:add-mask::x${escape}[22m`],
    ['a ##[add-matcher]x', 'a #\\u0023[add-matcher]x'],
    ['###vso[task.setvariable]', '##\\u0023vso[task.setvariable]'],
    [`:${escape}[1m:error::x #${escape}[1m#[x]`, `\\u003a${escape}[1m:error::x #${escape}[1m\\u0023[x]`],
    [`##${escape}[22m[error]`, `#\\u0023${escape}[22m[error]`],
    ['\r\u0085::error::x', '\\u000d\\u0085::error::x'],
    [`${escape}[2J`, '\\u001b[2J'],
    ['a::b ## c [1]', 'a::b ## c [1]'],
  ])('of %j is %j', (text, expected) => expect(plainText(text)).toBe(expected));

  it('has nothing that is obeyed or not seen, whatever it is made of', () => {
    fc.assert(
      fc.property(hostile(), (text) => {
        const shown = plainText(text);
        expect(unseenIn(shown)).toEqual([]);
        expect(commandsIn(shown)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes time in proportion to its length', () => {
    const started = performance.now();
    for (const part of ['\n', ' ', '#', '##a', ':', `${escape}[1m`]) plainText(part.repeat(300_000));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('JSON', () => {
  it('is the value itself to who parses it, and nothing to a terminal or a log', () => {
    fc.assert(
      fc.property(fc.oneof(hostile(), fc.array(hostile()), fc.dictionary(hostile(), hostile())), (value) => {
        const text = jsonText(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(unseenIn(text)).toEqual([]);
        expect(commandsIn(text)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(jsonText({ a: '\u202e ##[x] \u{e0041}' })).toBe('{\n  "a": "\\u202e #\\u0023[x] \\udb40\\udc41"\n}\n');
  });
});

describe('workflow commands', () => {
  it('are those that are ours, with data and properties as the toolkit escapes them', () => {
    const text = workflowText(
      [{ name: 'error', properties: { file: 'a,b:%', line: '3' }, message: ['a%', '::b'] }],
      '::c',
    );
    expect(text).toBe('::error file=a%2Cb%3A%25,line=3::a%25%0A\\u003a:b\n\\u003a:c');
  });

  it('are not made by what is in them or below them', () => {
    fc.assert(
      fc.property(hostile(), hostile(), hostile(), (file, message, below) => {
        const text = workflowText([{ name: 'notice', properties: { file }, message: [message] }], below);
        const [command, ...rest] = text.split('\n');
        expect(command).toMatch(/^::notice file=[^:,]*::[^]*$/);
        expect(commandsIn(`x${command}`)).toEqual([]);
        expect(commandsIn(rest.join('\n'))).toEqual([]);
        expect(unseenIn(text)).toEqual([]);
      }),
    );
  });
});

describe('a message of SARIF', () => {
  it('makes no link, and can be read back', () => {
    expect(plainMessage('[a](http://x) \\[b](1)')).toBe('\\[a\\]\\(http://x) \\\\\\[b\\]\\(1)');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('[', ']', '(', ')', '\\', 'a') }), (text) => {
        const message = plainMessage(text);
        expect(message).not.toContain('](');
        expect(message.replaceAll(/\\([\\[\](])/g, '$1')).toBe(text);
      }),
    );
  });
});

describe('a word for the shell', () => {
  it.skipIf(process.platform === 'win32')('is what it was once the shell has read it, and is not obeyed before', () => {
    fc.assert(
      fc.property(hostile(), (text) => {
        const name = text.toWellFormed().replaceAll('\0', '');
        fc.pre(name !== '');
        const word = shellWord(name)!;
        expect(unseenIn(word)).toEqual([]);
        expect(plainText(`cd ${word}`)).toBe(`cd ${word}`);
        const read = execFileSync('bash', ['-c', `printf %s ${word.startsWith('-') ? '-- ' : ''}${word}`], {
          encoding: 'utf8',
        });
        expect(read).toBe(name.startsWith('-') ? `./${name}` : name);
      }),
      { numRuns: 100 },
    );
    expect(shellWord('a\\b')).toBe("'a\\b'");
    expect(shellWord('##vso[x]\u001b')).toBe("$'#\\043vso[x]\\033'");
  });

  it('is not written for Windows, whose shells have no escapes for it', () => {
    expect(shellWord('a b', 'win32')).toBe('"a b"');
    expect(shellWord('a\u202e', 'win32')).toBeUndefined();
    expect(shellWord('##[x]', 'win32')).toBeUndefined();
  });
});

it('HCL names unseen characters as its own escapes do', () => {
  expect(hclValue('\u202e\u{e0041}')).toBe('"\\u202e\\U000e0041"');
});
