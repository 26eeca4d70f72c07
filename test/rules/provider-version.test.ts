import { describe, expect, it } from 'vitest';

import { admits } from '../../src/rules/lib/provider-version.js';

describe('admits', () => {
  it.each([
    ['5.100.0', true],
    ['= 5.100.0', true],
    ['v5.100', true],
    ['!= 5.100.0', false],
    ['> 5.99', true],
    ['>= 5.101', false],
    ['<= 5.100.0', true],
    ['< 5.100.0', false],
    ['~> 5', true],
    ['~> 5.0', true],
    ['~> 5.100.0', true],
    ['~> 5.31.0', false],
    ['~> 6.0', false],
    ['>= 5.0, < 7.0.0', true],
    ['>= 4.0, < 5.0, != 4.2', false],
    ['>= 5.0.0-beta1', undefined],
    ['>= 5.0.0-beta1, < 5.0', false],
  ])('%s: 5.100.0 is %s', (constraint, answer) => {
    expect(admits(constraint, '5.100.0')).toBe(answer);
  });

  it('lets only the last written part grow after ~>', () => {
    expect(admits('~> 5', '6.0.0')).toBe(true);
    expect(admits('~> 5.0', '6.0.0')).toBe(false);
  });
});
