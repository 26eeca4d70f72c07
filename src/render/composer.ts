import type { Answers } from '../answers/answers.js';
import { layersOf } from '../stacks/index.js';
import { renderTemplate, templateNames } from './templates.js';
import { viewOf } from './view.js';

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
const partsFolder = '_parts/';

/**
 * Blocks that layers write alike but for a few words, such as a key with its alias: `{{> shared/kms-key key="logs"}}`
 * takes the place of writing them out, and the text is the layer's own.
 */
const sharedFolder = '_shared';
const sharedPrefix = 'shared/';

/** Told of every piece of text with the layer that brought it; what it returns takes the text's place. */
export type Trace = (layer: string, text: string) => string;

/** A project that is put together of its layers: each file when it is first asked for. */
export class Composition {
  readonly composer: Composer;
  readonly #layers: readonly string[];
  readonly #templates: ProjectTemplates;
  readonly #files = new Map<string, string>();

  /** `answers` must have come through resolve(); `like` may be of the same layers, whose templates are then known. */
  constructor(
    readonly answers: Answers,
    version: string,
    { trace, like }: { trace?: Trace; like?: Composition } = {},
  ) {
    this.#layers = layersOf(answers);
    this.#templates = like && like.#layers.join() === this.#layers.join() ? like.#templates : templatesOf(this.#layers);
    this.composer = new Composer(this.#templates.parts, viewOf(answers, version), trace);
  }

  /** The paths of all files but those that describe the others; of those that nothing is in, too. */
  keys(): IterableIterator<string> {
    return this.#templates.files.keys();
  }

  /** The text of a file; empty where the answers leave nothing to say in it, and undefined where no layer brings it. */
  get(path: string): string | undefined {
    const templates = this.#templates.files.get(path);
    if (templates && !this.#files.has(path)) this.#files.set(path, this.composer.joined(templates));
    return this.#files.get(path);
  }
}

/** A template of a layer. */
interface LayerTemplate {
  layer: string;
  /** Its name among all templates: `<layer>/<path>`. */
  name: string;
}

/** The templates of a project, in layer order: by the path that they make up, and the parts by their names. */
export interface ProjectTemplates {
  files: ReadonlyMap<string, readonly LayerTemplate[]>;
  parts: ReadonlyMap<string, readonly LayerTemplate[]>;
}

/** Finds the templates of layers. Two layers may share a path only where it is a joined file. */
export function templatesOf(layers: readonly string[]): ProjectTemplates {
  const files = new Map<string, LayerTemplate[]>();
  const parts = new Map<string, LayerTemplate[]>();
  const byLayer = new Map<string, string[]>(layers.map((layer) => [layer, []]));
  if (byLayer.size < layers.length) throw new Error(`a layer is there twice: ${layers.join(', ')}`);
  for (const name of templateNames) byLayer.get(name.slice(0, name.indexOf('/')))?.push(name);
  for (const [layer, names] of byLayer) {
    if (names.length === 0) throw new Error(`there is no layer ${layer}`);
    for (const name of names) {
      const path = name.slice(layer.length + 1);
      const isPart = path.startsWith(partsFolder);
      const found = isPart ? parts : files;
      const key = isPart ? path.slice(partsFolder.length) : path;
      const others = found.get(key);
      if (others && !isPart && !joinedFiles.has(path)) {
        throw new Error(`the layers ${others[0]!.layer} and ${layer} both provide ${path}, which is no joined file`);
      }
      if (others) others.push({ layer, name });
      else found.set(key, [{ layer, name }]);
    }
  }
  return { files, parts };
}

/** Renders the templates of a project's layers, each with the parts that the others bring to it. */
export class Composer {
  constructor(
    private readonly templates: ProjectTemplates['parts'],
    private readonly view: object,
    private readonly trace?: Trace,
  ) {}

  /** The same with more for templates to see. */
  withView(more: object): Composer {
    return new Composer(this.templates, extended(this.view, more), this.trace);
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
    const templates = this.templates.get(part) ?? [];
    return templates.map((template, partIndex) => this.rendered(template, { partIndex })).filter((text) => text !== '');
  }

  private rendered({ layer, name }: LayerTemplate, more?: object): string {
    const text = this.filled(name, more ? extended(this.view, more) : this.view);
    return text === '' || !this.trace ? text : this.trace(layer, text);
  }

  private filled(name: string, view: object): string {
    return renderTemplate(name, view, (partial, named) =>
      partial.startsWith(sharedPrefix)
        ? this.filled(`${sharedFolder}/${partial.slice(sharedPrefix.length)}`, named ? extended(view, named) : view)
        : this.parts(partial).join(''),
    );
  }
}

/** A view with more in it. Not a copy: a project takes more than a hundred of them. */
function extended(view: object, more: object): object {
  return Object.assign(Object.create(view) as object, more);
}
