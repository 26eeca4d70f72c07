import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { comparisonsOfUnknown } from '../support/comparisons.js';
import { scratchFolder } from '../support/scratch.js';

describe('what may not be known', () => {
  it('is never taken for the same as something else that is not known', () => {
    const found = comparisonsOfUnknown(path.resolve('tsconfig.json'), ['src/rules/', 'src/terraform/']);
    // Undefined is one of what is looked for.
    expect(found.filter((place) => !place.endsWith('.includes(undefined)'))).toEqual([]);
  });

  it('is seen wherever it is compared', () => {
    const folder = scratchFolder();
    mkdirSync(path.join(folder, 'src'));
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      '{"compilerOptions":{"strict":true,"lib":["ES2024"],"types":[]},"include":["src"]}',
    );
    writeFileSync(
      path.join(folder, 'src/a.ts'),
      `declare function identity(value: unknown): string | undefined;
declare const known: string;
declare const names: Map<string | undefined, number>;
const name = identity(1);
export const sound = [name === known, name === undefined, names.get(known), name !== undefined && names.get(name)];
export const found = [
  identity(1) === identity(2),
  name !== identity(2),
  names.get(identity(1)),
  new Set([name]).has(identity(2)),
  [name].includes(identity(2)),
];
`,
    );
    expect(comparisonsOfUnknown(path.join(folder, 'tsconfig.json'), ['src/'])).toEqual([
      'src/a.ts:7: identity(1) === identity(2)',
      'src/a.ts:8: name !== identity(2)',
      'src/a.ts:9: names.get(identity(1))',
      'src/a.ts:10: new Set([name]).has(identity(2))',
      'src/a.ts:11: [name].includes(identity(2))',
    ]);
  });
});
