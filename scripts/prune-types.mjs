// Removes what the compiler has written to dist/types/ and neither entry of the package leads to.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const folder = path.resolve(import.meta.dirname, '../dist/types');
const needed = new Set();
follow(path.join(folder, 'index.d.ts'));
follow(path.join(folder, 'rules/index.d.ts'));
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const file = path.join(entry.parentPath, entry.name);
  if (entry.isFile() && !needed.has(file)) rmSync(file);
}

function follow(file) {
  if (needed.has(file)) return;
  needed.add(file);
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/(?:\bfrom |\bimport\()['"](\.[^'"]+)\.js['"]/g)) {
    follow(path.join(path.dirname(file), `${specifier}.d.ts`));
  }
}
