/** Made from templates/ by scripts/template-plugin.mjs: every template, precompiled, by `<layer>/<path>`. */
declare module 'virtual:templates' {
  import type { TemplateDelegate } from 'handlebars';
  export const templates: Readonly<Record<string, TemplateDelegate>>;
}

/** The version in package.json, put in by the build. */
declare const PACKAGE_VERSION: string;
