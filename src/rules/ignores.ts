import type { Project } from './model/project.js';

/** A comment `create-secure-infra:ignore <rule> <reason>`. */
export interface Ignore {
  rule: string;
  reason: string;
  path: string;
  line: number;
  /** The lines of the block it is in or stands above; absent where it is for the whole file. */
  from?: number;
  to?: number;
}

const mark = /^create-secure-infra:ignore\b\s*(\S*)\s*(.*)$/s;

/**
 * The ignore comments of a project. One inside a block, or on the lines right above it, is for that block; one before
 * the first block of a file, with an empty line or nothing after it, is for what in the file is in no block.
 */
export function readIgnores(project: Project): Ignore[] {
  return project.files(true).flatMap((file) => {
    const commentLines = new Set(file.comments.map(({ endLine }) => endLine));
    return file.comments.flatMap((comment): Ignore[] => {
      const found = mark.exec(comment.text);
      if (!found) return [];
      let below = comment.endLine + 1;
      while (commentLines.has(below)) below++;
      const block = file.body.blocks.find(
        ({ line, endLine }) => (comment.line >= line && comment.endLine <= endLine) || line === below,
      );
      return [
        {
          rule: found[1]!,
          reason: found[2]!.trim(),
          path: file.path,
          line: comment.line,
          ...(block ? { from: block.line, to: block.endLine } : {}),
        },
      ];
    });
  });
}
