import type { BlockSyntax } from '../terraform/syntax.js';
import type { Project } from '../terraform/project.js';

/** A comment `create-secure-infra:ignore <rule> <reason>`. */
export interface Ignore {
  rule: string;
  reason: string;
  path: string;
  line: number;
  /** Whether it is for what stands on a line of its file. */
  isFor(line: number): boolean;
}

const mark = /^create-secure-infra:ignore\b\s*(\S*)\s*(.*)$/s;

/**
 * The ignore comments of a project. One inside a block, or on the lines right above it, is for that block; one before
 * the first block of a file, with an empty line or nothing after it, is for what in the file is in no block. One that
 * stands alone elsewhere, such as one whose block is gone, is for nothing.
 */
export function readIgnores(project: Project): Ignore[] {
  return project.files(true).flatMap((file) => {
    const commentLines = new Set(file.comments.map(({ endLine }) => endLine));
    return file.comments.flatMap((comment): Ignore[] => {
      const found = mark.exec(comment.text);
      if (!found) return [];
      let below = comment.endLine + 1;
      while (commentLines.has(below)) below++;
      const { blocks } = file.body;
      const block = blocks.find(
        (one) => (comment.line >= one.line && comment.endLine <= one.endLine) || one.line === below,
      );
      const isFirst = blocks.every(({ line }) => comment.line < line);
      return [
        {
          rule: found[1]!,
          reason: found[2]!.trim(),
          path: file.path,
          line: comment.line,
          isFor: (line) => (block ? isWithin(block, line) : isFirst && !blocks.some((other) => isWithin(other, line))),
        },
      ];
    });
  });
}

function isWithin({ line: first, endLine: last }: BlockSyntax, line: number): boolean {
  return line >= first && line <= last;
}
