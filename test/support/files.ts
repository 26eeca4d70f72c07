import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const goldenFolder = path.resolve(import.meta.dirname, '../../golden');

/** The text of every file below `folder`, by its path with forward slashes. */
export function readFolder(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(folder, file).split(path.sep).join('/'), readFileSync(file, 'utf8')] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
