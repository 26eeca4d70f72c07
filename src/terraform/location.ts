import type { BlockSyntax, Span } from './syntax.js';

/** A place in the user's files. */
export interface Location {
  path: string;
  /** Counted from 1, as in Span. */
  line: number;
  column?: number;
  endLine?: number;
  endColumn?: number;
}

/** Where something is that is written in a file. */
export function locationIn(path: string, { line, column, endLine, endColumn }: Span): Location {
  return { path, line, column, endLine, endColumn };
}

/** Where a block is said to be: at its type and labels. */
export function blockLocation(path: string, block: BlockSyntax): Location {
  return locationIn(path, block.header);
}

/** Where a limit of the run was reached; what is behind it is not known. */
export interface Cut {
  /** A clause, such as `a text would have more than 1,000,000 characters`. */
  what: string;
  location?: Location;
}
