import type { Project } from './project.js';

/**
 * Work on a whole project, or on one of its folders, that is done once, whoever asks: a rule that does it for each resource
 * takes their square.
 */
export function oncePer<T, K extends object = Project>(work: (of: K) => T): (of: K) => T {
  const done = new WeakMap<K, { result: T }>();
  return (of) => {
    let known = done.get(of);
    if (!known) {
      known = { result: work(of) };
      done.set(of, known);
    }
    return known.result;
  };
}
