import type { Project } from './project.js';

/** Work on a whole project that is done once, whoever asks: a rule that does it for each resource takes their square. */
export function oncePer<T>(work: (project: Project) => T): (project: Project) => T {
  const done = new WeakMap<Project, { result: T }>();
  return (project) => {
    let known = done.get(project);
    if (!known) {
      known = { result: work(project) };
      done.set(project, known);
    }
    return known.result;
  };
}
