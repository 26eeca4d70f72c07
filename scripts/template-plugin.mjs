import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { compileTemplate } from './compile-template.mjs';

const moduleId = 'virtual:templates';

/**
 * The source of a module that exports every template below `folders`, compiled ahead, by `<layer>/<path>` without
 * `.hbs`: a function, or the text of a template that has nothing to fill in. The published package so needs neither
 * Handlebars nor the templates. `literal` gives the expression that stands for a text.
 */
export function templatesModule(folders, literal) {
  const files = new Map();
  for (const folder of folders) {
    for (const [name, file] of templatesIn(folder)) {
      if (files.has(name)) throw new Error(`${files.get(name)} and ${file} are the same template, ${name}`);
      files.set(name, file);
    }
  }
  const lines = [...files].map(([name, file]) => {
    const source = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
    return `  ${JSON.stringify(name)}: ${compileTemplate(source, file, literal)},`;
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

/**
 * For esbuild: the templates as a module whose texts are in `textFile`, beside the bundle. V8 would scan them character
 * by character, those of layers that a project does not have too: 1 ms for a stack, more with each.
 */
export function esbuildTemplates(folders, textFile) {
  return {
    name: 'templates',
    setup(build) {
      build.onResolve({ filter: /^virtual:templates$/ }, ({ path: id }) => ({ path: id, namespace: 'templates' }));
      build.onLoad({ filter: /.*/, namespace: 'templates' }, () => {
        const places = new Map();
        let packed = '';
        // In Latin-1 a character is a byte and is never decoded; what has others, or is short, stays in the code.
        const literal = (text) => {
          if (text.length < 30 || /[^\x00-\xff]/.test(text)) return JSON.stringify(text);
          if (!places.has(text)) {
            places.set(text, `${packed.length}, ${packed.length + text.length}`);
            packed += text;
          }
          return `text(${places.get(text)})`;
        };
        const module = templatesModule(folders, literal);
        writeFileSync(textFile, packed, 'latin1');
        const file = JSON.stringify(path.basename(textFile));
        return {
          // A text becomes a string when it is used, so that those of other stacks cost nothing but their bytes.
          contents: `
            import { readFileSync } from 'node:fs';
            import path from 'node:path';
            const packed = readFileSync(path.join(__dirname, ${file}));
            const text = (start, end) => packed.toString('latin1', start, end);
            ${module}`,
          resolveDir: path.dirname(textFile),
          loader: 'js',
        };
      });
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
