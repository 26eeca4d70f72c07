import { renderProject } from 'create-secure-infra';

import { defaultAnswers } from '../support/default-project.js';
import { goldenSamples } from '../support/golden-samples.js';
import type { Sample } from '../support/samples.js';

const answers = defaultAnswers({ performanceInsights: false });

/** Not a sample: the answer that brings a suppression which no sample has. Named after its flag. */
export const declinedInsights: Sample = {
  name: '--no-performance-insights',
  answers,
  files: renderProject(answers),
};

/** Every project that is scanned: the golden samples, and what they do not show. */
export function scannedProjects(): Sample[] {
  return [...goldenSamples(), declinedInsights];
}
