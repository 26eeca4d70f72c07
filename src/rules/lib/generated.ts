import { readRecord, recordFile } from '../../record/record.js';
import type { Project } from '../../terraform/project.js';

/**
 * Whether this generator wrote the project: its record of answers is there. One that is not believed may have lost its
 * record to be held to less, and counts as generated.
 */
export function isGenerated(project: Project): boolean {
  return !project.believed || project.read(recordFile) !== undefined;
}

/** What a project that this generator wrote was made from; nothing where it is another's or cannot be read. */
export function answersOf(project: Project): Readonly<Record<string, unknown>> {
  return readRecord(project.read(recordFile) ?? '')?.answers ?? {};
}
