import type { Project } from '../../terraform/project.js';

/**
 * Whether a resource of this type is written somewhere with a `count` or `for_each` that makes none of it: what is
 * missing is an option that is off.
 */
export function isSwitchedOff(project: Project, type: string): boolean {
  const made = new Set(project.all(type).map(({ name }) => name));
  return project.folders.some(({ blocks }) =>
    blocks.some(
      ({ syntax }) => syntax.type === 'resource' && syntax.labels[0] === type && !made.has(syntax.labels[1] ?? ''),
    ),
  );
}
