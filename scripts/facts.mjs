import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import prettier from 'prettier';

const folder = path.resolve(import.meta.dirname, '../src/aws');

/**
 * Writes `data` as src/aws/`file` and prints its size. With --check among the arguments it only says whether the file
 * is what would be written.
 */
export async function keepFacts(file, data) {
  const target = path.join(folder, file);
  const text = await prettier.format(JSON.stringify(data), {
    ...(await prettier.resolveConfig(target)),
    filepath: target,
  });
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8').replaceAll('\r\n', '\n') === text) return;
    const script = path.basename(process.argv[1]);
    console.error(`src/aws/${file} is not what its source says now. Run node scripts/${script} and commit the result.`);
    process.exitCode = 1;
    return;
  }
  writeFileSync(target, text);
  console.log(`src/aws/${file}: ${kilobytes(text.length)}, ${kilobytes(gzipSync(text, { level: 9 }).length)} gzipped`);
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} KB`;
}

/** In the order of character codes, which is the same on every machine. */
export function sorted(list) {
  return [...list].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** As Map.groupBy, which Node 20 does not have. */
export function groupBy(list, keyOf) {
  const groups = new Map();
  for (const item of list) {
    const key = keyOf(item);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
