import { sampleAnswers } from '../../scripts/samples.mjs';
import type { Answers } from '../../src/answers/answers.js';
import type { ProjectFiles } from '../../src/render/project-files.js';
import { renderProject } from '../../src/render/render.js';
import { soundAnswers } from './answers.js';

export interface Sample {
  /** `ecs-fargate/defaults`, which is also its folder below golden/. */
  name: string;
  answers: Answers;
  files: ProjectFiles;
}

/** Every golden sample as the generator would write it now. */
export function samples(): Sample[] {
  return sampleAnswers.map(({ name, answers: written }) => {
    const answers = soundAnswers(written);
    return { name, answers, files: renderProject(answers) };
  });
}
