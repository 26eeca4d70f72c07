import type { BlockSyntax } from '../../terraform/syntax.js';

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
