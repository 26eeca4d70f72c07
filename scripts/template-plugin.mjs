import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import Handlebars from 'handlebars';

const moduleId = 'virtual:templates';

/** The helpers that src/render/templates.ts registers; a template that uses another fails the build. */
const knownHelpers = { hcl: true, table: true };

/**
 * The source of a module that exports every template below `folder`, compiled ahead, by `<layer>/<path>` without
 * `.hbs`: what Handlebars.template() takes, or the text of a template that has nothing to fill in. The published
 * package so needs neither the compiler nor the templates.
 */
function templatesModule(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.hbs'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const lines = entries.map((file) => {
    const name = path.relative(folder, file).split(path.sep).join('/').slice(0, -'.hbs'.length);
    return `  ${JSON.stringify(name)}: ${compiled(readFileSync(file, 'utf8').replaceAll('\r\n', '\n'))},`;
  });
  return `export const precompiled = {\n${lines.join('\n')}\n};\n`;
}

function compiled(source) {
  const program = withoutLocations(Handlebars.parse(source));
  const { body } = program;
  if (body.every((statement) => statement.type === 'ContentStatement'))
    return JSON.stringify(body.map(({ value }) => value).join(''));
  const code = Handlebars.precompile(program, { noEscape: true, knownHelpers, knownHelpersOnly: true });
  return code.replaceAll(fallback, '');
}

/** What the compiler adds to every function for runtimes before 4.6; ours is of the compiler's own version. */
const fallback = / \|\| function\(parent, propertyName\) \{[^}]*\}\s*return undefined\s*\}/g;

/** Where in the template a piece came from would be carried into the package for no use. */
function withoutLocations(node) {
  if (Array.isArray(node)) node.forEach(withoutLocations);
  else if (node !== null && typeof node === 'object') {
    if ('loc' in node) node.loc = undefined;
    Object.values(node).forEach(withoutLocations);
  }
  return node;
}

/** For esbuild: the templates as a module. */
export function esbuildTemplates(folder) {
  return {
    name: 'templates',
    setup(build) {
      build.onResolve({ filter: /^virtual:templates$/ }, ({ path: id }) => ({ path: id, namespace: 'templates' }));
      build.onLoad({ filter: /.*/, namespace: 'templates' }, () => ({
        contents: templatesModule(folder),
        loader: 'js',
      }));
    },
  };
}

/** For Vite, and so for Vitest: the templates as a module that changes with them. */
export function viteTemplates(folder) {
  return {
    name: 'templates',
    resolveId: (id) => (id === moduleId ? `\0${moduleId}` : undefined),
    load: (id) => (id === `\0${moduleId}` ? templatesModule(folder) : undefined),
  };
}
