import { answersFile } from '../../render/answers-file.js';
import type { Project } from '../../terraform/project.js';

/** Whether this generator wrote the project: its record of answers is there. */
export function isGenerated(project: Project): boolean {
  return project.read(answersFile) !== undefined;
}
