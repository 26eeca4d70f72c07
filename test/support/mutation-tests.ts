import { readdirSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { rules } from '../../src/rules/check.js';
import { checkFiles, fixtures, lines, mutated, sampleOf } from './rules.js';
import { samples } from './samples.js';

/**
 * Declares the tests of a share of the rules, each with a mutation of a golden sample that it alone flags. There are as
 * many shares as files like `file` in its folder, so that they run side by side.
 */
export function mutationTests(file: string): void {
  const alike = readdirSync(path.dirname(file)).filter((name) => /^mutations-\d+\.test\.ts$/.test(name));
  const share = alike.sort().indexOf(path.basename(file));
  if (share < 0) throw new Error(`${file} is not called as the files of shares are`);
  const golden = samples();
  const some = [...rules.values()].filter((_, index) => index % alike.length === share);

  describe.each(some)('$name', (rule) => {
    it('alone flags a mutation of a golden sample', async () => {
      const { mutation } = fixtures.get(rule.name)!;
      const { findings } = await checkFiles(mutated(sampleOf(mutation, golden), mutation));
      const found = [...new Set(findings.map((finding) => finding.rule.name))];
      expect(found, lines({ findings }).join('\n')).toEqual([rule.name]);
    });
  });
}
