import { argument } from '../../terraform/references.js';
import type { Block, Project } from '../../terraform/project.js';
import type { BlockSyntax, Expression } from '../../terraform/syntax.js';
import { instancesByBlock } from './evaluation.js';

/**
 * Whether it is sure that Terraform evaluates what is in nested blocks of a block, the outermost of them first. The content
 * of a dynamic block is looked at once for each element of its for_each: of none, or of one that is not known, validate
 * and plan take anything. https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks
 */
export function isSurelyMade(project: Project, block: BlockSyntax, nested: readonly BlockSyntax[]): boolean {
  if (nested.every((one) => one.type !== 'dynamic' || hasElements(argument(one.body, 'for_each')?.expression)))
    return true;
  const instances: readonly Block[] = instancesByBlock(project).get(block) ?? [];
  return nested
    .reduce((blocks, one) => blocks.flatMap((outer) => madeOf(outer, one)), instances)
    .some(({ uncertain }) => !uncertain);
}

/** Whether a collection is written out and has something in it: that of a resource which is not made counts too. */
function hasElements(collection: Expression | undefined): boolean {
  switch (collection?.kind) {
    case 'list':
      return collection.items.length > 0;
    case 'object':
      return collection.entries.length > 0;
    case 'call':
      return ['toset', 'tolist', 'tomap'].includes(collection.name) && hasElements(collection.arguments[0]);
    default:
      return false;
  }
}

/** The blocks that a nested block has become. */
function madeOf(outer: Block, { type, labels, line, column }: BlockSyntax): readonly Block[] {
  return outer.blocks(type === 'dynamic' ? (labels[0] ?? '') : type).filter((inner) => {
    const place = inner.location();
    return place?.line === line && (place.column ?? column) === column;
  });
}
