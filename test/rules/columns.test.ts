import { expect, it } from 'vitest';

import { rules } from '../../src/rules/check.js';
import { checkFiles, filesIn } from '../support/rules.js';

/** About what is not in a file: its first line stands for it. */
const aboutFiles = new Set(['locals-file']);

it('every finding in HCL has the columns of what it is about', async () => {
  const without = new Set<string>();
  for (const rule of rules.values()) {
    const { findings } = await checkFiles(filesIn(rule.example.broken), [rule]);
    if (findings.some(({ location }) => location?.path.endsWith('.tf') && location.column === undefined))
      without.add(rule.name);
  }
  expect(without).toEqual(aboutFiles);
});
