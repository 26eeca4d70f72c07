import { isJson } from './module-files.js';
import {
  within,
  type Attribute,
  type BlockSyntax,
  type Body,
  type Expression,
  type SourceFile,
  type Span,
} from './syntax.js';

/** Where Terraform wants a line to end, or not to, and the grammar that reads files here does not mind. */
export interface LineFault {
  at: Span;
  /** As Terraform calls it. */
  message: string;
}

/**
 * Where arguments and blocks do not end with their lines, or entries of an object are not told apart.
 * https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#attribute-definitions and the sections behind it
 */
export function* lineFaults({ path, text, body, comments, looseLines = [] }: SourceFile): Generator<LineFault> {
  if (isJson(path)) return;
  const lines = text.split('\n');
  for (const at of looseLines) yield { at, message: 'an argument goes on in this line, and no bracket is open' };
  const long = comments.filter(({ line, endLine }) => endLine > line);
  const bridges = new Map(long.map(({ line, endLine }) => [line, endLine]));
  yield* betweenItems(body, bridges);
  for (const attribute of body.attributes) yield* inExpression(attribute.expression, lines);
  for (const block of body.blocks) yield* inBlock(block, lines, bridges);
}

type Item = Attribute | BlockSyntax;

function missingEnd(item: Item): LineFault {
  if ('expression' in item) return { at: item, message: `nothing ends the line behind the argument ${item.name}` };
  return { at: item.header, message: `nothing ends the line behind the ${item.type} block` };
}

/** Attributes and blocks in the order in which they are written. */
function itemsOf({ attributes, blocks }: Body): Item[] {
  return [...attributes, ...blocks].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** `bridges` are comments of several lines, by the first: no line ends in them. */
type Bridges = ReadonlyMap<number, number>;

function* betweenItems(body: Body, bridges: Bridges): Generator<LineFault> {
  const items = itemsOf(body);
  for (const [at, item] of items.entries()) {
    const next = items[at + 1];
    if (next && (next.line === item.endLine || next.line === bridges.get(item.endLine))) yield missingEnd(item);
  }
}

function* inBlock(block: BlockSyntax, lines: readonly string[], bridges: Bridges): Generator<LineFault> {
  const { header, body } = block;
  const behind = withoutComments((lines[header.endLine - 1] ?? '').slice(header.endColumn - 1)).trimStart();
  if (!behind.startsWith('{'))
    yield { at: header, message: `the brace of the ${block.type} block is not on the line of its type` };
  const [first, ...rest] = itemsOf(body);
  if (first?.line === header.endLine) {
    const isOne = rest.length === 0 && 'expression' in first && first.endLine === block.endLine;
    if (!isOne)
      yield { at: header, message: `a ${block.type} block that starts in one line has more in it than one argument` };
  } else if (first) {
    yield* betweenItems(body, bridges);
    const last = rest.at(-1) ?? first;
    if (last.endLine === block.endLine) yield missingEnd(last);
  }
  for (const { expression } of body.attributes) yield* inExpression(expression, lines);
  for (const nested of body.blocks) yield* inBlock(nested, lines, bridges);
}

/** Entries of an object on one line have a comma between them. */
function* inExpression(expression: Expression, lines: readonly string[]): Generator<LineFault> {
  for (const part of within(expression)) {
    if (part.kind !== 'object') continue;
    for (const [at, { value }] of part.entries.entries()) {
      const next = part.entries[at + 1]?.key;
      if (!next || next.line !== value.endLine) continue;
      const between = (lines[value.endLine - 1] ?? '').slice(value.endColumn - 1, next.column - 1);
      if (!between.includes(',')) yield { at: next, message: 'no comma and no new line is before this key' };
    }
  }
}

/** A rest of a line without the comments that end in it. */
function withoutComments(rest: string): string {
  let text = rest;
  while (text.trimStart().startsWith('/*')) {
    const end = text.indexOf('*/');
    if (end < 0) return '{';
    text = text.slice(end + 2);
  }
  return text;
}
