import { readdirSync } from 'node:fs';
import path from 'node:path';

const moduleId = 'virtual:rules';

/**
 * The source of a module that exports every rule below `folder`: each file there exports, as its default, one rule or
 * a list of them. A rule so is added by adding its file.
 */
function rulesModule(folder) {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  const imports = files.map((name, at) => `import r${at} from ${JSON.stringify(path.resolve(folder, name))};`);
  return `${imports.join('\n')}\nexport const rules = [${files.map((_, at) => `r${at}`).join(', ')}].flat();\n`;
}

/** For esbuild. */
export function esbuildRules(folder) {
  return {
    name: 'rules',
    setup(build) {
      build.onResolve({ filter: /^virtual:rules$/ }, () => ({ path: moduleId, namespace: 'rules' }));
      build.onLoad({ filter: /.*/, namespace: 'rules' }, () => ({
        contents: rulesModule(folder),
        resolveDir: path.resolve(folder),
      }));
    },
  };
}

/** For Vite, and so for Vitest. */
export function viteRules(folder) {
  return {
    name: 'rules',
    resolveId: (id) => (id === moduleId ? `\0${moduleId}` : undefined),
    load: (id) => (id === `\0${moduleId}` ? rulesModule(folder) : undefined),
  };
}
