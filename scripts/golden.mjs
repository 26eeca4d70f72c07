// Regenerates golden/<stack>/<sample>/ from golden/samples.json, exactly as the command would write them.
import { rmSync } from 'node:fs';
import path from 'node:path';

import { readAnswersFile, renderProject, resolve, writeProject } from '../dist/index.js';
import { goldenFolder, sampleAnswers, stackRows } from './samples.mjs';

for (const stack of Object.keys(stackRows)) rmSync(path.join(goldenFolder, stack), { recursive: true, force: true });
for (const { name, answers: written } of sampleAnswers) {
  const { given } = readAnswersFile(JSON.stringify(written), `${name} in samples.json`);
  const { answers, faults } = resolve(given, { drawSuffix: () => 'unused' });
  if (faults.length > 0) throw new Error(`${name}: ${JSON.stringify(faults)}`);
  await writeProject(renderProject(answers), path.join(goldenFolder, name));
  console.log(`golden/${name}`);
}
