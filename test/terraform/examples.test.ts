import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, inject, it } from 'vitest';

import { rules } from '../../src/rules/check.js';
import { filesIn } from '../support/rules.js';
import { scratchFolder } from '../support/scratch.js';
import { terraform } from './terraform.js';

const toolchain = inject('toolchain');

describe.skipIf(toolchain.unavailable !== undefined)('what explain shows', () => {
  it('is formatted as terraform fmt would', async () => {
    const folder = scratchFolder();
    for (const { name, example } of rules.values()) {
      for (const kind of ['broken', 'sound'] as const) {
        // Terraform does not format what it cannot read, or what sets an argument twice.
        if (['argument-once', 'line-ends'].includes(name) && kind === 'broken') continue;
        for (const [file, text] of filesIn(example[kind])) {
          if (!/\.(tf|tfvars)$/.test(file)) continue;
          const target = path.join(folder, name, kind, file);
          mkdirSync(path.dirname(target), { recursive: true });
          writeFileSync(target, text);
        }
      }
    }
    const outcome = await terraform(folder, path.join(folder, '.terraform'), 'fmt', '-check', '-diff', '-recursive');
    expect(outcome).toEqual({ status: 0, output: '' });
  });
});
