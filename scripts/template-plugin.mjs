import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import Handlebars from 'handlebars';

const virtualId = 'virtual:templates';

/** The helpers that src/render/helpers.ts registers; a template that uses another fails the build. */
const knownHelpers = { hcl: true, table: true };

/**
 * The source of a module that exports every template below `folder`, compiled ahead, by `<layer>/<path>` without
 * `.hbs`. The published package so needs neither the compiler nor the templates.
 */
export function templatesModule(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.hbs'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const lines = entries.map((file) => {
    const name = path.relative(folder, file).split(path.sep).join('/').slice(0, -'.hbs'.length);
    const source = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
    const compiled = Handlebars.precompile(source, { strict: true, noEscape: true, knownHelpers, knownHelpersOnly: true, srcName: undefined });
    return `  ${JSON.stringify(name)}: Handlebars.template(${compiled}),`;
  });
  return `import Handlebars from 'handlebars/runtime.js';\nexport const templates = {\n${lines.join('\n')}\n};\n`;
}

/** For esbuild. */
export function esbuildTemplates(folder) {
  return {
    name: 'templates',
    setup(build) {
      build.onResolve({ filter: /^virtual:templates$/ }, () => ({ path: virtualId, namespace: 'templates' }));
      build.onLoad({ filter: /.*/, namespace: 'templates' }, () => ({ contents: templatesModule(folder), resolveDir: process.cwd(), loader: 'js' }));
    },
  };
}

/** For Vite, and so for Vitest. */
export function viteTemplates(folder) {
  return {
    name: 'templates',
    resolveId: (id) => (id === virtualId ? `\0${virtualId}` : undefined),
    load: (id) => (id === `\0${virtualId}` ? templatesModule(folder) : undefined),
  };
}
