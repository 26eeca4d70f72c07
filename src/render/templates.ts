import type * as FullHandlebars from 'handlebars';
import runtime from 'handlebars/runtime.js';
import { markdownTable } from 'markdown-table';
import { precompiled } from 'virtual:templates';

import { hclValue } from './hcl.js';

// The runtime's own types declare next to nothing; it is the part of Handlebars that runs compiled templates.
const Handlebars = runtime as unknown as typeof FullHandlebars;

/** Every helper that templates may use; scripts/template-plugin.mjs tells the compiler the same names. */
const helpers: Record<string, FullHandlebars.HelperDelegate> = {
  hcl: (value: unknown) => hclValue(value),
  /** A Markdown table from lines of cells that are parted by " | "; the first line is its head. */
  table(this: unknown, block: FullHandlebars.HelperOptions) {
    const rows = block
      .fn(this)
      .trim()
      .split('\n')
      .map((line) => line.split(' | ').map((cell) => cell.trim()));
    return `${markdownTable(rows)}\n`;
  },
};

for (const [name, helper] of Object.entries(helpers)) Handlebars.registerHelper(name, helper);

/** The name of every template, `<layer>/<path>`. */
export const templateNames: readonly string[] = Object.keys(precompiled);

/** The text that the template `name` gives for `view`. */
export function renderTemplate(name: string, view: object): string {
  const template = precompiled[name]!;
  return typeof template === 'string' ? template : Handlebars.template(template)(view);
}
