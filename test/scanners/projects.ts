import { renderProject } from 'create-secure-infra';

import { sampleAnswers, stackRows, withNames } from '../../scripts/samples.mjs';
import { soundAnswers } from '../support/answers.js';
import { extremes } from '../support/extremes.js';
import { goldenSamples } from '../support/golden-samples.js';
import type { Sample } from '../support/samples.js';

/** Not golden samples: what a flag brings, such as a suppression that no sample has. Each is called after its flag. */
function alsoScanned(): Sample[] {
  return Object.entries(stackRows).flatMap(([stack, row]) =>
    Object.entries(row.alsoScanned ?? {}).map(([flag, written]) => {
      const answers = soundAnswers(withNames(stack, written));
      return { name: `${stack}/${flag}`, answers, files: renderProject(answers) };
    }),
  );
}

/** Every project that is scanned: the golden samples, and what they do not show. */
export function scannedProjects(): Sample[] {
  return [...goldenSamples(), ...alsoScanned()];
}

/** Those of them whose plans CI scans: the smallest and the largest sample of each stack, and what is no sample. */
export function plannedInCi(): Set<string> {
  const all = scannedProjects();
  const samples = extremes(all.filter(({ name }) => isSample(name)));
  return new Set([...samples, ...all.filter(({ name }) => !isSample(name))].map(({ name }) => name));
}

/** Whether the scanned project of this name is a golden sample. */
export function isSample(name: string): boolean {
  return sampleAnswers.some((sample) => sample.name === name);
}
