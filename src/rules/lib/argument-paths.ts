import type { Block, Resource } from '../../terraform/project.js';

/** The blocks of a resource that the last part of a path is an argument of, and that part. */
export function argumentAt(resource: Resource, path: string): { blocks: Block[]; argument: string } {
  const names = path.split('.');
  const argument = names.pop() ?? path;
  return { blocks: names.length === 0 ? [resource] : resource.blocks(names.join('.')), argument };
}
