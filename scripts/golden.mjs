// Regenerates golden/<stack>/<sample>/ from golden/samples.json, exactly as the command would write them.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { readAnswersFile, renderProject, resolve, writeProject } from '../dist/index.js';

const root = path.resolve(import.meta.dirname, '..', 'golden');
const samples = JSON.parse(readFileSync(path.join(root, 'samples.json'), 'utf8'));

for (const [stack, byName] of Object.entries(samples)) {
  rmSync(path.join(root, stack), { recursive: true, force: true });
  for (const [name, sample] of Object.entries(byName)) {
    const { given } = readAnswersFile(
      JSON.stringify({ stack, name: 'my-payments', ...sample }),
      `${name} in samples.json`,
    );
    const { answers, faults } = resolve(given, { drawSuffix: () => 'unused' });
    if (faults.length > 0) throw new Error(`${name}: ${JSON.stringify(faults)}`);
    await writeProject(renderProject(answers), path.join(root, stack, name));
    console.log(`golden/${stack}/${name}`);
  }
}
