import { readFileSync } from 'node:fs';

import { parse } from 'acorn';
import { build, transform } from 'esbuild';

import { collectedModule } from './collect-plugin.mjs';

const moduleId = 'virtual:rules';

/** What a rule says, beside what it does: half of the code, and not needed until something is found or explained. */
const wordFields = ['title', 'why', 'remedy', 'source', 'catalogue', 'example'];

/** What the rules say: by field, a list in the order of the rules. */
export async function ruleWords() {
  const { outputFiles } = await build({
    stdin: { contents: collectedModule('rules'), resolveDir: process.cwd() },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  const { rules } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  return Object.fromEntries(wordFields.map((field) => [field, rules.map((rule) => rule[field])]));
}

/** For esbuild: the rules without their words, which are read from the JSON that `readWords` gives when first asked for. */
export function esbuildRules(readWords) {
  const contents = `${collectedModule('rules')}
import * as io from 'virtual:words';
let words;
for (const [at, rule] of rules.entries())
  for (const field of ${JSON.stringify(wordFields)})
    Object.defineProperty(rule, field, { enumerable: true, get: () => (words ??= io.read())[field][at] });
`;
  return {
    name: 'rules',
    setup(build) {
      build.onResolve({ filter: /^virtual:(?:rules|words)$/ }, ({ path: id }) => ({ path: id, namespace: 'rules' }));
      build.onLoad({ filter: /.*/, namespace: 'rules' }, ({ path: id }) => ({
        contents: id === moduleId ? contents : readWords,
        resolveDir: process.cwd(),
      }));
      build.onLoad({ filter: /[\\/]rules[\\/]catalogue[\\/][^\\/]*\.ts$/ }, async ({ path: file }) => ({
        contents: withoutWords((await transform(readFileSync(file, 'utf8'), { loader: 'ts' })).code),
      }));
    },
  };
}

/** The code of a file of rules without the properties that hold their words. */
function withoutWords(code) {
  let kept = '';
  let from = 0;
  for (const { properties } of objectsIn(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }))) {
    const named = properties.map((property) => [property.key?.name, property]);
    // Nothing but a rule has all of them.
    if (!wordFields.every((field) => named.some(([name]) => name === field))) continue;
    for (const [at, [name, { start }]] of named.entries()) {
      if (!wordFields.includes(name)) continue;
      kept += code.slice(from, start);
      from = named[at + 1]?.[1].start ?? named[at][1].end;
    }
  }
  return kept + code.slice(from);
}

/** Every object literal in a syntax tree, in the order of the text. */
function* objectsIn(node) {
  if (node.type === 'ObjectExpression') yield node;
  for (const value of Object.values(node).flat()) if (typeof value?.type === 'string') yield* objectsIn(value);
}
