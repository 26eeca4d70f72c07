import { parseTree, type Node, type ParseError } from 'jsonc-parser';

import { resourceSchema, type BlockSchema, type SchemaKind } from '../aws/provider-schema.js';
import { own } from '../own.js';
import type { Budget } from './budget.js';
import { numberFrom } from './numbers.js';
import { parseTemplates } from './parse.js';
import { HclError, type BlockSyntax, type Body, type Expression, type SourceFile, type Span } from './syntax.js';

/**
 * Reads a file in Terraform's JSON syntax (.tf.json) as though it were HCL. Throws HclError, with path and line, for what
 * is no JSON, or is none that Terraform takes.
 * https://developer.hashicorp.com/terraform/language/syntax/json
 */
export async function parseJsonSyntax(file: string, raw: string, budget: Budget): Promise<SourceFile> {
  const text = raw.replace(/^\uFEFF/, '');
  const placeOf = placeFinder(text);
  const deep = tooDeep(text);
  if (deep !== undefined) throw new HclError(file, placeOf(deep, 0).line, 'is nested too deep to be read');
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  const [error] = errors;
  if (!tree || error)
    throw new HclError(file, placeOf(error?.offset ?? 0, 0).line, 'cannot be read: it is no JSON there');
  if (!budget.grantNodes(nodesOfOne * countOf(tree)))
    throw new HclError(file, 1, 'is more than one run reads, with the files before it', 'Look at fewer at a time.');
  // What is filled into texts is read all at once, which needs all of them first.
  const templates: { text: string; place: Place }[] = [];
  new Reader(file, text, placeOf, (template, place) => {
    templates.push({ text: template, place });
    return { kind: 'literal', ...place, value: '' };
  }).file(tree);
  const read = await parseTemplates(file, templates, budget);
  let next = 0;
  const reader = new Reader(file, text, placeOf, () => read[next++]!);
  return { path: file, text, body: reader.file(tree), comments: reader.comments };
}

/** Where something stands, counted from 1; the end is behind its last character. */
export interface Place {
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

type FindPlace = (offset: number, length: number) => Place;

function placeFinder(text: string): FindPlace {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const pointAt = (offset: number) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
  return (offset, length) => {
    const [start, end] = [pointAt(offset), pointAt(offset + length)];
    return { ...start, endLine: end.line, endColumn: end.column };
  };
}

/** Deeper than anybody writes; what reads JSON goes as deep in JavaScript's stack. */
const deepest = 200;

/** Where the text goes deeper than that. */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
    } else if (character === '[' || character === '{') {
      if (++depth > deepest) return at;
    } else if (character === ']' || character === '}') depth--;
  }
  return undefined;
}

/** As many nodes of HCL stand for one of JSON, where every name, value and object is one. */
const nodesOfOne = 4;

function countOf(node: Node): number {
  return (node.children ?? []).reduce((sum, child) => sum + countOf(child), 1);
}

/**
 * How the texts in an argument are meant: as templates, as they stand, as names and types (`depends_on`), in a map of such
 * names, or in an entry of required_providers.
 */
type Meaning = 'template' | 'literal' | 'name' | 'provider';

/** What the names in a body stand for, which JSON does not say. */
interface Shape {
  block(name: string): BlockShape | undefined;
  meaning(name: string): Meaning;
}

interface BlockShape {
  labels: number;
  body(labels: readonly string[]): Shape;
  /** Whether it is a block to every version of what reads it. */
  surely: boolean;
}

function shape(blocks: Readonly<Record<string, BlockShape>>, meanings: Readonly<Record<string, Meaning>> = {}): Shape {
  return {
    block: (name) => own(blocks, name),
    meaning: (name) => own(meanings, name) ?? 'template',
  };
}

function block(body: Shape | ((labels: readonly string[]) => Shape) = plain, labels = 0): BlockShape {
  return { labels, body: typeof body === 'function' ? body : () => body, surely: true };
}

const plain: Shape = shape({});

