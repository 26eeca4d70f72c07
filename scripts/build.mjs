// Bundles the command and the API into dist/, with the licences of what was bundled.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { build } from 'esbuild';

import { esbuildTemplates } from './template-plugin.mjs';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** What is loaded only when it is needed, from a file of its own, so that every other run starts without it. */
const loadedLate = {
  'virtual:templates': 'templates.js',
  './answers/terminal.js': 'terminal.js',
  'fs-extra': 'fs-extra.js',
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
const common = {
  outdir: 'dist',
  bundle: true,
  // Starts faster than ES modules do (docs/benchmarks.md), and can be imported all the same.
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  metafile: true,
  define: { PACKAGE_VERSION: JSON.stringify(version) },
};
const late = await build({
  ...common,
  entryPoints: { templates: 'virtual:templates', terminal: 'src/answers/terminal.ts', 'fs-extra': 'fs-extra' },
  plugins: [esbuildTemplates('templates')],
});
const early = await build({ ...common, entryPoints: ['src/cli.ts', 'src/index.ts'], plugins: [lateLoading] });
const bundled = [late, early].flatMap(({ metafile }) =>
  Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs)),
);
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licences(bundled));

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
