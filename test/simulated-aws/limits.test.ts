import { expect, it } from 'vitest';

import { rules } from '../../src/rules/check.js';
import { limits } from './limits.js';

it('the rules that look at what the simulator lets pass are there', () => {
  const named = limits.flatMap((limit) => limit.rules);
  expect(named.filter((rule) => !rules.has(rule))).toEqual([]);
});
