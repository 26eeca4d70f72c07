import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hclValue } from '../../src/render/hcl.js';

describe('hclValue', () => {
  it.each([
    ['plain', '"plain"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['C:\\path', '"C:\\\\path"'],
    ['${var.x}', '"$${var.x}"'],
    ['%{ if true }', '"%%{ if true }"'],
    ['$${x}', '"$$${x}"'],
    ['a\nb\tc\r', '"a\\nb\\tc\\r"'],
    ['\u0000\u001b\u0085\u2028', '"\\u0000\\u001b\\u0085\\u2028"'],
    ['\ud800', '"\ufffd"'],
    ['$', '"$"'],
    [5, '5'],
    [true, 'true'],
    [undefined, 'null'],
    [['a', 'b"'], '["a", "b\\""]'],
    [{}, '{}'],
  ])('%j is %s', (value, expected) => {
    expect(hclValue(value)).toBe(expected);
  });

  it('aligns maps by what people see', () => {
    expect(hclValue({ a: '1', 'Kühe 🐄': '2' })).toBe('{\n  "a"      = "1"\n  "Kühe 🐄" = "2"\n}');
  });

  it('aligns what needs no segmenter as the segmenter would', () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    const character = fc.integer({ min: 0x20, max: 0x2ff }).map((code) => String.fromCodePoint(code));
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 8 }), (key) => {
        const [, line] = hclValue({ [key]: '1', ['x'.repeat(60)]: '2' }).split('\n');
        expect([...segmenter.segment(line!.slice(0, line!.indexOf(' = "1"')))]).toHaveLength(64);
      }),
      { seed: 20261203 },
    );
  });
});
