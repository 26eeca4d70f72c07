/**
 * Made from templates/ by scripts/template-plugin.mjs: what Handlebars.template() takes for every template, by
 * `<layer>/<path>`; one without anything to fill in is its text.
 */
declare module 'virtual:templates' {
  export const precompiled: Readonly<Record<string, object | string>>;
}

/** The version in package.json, put in by the build. */
declare const PACKAGE_VERSION: string;
