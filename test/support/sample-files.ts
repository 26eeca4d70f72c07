import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Mutation } from './rules.js';

const folder = path.resolve(import.meta.dirname, '../rules/additions');

type Edit = Mutation['edits'][number];

/**
 * An edit that adds a file of test/rules/additions to a golden sample, with changes made to it: what the samples have
 * none of, such as a trail. Each file is sound as it stands.
 */
export function added(file: string, ...changes: readonly (readonly [from: string | RegExp, to: string])[]): Edit {
  const text = changes.reduce(
    (before, [from, to]) => {
      const after = before.replace(from, to);
      if (after === before) throw new Error(`nothing in ${file} matches ${String(from)}`);
      return after;
    },
    readFileSync(path.join(folder, file), 'utf8'),
  );
  return [file, '', text];
}
