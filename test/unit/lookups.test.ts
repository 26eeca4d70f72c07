import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { lookupsIn } from '../support/lookups.js';
import { scratchFolder } from '../support/scratch.js';

const ours = lookupsIn(path.resolve('tsconfig.json'), 'src/');

describe('a name that someone else wrote', () => {
  it('is looked up with own() and never in an object with all that objects inherit', () => {
    expect(ours.byAnyName).toEqual([]);
  });

  it('is never what an object of theirs makes of itself', () => {
    // The answers and what is rendered from them are all of known types by then.
    expect(ours.madeText.filter((place) => /^src\/(?:aws|rules)\//.test(place))).toEqual([]);
  });

  it('is seen wherever it is looked up', () => {
    const folder = scratchFolder();
    mkdirSync(path.join(folder, 'src'));
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      '{"compilerOptions":{"strict":true,"lib":["ES2024"],"types":[]},"include":["src"]}',
    );
    writeFileSync(
      path.join(folder, 'src/a.ts'),
      `declare const table: Record<string, number> | undefined;
declare const name: string;
declare const foreign: { a: unknown; b: Record<string, string> };
export const sound = [table!.a, table!['a'], ['x'][0], name[1], 'a' in table!, \`\${name}\`, String(1)];
export const few = (key: 'a') => foreign[key];
export const found = [
  table![name],
  table?.[\`\${name}x\`],
  foreign[name as 'a'],
  name in table!,
];
table![name] = 1;
export const texts = [
  String(foreign.a),
  \`x\${foreign.b}\`,
];
`,
    );
    const { byAnyName, madeText } = lookupsIn(path.join(folder, 'tsconfig.json'), 'src/');
    expect(byAnyName).toEqual([
      'src/a.ts:7: table![name]',
      'src/a.ts:8: table?.[`${name}x`]',
      "src/a.ts:9: foreign[name as 'a']",
      'src/a.ts:10: name in table!',
      'src/a.ts:12: table![name]',
    ]);
    expect(madeText).toEqual(['src/a.ts:14: foreign.a', 'src/a.ts:15: foreign.b']);
  });
});
