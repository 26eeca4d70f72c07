import type { BlockSyntax, SourceFile } from '../terraform/syntax.js';
import { locationIn } from '../terraform/location.js';
import type { Location, Project } from '../terraform/project.js';
import { blockAt } from './lib/block-at.js';

/** A comment `create-secure-infra:ignore <rule> <reason>`. */
export interface Ignore {
  rule: string;
  reason: string;
  location: Location;
  /** The block that it is for, or `rest` for what in the file is in no block; undefined for nothing. */
  isFor: BlockSyntax | 'rest' | undefined;
}

const mark = /^create-secure-infra:ignore\b\s*(\S*)(.*)/s;

/**
 * The ignore comments of a project. One inside a block, or on the lines right above it, is for that block; one before
 * the first block of a file, with an empty line or nothing after it, is for what in the file is in no block. One that
 * stands alone elsewhere, such as one whose block is gone, is for nothing.
 */
export function readIgnores(project: Project): Ignore[] {
  return project.files(true).flatMap((file) => {
    if (!file.comments.some(({ text }) => mark.test(text))) return [];
    const blocksByLine = new Map(file.body.blocks.map((block) => [block.line, block]));
    const firstLine = file.body.blocks[0]?.line ?? Infinity;
    const below = linesBelow(file);
    return file.comments.flatMap((comment): Ignore[] => {
      const found = mark.exec(comment.text);
      if (!found) return [];
      const around = blockAt(file.body.blocks, comment.line);
      const inside = around && comment.endLine <= around.endLine ? around : undefined;
      const block = inside ?? blocksByLine.get(below.get(comment.endLine) ?? 0);
      const isFor = block ?? (comment.line < firstLine ? 'rest' : undefined);
      return [{ rule: found[1]!, reason: found[2]!.trim(), location: locationIn(file.path, comment), isFor }];
    });
  });
}

/** Tells the comment that puts aside what a rule finds at a place: the first of those that are for it and give a reason. */
export function ignoreFinder(
  project: Project,
  ignores: readonly Ignore[],
): (rule: string, location: Location) => Ignore | undefined {
  const byFile = new Map<string, Map<Ignore['isFor'], Map<string, Ignore>>>();
  for (const ignore of ignores) {
    if (ignore.reason === '' || ignore.isFor === undefined) continue;
    const ofFile = byFile.get(ignore.location.path) ?? new Map<Ignore['isFor'], Map<string, Ignore>>();
    const ofPlace = ofFile.get(ignore.isFor) ?? new Map<string, Ignore>();
    byFile.set(ignore.location.path, ofFile.set(ignore.isFor, ofPlace));
    if (!ofPlace.has(ignore.rule)) ofPlace.set(ignore.rule, ignore);
  }
  const files = new Map(project.files(true).map((file) => [file.path, file]));
  return (rule, { path, line }) => {
    const ofFile = byFile.get(path);
    return ofFile?.get(blockAt(files.get(path)?.body.blocks ?? [], line) ?? 'rest')?.get(rule);
  };
}

/** The first line below a comment that is in no other comment, by the line that the comment ends in. */
function linesBelow({ comments }: SourceFile): ReadonlyMap<number, number> {
  const below = new Map<number, number>();
  for (const { endLine } of comments.toReversed()) below.set(endLine, below.get(endLine + 1) ?? endLine + 1);
  return below;
}
