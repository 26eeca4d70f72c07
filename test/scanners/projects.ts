import { renderProject } from 'create-secure-infra';

import { soundAnswers } from '../support/answers.js';
import { goldenSamples } from '../support/golden-samples.js';
import type { Sample } from '../support/samples.js';

const answers = soundAnswers({ suffix: 'dev1', performanceInsights: false });

/** Not a golden sample: what the flag brings, a suppression that no sample has. */
export const declinedInsights: Sample & { flag: string } = {
  name: 'ecs-fargate/no-performance-insights',
  flag: '--no-performance-insights',
  answers,
  files: renderProject(answers),
};

/** Every project that is scanned: the golden samples, and what they do not show. */
export function scannedProjects(): Sample[] {
  return [...goldenSamples(), declinedInsights];
}
