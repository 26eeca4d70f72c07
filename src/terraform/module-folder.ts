import type { BlockSyntax, SourceFile } from './syntax.js';

/** The files of one module, as they are on disk. */
export interface ModuleFolder {
  /** Relative to where the root module is; `''` for the root module. */
  path: string;
  files: readonly SourceFile[];
  /** The blocks of all files, with the file each is in. */
  blocks: readonly PlacedBlock[];
  /** The folders of the modules that it calls, by the name of the call; none where the source is not one that is here. */
  calls: ReadonlyMap<string, string>;
}

/** A block with the file it is in. */
export interface PlacedBlock {
  syntax: BlockSyntax;
  file: string;
}