/** Of a block that the schema of the provider is known of, or not. */
function ofSchema(schema: BlockSchema | undefined): Shape {
  return {
    block(name) {
      if (name === 'dynamic') return block(([label = '']) => dynamic(schema?.block(label)?.schema), 1);
      const nested = schema?.block(name);
      // What may be written as an attribute too is one.
      if (!nested || schema?.attribute(name)) return undefined;
      return { labels: 0, body: () => ofSchema(nested.schema), surely: false };
    },
    meaning: () => 'template',
  };
}

function dynamic(schema: BlockSchema | undefined): Shape {
  return shape({ content: block(ofSchema(schema)) }, { iterator: 'name' });
}

const condition = block();
const provisioning = {
  connection: block(),
  provisioner: block(shape({ connection: block() }, { when: 'name', on_failure: 'name' }), 1),
};
const ofResources = shape(
  {
    ...provisioning,
    lifecycle: block(
      shape(
        {
          precondition: condition,
          postcondition: condition,
          action_trigger: block(shape({}, { events: 'name', actions: 'name' })),
        },
        { ignore_changes: 'name', replace_triggered_by: 'name' },
      ),
    ),
  },
  { provider: 'name', depends_on: 'name' },
);

function resource(kind: SchemaKind, [type = '']: readonly string[]): Shape {
  const inner = ofSchema(resourceSchema(kind, type));
  return { block: (name) => ofResources.block(name) ?? inner.block(name), meaning: ofResources.meaning };
}

const data = block((labels) => resource('data', labels), 2);
const addresses = { from: 'name', to: 'name', provider: 'name' } as const;

/** https://github.com/hashicorp/terraform/blob/main/internal/configs/parser_config.go */
const ofFile = shape({
  resource: block((labels) => resource('resource', labels), 2),
  data,
  ephemeral: block((labels) => resource('ephemeral', labels), 2),
  action: block(shape({ config: block(ofSchema(undefined)) }, { provider: 'name' }), 2),
  module: block(shape({ lifecycle: block() }, { depends_on: 'name', providers: 'name' }), 1),
  variable: block(shape({ validation: condition }, { type: 'name', default: 'literal' }), 1),
  output: block(shape({ precondition: condition }, { depends_on: 'name' }), 1),
  locals: block(),
  provider: block(
    shape({
      assume_role: block(),
      assume_role_with_web_identity: block(),
      default_tags: block(),
      endpoints: block(),
      ignore_tags: block(),
    }),
    1,
  ),
  terraform: block(
    shape({
      backend: block(plain, 1),
      cloud: block(shape({ workspaces: block() })),
      encryption: block(),
      provider_meta: block(plain, 1),
      required_providers: block({ block: () => undefined, meaning: () => 'provider' }),
    }),
  ),
  moved: block(shape({}, addresses)),
  import: block(shape({}, addresses)),
  removed: block(shape({ ...provisioning, lifecycle: block() }, addresses)),
  check: block(shape({ data, assert: condition }), 1),
});

/** Turns the values of one file into syntax; `fill` reads a text in which something is filled in. */
class Reader {
  readonly comments: SourceFile['comments'] = [];

  constructor(
    private readonly path: string,
    private readonly text: string,
    private readonly placeOf: FindPlace,
    private readonly fill: (text: string, place: Place) => Expression,
  ) {}

  file(root: Node): Body {
    const body: Body = { attributes: [], blocks: [] };
    for (const object of this.objects(root, 'the file')) this.into(body, object, ofFile, true);
    return body;
  }

  /** Adds what an object holds to a body. */
  private into(body: Body, object: Node, known: Shape, isFile = false): void {
    for (const { key, name, value } of members(object)) {
      if (name === '//') {
        this.comment(value);
        continue;
      }
      // Whoever looks at the file tells of a block that there is none of.
      const kind = known.block(name) ?? (isFile && value.type === 'object' ? block() : undefined);
      const isBlock = kind && (kind.surely || holdsObjects(value));
      if (isBlock) this.blocks(body, { type: name, key, kind }, value, []);
      else
        body.attributes.push({
          name,
          expression: this.expression(value, known.meaning(name)),
          ...this.place(key, value),
        });
    }
  }

