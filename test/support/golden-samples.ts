import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Answers } from 'create-secure-infra';

import { goldenFolder, readFolder } from './files.js';
import type { Sample } from './samples.js';

/** The golden samples as they are on the disk, in the order of golden/samples.json. */
export function goldenSamples(): Sample[] {
  const byStack = JSON.parse(readFileSync(path.join(goldenFolder, 'samples.json'), 'utf8')) as Record<string, object>;
  return Object.entries(byStack).flatMap(([stack, byName]) =>
    Object.keys(byName).map((name) => {
      const files = readFolder(path.join(goldenFolder, stack, name));
      const { answers } = JSON.parse(files.get('.create-secure-infra.json')!) as { answers: Answers };
      return { name: `${stack}/${name}`, answers, files };
    }),
  );
}
