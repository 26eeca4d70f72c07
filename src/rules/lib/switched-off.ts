import type { Project } from '../../terraform/project.js';
import { oncePer } from '../../terraform/once-per.js';

/** The types of resources that are written somewhere and of which nothing is made under a name. */
const switchedOff = oncePer((project) => {
  const made = new Set(
    project.resources.filter(({ mode }) => mode === 'managed').map(({ type, name }) => `${type}.${name}`),
  );
  const written = project.folders.flatMap(({ blocks }) =>
    blocks.filter(({ syntax }) => syntax.type === 'resource').map(({ syntax }) => syntax.labels),
  );
  return new Set(written.filter(([type, name = '']) => !made.has(`${type}.${name}`)).map(([type]) => type));
});

/**
 * Whether a resource of this type is written somewhere with a `count` or `for_each` that makes none of it: what is
 * missing is an option that is off. Of a project that is not believed, it is just missing.
 */
export function isSwitchedOff(project: Project, type: string): boolean {
  return project.believed && switchedOff(project).has(type);
}
