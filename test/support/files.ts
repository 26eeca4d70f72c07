import { isUtf8 } from 'node:buffer';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { texts, type ProjectFiles } from '../../src/render/project-files.js';

export { goldenFolder } from '../../scripts/samples.mjs';

/** Every file below `folder`, by its path with forward slashes: bytes where it is no text. */
export function readFolder(folder: string): Map<string, string | Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(folder, file).split(path.sep).join('/'), contentOf(file)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The same where all of it is text, or nothing else is asked for. */
export function readTexts(folder: string): Map<string, string> {
  return texts(readFolder(folder));
}

function contentOf(file: string): string | Uint8Array {
  const bytes = readFileSync(file);
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString() : new Uint8Array(bytes);
}

/** Writes files, given by their path with forward slashes, below `folder`. */
export function writeFiles(files: ProjectFiles, folder: string): void {
  for (const [file, content] of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), content);
  }
}