  /** The blocks of a type: one object, or a list of them, below as many names as they have labels. */
  private blocks(body: Body, of: { type: string; key: Node; kind: BlockShape }, value: Node, labels: string[]): void {
    if (value.type === 'null') return;
    for (const object of this.objects(value, of.type)) {
      if (labels.length < of.kind.labels) {
        for (const { key, name, value: inner } of members(object)) {
          if (name === '//') this.comment(inner);
          else this.blocks(body, { ...of, key }, inner, [...labels, name]);
        }
        continue;
      }
      const inner: Body = { attributes: [], blocks: [] };
      this.into(inner, object, of.kind.body(labels));
      // Of several in a list each has its own lines.
      const isListed = value.type === 'array';
      const place = this.place(isListed ? object : of.key, object);
      const header = isListed ? startOf(place) : this.place(of.key, of.key);
      const made: BlockSyntax = { type: of.type, labels, body: inner, ...place, header };
      body.blocks.push(made);
    }
  }

  private objects(value: Node, what: string): Node[] {
    const list = value.type === 'array' ? (value.children ?? []) : [value];
    const other = list.find(({ type }) => type !== 'object');
    if (other)
      throw new HclError(this.path, this.place(other, other).line, `${what} must be an object, or a list of objects`);
    return list;
  }

  private expression(node: Node, meaning: Meaning): Expression {
    const place = this.place(node, node);
    switch (node.type) {
      case 'array':
        return { kind: 'list', ...place, items: (node.children ?? []).map((item) => this.expression(item, meaning)) };
      case 'object':
        return {
          kind: 'object',
          ...place,
          entries: members(node).map(({ key, name, value }) => ({
            key: this.keyOf(name, this.place(key, key), meaning),
            value: this.expression(value, meaningIn(name, meaning)),
          })),
        };
      case 'string':
        return this.textOf(String(node.value), place, meaning);
      case 'number':
        return this.number(node, place);
      default:
        return { kind: 'literal', ...place, value: node.value === true || node.value === false ? node.value : null };
    }
  }

  private keyOf(text: string, place: Place, meaning: Meaning): Expression {
    // `aws.west` in a call's providers is a name, and `aws` the key it would be in HCL.
    if (meaning === 'name' && text.includes('.')) return this.textOf(text, place, meaning);
    return this.textOf(text, place, meaning === 'name' ? 'literal' : meaning);
  }

  private textOf(text: string, place: Place, meaning: Meaning): Expression {
    const isTemplate = /[$%]\{/.test(text);
    if (meaning === 'name' && text !== '') return this.fill(isTemplate ? text : `\${${text}}`, place);
    return isTemplate && meaning === 'template' ? this.fill(text, place) : { kind: 'literal', ...place, value: text };
  }

  private number(node: Node, place: Place): Expression {
    const value = numberFrom(this.text.slice(node.offset, node.offset + node.length));
    return value === undefined ? { kind: 'directive', ...place, parts: [] } : { kind: 'literal', ...place, value };
  }

  private comment(node: Node): void {
    const { line, endLine } = this.place(node, node);
    if (typeof node.value === 'string')
      this.comments.push({ text: node.value, ...this.place(node, node), line, endLine });
  }

  private place(first: Node, last: Node): Place {
    return this.placeOf(first.offset, last.offset + last.length - first.offset);
  }
}

function meaningIn(name: string, meaning: Meaning): Meaning {
  if (meaning !== 'provider') return meaning;
  return name === 'configuration_aliases' ? 'name' : 'provider';
}

/** The brace that an object begins with. */
function startOf({ line, column }: Span): Span {
  return { line, column, endLine: line, endColumn: column + 1 };
}

function members({ children = [] }: Node): { key: Node; name: string; value: Node }[] {
  return children.flatMap(({ children: [key, value] = [] }) =>
    key && value ? [{ key, name: String(key.value), value }] : [],
  );
}

function holdsObjects(value: Node): boolean {
  if (value.type === 'null' || value.type === 'object') return true;
  return value.type === 'array' && (value.children ?? []).every(({ type }) => type === 'object');
}
