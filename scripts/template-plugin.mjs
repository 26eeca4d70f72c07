import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { compileTemplate } from './compile-template.mjs';

const moduleId = 'virtual:templates';

/**
 * The source of a module that exports every template below `folders`, compiled ahead, by `<layer>/<path>` without
 * `.hbs`: a function, or the text of a template that has nothing to fill in. The published package so needs neither
 * Handlebars nor the templates.
 */
export function templatesModule(folders) {
  const files = new Map();
  for (const folder of folders) {
    for (const [name, file] of templatesIn(folder)) {
      if (files.has(name)) throw new Error(`${files.get(name)} and ${file} are the same template, ${name}`);
      files.set(name, file);
    }
  }
  const lines = [...files].map(([name, file]) => {
    const source = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
    return `  ${JSON.stringify(name)}: ${compileTemplate(source, file)},`;
  });
  return `export const precompiled = {\n${lines.join('\n')}\n};\n`;
}

/** The name and the file of each template in `folder`. */
function templatesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.hbs'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [path.relative(folder, file).split(path.sep).join('/').slice(0, -'.hbs'.length), file]);
}

/** For esbuild: the templates as a module. */
export function esbuildTemplates(folders) {
  return {
    name: 'templates',
    setup(build) {
      build.onResolve({ filter: /^virtual:templates$/ }, ({ path: id }) => ({ path: id, namespace: 'templates' }));
      build.onLoad({ filter: /.*/, namespace: 'templates' }, () => ({
        contents: templatesModule(folders),
        loader: 'js',
      }));
    },
  };
}

/** For Vite, and so for Vitest: the templates as a module that changes with them. */
export function viteTemplates(folders) {
  return {
    name: 'templates',
    resolveId: (id) => (id === moduleId ? `\0${moduleId}` : undefined),
    load: (id) => (id === `\0${moduleId}` ? templatesModule(folders) : undefined),
  };
}
