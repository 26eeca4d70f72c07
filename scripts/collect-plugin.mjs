import { readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Modules that are made from folders: each exports, under `name`, what the files of a folder export as their default,
 * one thing or a list of them. A rule or a stack so is added by adding its file.
 */
const collections = {
  rules: { folder: 'src/rules/catalogue', except: [] },
  stacks: { folder: 'src/stacks', except: ['index.ts', 'stack.ts'] },
};

/** The files of a collection, absolute; `more` names further folders. */
export function collectedFiles(name, more = []) {
  return [collections[name].folder, ...more].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && !collections[name].except.includes(file))
      .sort()
      .map((file) => path.resolve(folder, file)),
  );
}

/** The source of the module `virtual:<name>`. */
export function collectedModule(name, more = []) {
  const files = collectedFiles(name, more);
  const imports = files.map((file, at) => `import d${at} from ${JSON.stringify(file)};`);
  return `${imports.join('\n')}\nexport const ${name} = [${files.map((_, at) => `d${at}`).join(', ')}].flat();\n`;
}

/** For esbuild: `virtual:rules` and `virtual:stacks`. */
export function esbuildCollections() {
  return {
    name: 'collections',
    setup(build) {
      const filter = new RegExp(`^virtual:(${Object.keys(collections).join('|')})$`);
      build.onResolve({ filter }, ({ path: id }) => ({ path: id.slice('virtual:'.length), namespace: 'collections' }));
      build.onLoad({ filter: /.*/, namespace: 'collections' }, ({ path: name }) => ({
        contents: collectedModule(name),
        resolveDir: process.cwd(),
      }));
    },
  };
}

/** For Vite, and so for Vitest; `more` names further folders, by collection: what a test adds. */
export function viteCollections(more = {}) {
  const moduleIds = Object.keys(collections).map((name) => `virtual:${name}`);
  return {
    name: 'collections',
    resolveId: (id) => (moduleIds.includes(id) ? `\0${id}` : undefined),
    load: (id) => {
      const name = moduleIds.includes(id.slice(1)) ? id.slice('\0virtual:'.length) : undefined;
      return name && collectedModule(name, more[name]);
    },
  };
}
