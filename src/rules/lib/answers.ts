import { answersFile } from '../../render/answers-file.js';
import type { Project } from '../../terraform/project.js';

/** An answer in the record that the generator keeps of what it was asked for; undefined where there is none. */
export function answerOf(project: Project, name: string): unknown {
  const text = project.read(answersFile);
  if (text === undefined) return undefined;
  try {
    const { answers } = JSON.parse(text) as { answers?: Record<string, unknown> };
    return answers?.[name];
  } catch {
    return undefined;
  }
}
