import type { Answers } from '../answers/answers.js';
import { fingerprint } from '../record/fingerprint.js';
import { findStack } from '../stacks/index.js';
import { answersFile } from './answers-file.js';
import { readDeclarations } from './declarations.js';
import { renderTemplate, templateNames } from './templates.js';
import { viewOf } from './view.js';

/** A project: the text of every file, by its path in the project with forward slashes. */
export type ProjectFiles = ReadonlyMap<string, string>;

/** Files that consist of blocks of equal rank, so that every layer may add its own. */
const blockLists = new Set(['variables.tf', 'outputs.tf', 'terraform.tfvars']);

/** Written last, because it describes the others. */
const readme = 'README.md';

/**
 * Renders a project. Pure: the same answers and version give the same bytes on every machine.
 * `answers` must have come through resolve(); what a template cannot use is our own fault and throws.
 */
export function renderProject(answers: Answers, version: string = PACKAGE_VERSION): ProjectFiles {
  const view = viewOf(answers, version);
  const files = new Map<string, string>();
  const layers = findStack(answers.stack).layers(answers);
  const parts = partsByPath(layers);

  for (const [path, names] of parts) {
    if (path !== readme) files.set(path, renderParts(names, view));
  }
  const declarations = readDeclarations(files);
  files.set(readme, renderParts(parts.get(readme) ?? [], { ...view, ...declarations }));

  const sorted = new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  sorted.set(answersFile, answersRecord(answers, version, sorted));
  return sorted;
}

/** The templates that make up each path, in layer order. Two layers may share a path only where it is a block list. */
export function partsByPath(layers: readonly string[]): Map<string, string[]> {
  const parts = new Map<string, string[]>();
  for (const layer of layers) {
    for (const name of templateNames) {
      if (!name.startsWith(`${layer}/`)) continue;
      const path = name.slice(layer.length + 1);
      const names = parts.get(path) ?? [];
      if (names.length > 0 && !blockLists.has(path)) {
        throw new Error(`the layers of ${names[0]} and ${name} both provide ${path}, which is no block list`);
      }
      parts.set(path, [...names, name]);
    }
  }
  return parts;
}

function renderParts(names: readonly string[], context: object): string {
  return names.map((name) => renderTemplate(name, context)).join('\n');
}

function answersRecord(answers: Answers, version: string, files: ProjectFiles): string {
  const fingerprints = Object.fromEntries([...files].map(([path, text]) => [path, fingerprint(text)]));
  return toJson({ version, answers, files: fingerprints });
}

/** JSON as prettier prints it: a list of texts stays on one line where that has at most 80 characters. */
function toJson(value: object): string {
  const text = JSON.stringify(value, undefined, 2);
  return `${text.replace(
    /^( *"[^"]+": )\[\n([^[\]{}]*?)\n *\](,?)$/gm,
    (whole, key: string, items: string, comma: string) => {
      const line = `${key}[${items.trim().split(/\n\s*/).join(' ')}]${comma}`;
      return line.length <= 80 ? line : whole;
    },
  )}\n`;
}
