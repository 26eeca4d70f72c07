import type { Project } from '../../terraform/project.js';

/**
 * Whether a resource of this type is written somewhere with a `count` or `for_each` that makes none of it: what is
 * missing is an option that is off. Of a project that is not believed, it is just missing.
 */
export function isSwitchedOff(project: Project, type: string): boolean {
  if (!project.believed) return false;
  const made = new Set(project.all(type).map(({ name }) => name));
  return project.folders.some(({ blocks }) =>
    blocks.some(
      ({ syntax }) => syntax.type === 'resource' && syntax.labels[0] === type && !made.has(syntax.labels[1] ?? ''),
    ),
  );
}
