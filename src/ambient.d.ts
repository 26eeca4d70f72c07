/** Made from templates/ by scripts/template-plugin.mjs: every template, compiled, by `<layer>/<path>`. */
declare module 'virtual:templates' {
  export const precompiled: Readonly<Record<string, import('./render/templates.js').Template>>;
}

/** Made from src/stacks/ by scripts/collect-plugin.mjs: what its files export, a stack each. */
declare module 'virtual:stacks' {
  export const stacks: readonly import('./stacks/stack.js').Stack[];
}

/** Made from src/rules/catalogue/ by scripts/collect-plugin.mjs: what its files export, each a rule or a list of rules. */
declare module 'virtual:rules' {
  export const rules: readonly import('./rules/rule.js').Rule[];
}

/** The version in package.json, put in by the build. */
declare const PACKAGE_VERSION: string;

/** Where packages are, for a run from the sources; the published bundle has its .wasm files beside it. */
declare const PACKAGE_WASM_FOLDER: string | undefined;
