// Deletes from dist/types/ what the package's entries do not lead to: the compiler declares every file of the program.
import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const folder = 'dist/types';
const { exports: entries } = JSON.parse(readFileSync('package.json', 'utf8'));
const reached = new Set(Object.values(entries).map(({ types }) => path.normalize(types)));
// A set goes on to what is added to it on the way.
for (const file of reached) {
  const text = readFileSync(file, 'utf8');
  for (const [, name] of text.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g))
    reached.add(path.join(path.dirname(file), name).replace(/\.js$/, '.d.ts'));
}
const files = readdirSync(folder, { recursive: true, withFileTypes: true });
for (const entry of files) {
  const file = path.join(entry.parentPath, entry.name);
  if (entry.isFile() && !reached.has(file)) rmSync(file);
}
const folders = files.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => path.join(parentPath, name));
for (const below of folders.sort((a, b) => b.length - a.length)) if (readdirSync(below).length === 0) rmdirSync(below);
