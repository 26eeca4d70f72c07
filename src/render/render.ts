import type { Answers } from '../answers/answers.js';
import { fingerprint } from '../record/fingerprint.js';
import { recordFile, writeRecord } from '../record/record.js';
import { findStack, layersOf } from '../stacks/index.js';
import { readDeclarations } from './declarations.js';
import { hasTemplate, renderTemplate, templateNames } from './templates.js';
import { viewOf } from './view.js';

/** A project: the text of every file, by its path in the project with forward slashes. */
export type ProjectFiles = ReadonlyMap<string, string>;

/** Files that several concerns share: what each layer brings of them is joined, in layer order. */
export const joinedFiles: ReadonlySet<string> = new Set([
  'main.tf',
  'locals.tf',
  'variables.tf',
  'terraform.tfvars',
  'outputs.tf',
  'security_groups.tf',
  'kms.tf',
  'iam.tf',
  'monitoring.tf',
  'tests/project.tftest.hcl',
]);

/**
 * Where a layer keeps what it brings to the files of others, which say `{{> name}}` where it belongs: the name of a
 * key's log groups, an assertion of a test, a section of README.md.
 */
const partsFolder = '_parts';

/**
 * Blocks that layers write alike but for a few words, such as a key with its alias: `{{> shared/kms-key key="logs"}}`
 * takes the place of writing them out, and the text is the layer's own.
 */
const sharedFolder = '_shared';
const sharedPrefix = 'shared/';

/** Written last, because it describes the others. */
const readme = 'README.md';

/** Told of every piece of text with the layer that brought it; what it returns takes the text's place. */
export type Trace = (layer: string, text: string) => string;

/**
 * Renders a project. Pure: the same answers and version give the same bytes on every machine.
 * `answers` must have come through resolve(); what a template cannot use is our own fault and throws.
 */
export function renderProject(answers: Answers, version: string = PACKAGE_VERSION): ProjectFiles {
  const files = renderFiles(answers, version, (_layer, text) => text);
  const fingerprints = Object.fromEntries([...files].map(([path, text]) => [path, fingerprint(text)]));
  return files.set(recordFile, writeRecord({ version, answers: { ...answers }, files: fingerprints }));
}

/** Every file but the record, sorted by path. */
export function renderFiles(answers: Answers, version: string, trace: Trace): Map<string, string> {
  const layers = layersOf(answers);
  const files = new Map<string, string>();
  const composer = new Composer(layers, viewOf(answers, version), trace);
  for (const [path, templates] of templatesByPath(layers)) files.set(path, composer.joined(templates));

  const described = composer.withView(readDeclarations(files));
  const sections = findStack(answers.stack).readme;
  files.set(readme, sections.flatMap((section) => described.parts(`readme/${section}`)).join('\n'));
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A template of a layer. */
interface LayerTemplate {
  layer: string;
  /** Its name among all templates: `<layer>/<path>`. */
  name: string;
}

/** The templates that make up each path, in layer order. Two layers may share a path only where it is a joined file. */
export function templatesByPath(layers: readonly string[]): Map<string, LayerTemplate[]> {
  const found = new Map<string, LayerTemplate[]>();
  for (const layer of layers) {
    const ofLayer = templateNames.filter((name) => name.startsWith(`${layer}/`));
    if (ofLayer.length === 0) throw new Error(`there is no layer ${layer}`);
    for (const name of ofLayer) {
      if (name.startsWith(`${layer}/${partsFolder}/`)) continue;
      const path = name.slice(layer.length + 1);
      const others = found.get(path) ?? [];
      if (others.length > 0 && !joinedFiles.has(path)) {
        throw new Error(`the layers ${others[0]!.layer} and ${layer} both provide ${path}, which is no joined file`);
      }
      found.set(path, [...others, { layer, name }]);
    }
  }
  return found;
}

/** Renders the templates of a project's layers, each with the parts that the others bring to it. */
class Composer {
  constructor(
    private readonly layers: readonly string[],
    private readonly view: object,
    private readonly trace: Trace,
  ) {}

  /** The same with more for templates to see. */
  withView(more: object): Composer {
    return new Composer(this.layers, { ...this.view, ...more }, this.trace);
  }

  /** Templates one after the other, with an empty line between; those that give nothing leave none. */
  joined(templates: readonly LayerTemplate[]): string {
    return templates
      .map((template) => this.rendered(template))
      .filter((text) => text !== '')
      .join('\n');
  }

  /** What each layer brings under a name, in layer order; a part may ask for its place among them. */
  parts(part: string): string[] {
    return this.layers
      .map((layer) => ({ layer, name: `${layer}/${partsFolder}/${part}` }))
      .filter(({ name }) => hasTemplate(name))
      .map((template, partIndex) => this.rendered(template, { partIndex }))
      .filter((text) => text !== '');
  }

  private rendered({ layer, name }: LayerTemplate, more?: object): string {
    const text = this.filled(name, { ...this.view, ...more });
    return text === '' ? '' : this.trace(layer, text);
  }

  private filled(name: string, view: object): string {
    return renderTemplate(name, view, (partial, named) =>
      partial.startsWith(sharedPrefix)
        ? this.filled(`${sharedFolder}/${partial.slice(sharedPrefix.length)}`, { ...view, ...named })
        : this.parts(partial).join(''),
    );
  }
}
