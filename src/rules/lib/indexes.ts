import type { BlockSyntax } from '../../terraform/syntax.js';
import type { Project } from '../../terraform/project.js';

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

/** Adds to what a map has under a key, in place: a copy of the list for each item takes the square of its length. */
export function addTo<K, T>(groups: Map<K, T[]>, key: K, item: T): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}

/** The block around a line, of the blocks of one file or body, which stand one below the other. */
export function blockAt(blocks: readonly BlockSyntax[], line: number): BlockSyntax | undefined {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (blocks[middle]!.endLine < line) low = middle + 1;
    else high = middle;
  }
  const block = blocks[low];
  return block && block.line <= line ? block : undefined;
}
