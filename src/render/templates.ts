import { markdownTable } from 'markdown-table';
import { precompiled } from 'virtual:templates';
import { own } from '../own.js';

import { hclValue } from './hcl.js';

/** What scripts/compile-template.mjs makes of a template: a function, or its text where there is nothing to fill in. */
export type Template = string | ((view: object, root: object, runtime: TemplateRuntime) => string);

/** What gives the text of `{{> name a=1}}`, from the name and the named arguments. */
export type PartialText = (name: string, named?: object) => string;

/** What compiled templates call. */
export interface TemplateRuntime {
  /** What `if` and `unless` ask: as in Handlebars, zero and an empty list are "no". */
  is(value: unknown): boolean;
  each(
    list: unknown,
    path: string,
    item: (item: unknown, index: number, isLast: boolean) => string,
    otherwise: () => string,
  ): string;
  /** What `{{path}}` prints. */
  text(value: unknown, path: string): string;
  partial(name: string, named?: object): string;
  hcl(value: unknown): string;
  table(text: string): string;
  times(count: unknown, size: unknown): string;
}

/** The name of every template, `<layer>/<path>`. */
export const templateNames: readonly string[] = Object.keys(precompiled);

/**
 * The text that the template `name` gives for `view`. `partial` gives the text of `{{> name a=1}}`. What the view lacks is
 * our own fault and throws.
 */
export function renderTemplate(name: string, view: object, partial?: PartialText): string {
  const template = own(precompiled, name);
  if (template === undefined) throw new Error(`there is no template ${name}`);
  return fillTemplate(template, name, view, partial);
}

/** The text that `template`, whose name is for messages, gives for `view`. */
export function fillTemplate(template: Template, name: string, view: object, partial?: PartialText): string {
  return typeof template === 'string' ? template : template(view, view, runtimeFor(name, partial));
}

function runtimeFor(template: string, partial?: PartialText): TemplateRuntime {
  return {
    is: (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value)),
    each(list, path, item, otherwise) {
      if (!Array.isArray(list ?? [])) throw new Error(`${template}: {{#each ${path}}} is given no list`);
      const items = (list ?? []) as unknown[];
      return items.length > 0 ? items.map((each, at) => item(each, at, at === items.length - 1)).join('') : otherwise();
    },
    text(value, path) {
      if (!['string', 'number', 'boolean'].includes(typeof value))
        throw new Error(`${template}: {{${path}}} is no text, number or boolean, but ${JSON.stringify(value)}`);
      return String(value);
    },
    partial(name, named) {
      if (!partial) throw new Error(`${template}: nobody provides {{> ${name}}}`);
      return partial(name, named);
    },
    hcl: hclValue,
    table,
    times: (count, size) => String(Number(count) * Number(size)),
  };
}

/** A Markdown table from lines of cells that are parted by " | "; the first line is its head. */
function table(text: string): string {
  const rows = text
    .trim()
    .split('\n')
    .map((line) => line.split(' | ').map((cell) => cell.trim()));
  return `${markdownTable(rows)}\n`;
}
