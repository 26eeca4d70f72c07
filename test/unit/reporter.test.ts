import { expect, it } from 'vitest';

import { expectedDuration } from '../support/bounds.mjs';
import { report } from '../support/reporter.js';

const parts = [
  { project: 'unit', kind: 'mutations', start: 1000, end: 31_000 },
  { project: 'unit', kind: 'mutations', start: 11_000, end: 41_000 },
  { project: 'unit', kind: 'disk', start: 0, end: 500 },
  { project: 'command', kind: 'cli', start: 0, end: 9000 },
];

it('a run says what each part took, side by side', () => {
  expect(report(parts, 42_000, true)).toBe(
    'The tests took 42 s, from the first to the last of each:\n' +
      '  unit             41 s  (mutations 40 s)\n' +
      '  command           9 s  (cli 9 s)\n',
  );
});

it('a slow run says so, and is not red', () => {
  const elapsed = expectedDuration(false) + 60_000;
  expect(report(parts, elapsed, false)).toMatch(/\n {2}This run was slow: \d+ s, where \d+ s are expected/);
  expect(report(parts, elapsed, true)).not.toContain('slow');
});
