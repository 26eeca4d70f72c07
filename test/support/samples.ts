import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Answers } from '../../src/answers/answers.js';
import { renderProject, type ProjectFiles } from '../../src/render/render.js';
import { soundAnswers } from './answers.js';
import { goldenFolder } from './files.js';

export interface Sample {
  /** `ecs-fargate/defaults`, which is also its folder below golden/. */
  name: string;
  answers: Answers;
  files: ProjectFiles;
}

/** Every golden sample as the generator would write it now. */
export function samples(): Sample[] {
  const byStack = JSON.parse(readFileSync(path.join(goldenFolder, 'samples.json'), 'utf8')) as Record<
    string,
    Record<string, object>
  >;
  return Object.entries(byStack).flatMap(([stack, byName]) =>
    Object.entries(byName).map(([name, sample]) => {
      const answers = soundAnswers({ stack, name: 'my-payments', ...sample });
      return { name: `${stack}/${name}`, answers, files: renderProject(answers) };
    }),
  );
}
