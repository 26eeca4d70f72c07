import path from 'node:path';

import type { Answers } from 'create-secure-infra';

import { sampleAnswers } from '../../scripts/samples.mjs';
import { textOf } from '../../src/render/project-files.js';
import { goldenFolder, readFolder } from './files.js';
import type { Sample } from './samples.js';

/** The golden samples as they are on the disk, in the order of golden/samples.json. */
export function goldenSamples(): Sample[] {
  return sampleAnswers.map(({ name }) => {
    const files = readFolder(path.join(goldenFolder, name));
    const { answers } = JSON.parse(textOf(files, '.create-secure-infra.json')) as { answers: Answers };
    return { name, answers, files };
  });
}
