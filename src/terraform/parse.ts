import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

import { Language, Parser, type Tree, type TreeCursor } from 'web-tree-sitter';

import { own } from '../own.js';
import { Budget, limits } from './budget.js';
import { numberFrom } from './numbers.js';
import {
  children,
  HclError,
  within,
  type Attribute,
  type BlockSyntax,
  type Body,
  type Expression,
  type SourceFile,
  type Span,
} from './syntax.js';
import { linesOf, templateOf, type Piece } from './templates.js';
import { causeIn } from './unreadable.js';

let loading: Promise<Parser> | undefined;

/** One of the two WebAssembly files: compressed beside the bundle, or in its package when run from the sources. */
function readWasm(name: string, packageName: string): Uint8Array {
  if (typeof PACKAGE_WASM_FOLDER === 'string') return readFileSync(path.join(PACKAGE_WASM_FOLDER, packageName, name));
  return brotliDecompressSync(readFileSync(path.join(__dirname, `${name}.br`)));
}

function load(): Promise<Parser> {
  loading ??= (async () => {
    await Parser.init({ wasmBinary: readWasm('web-tree-sitter.wasm', 'web-tree-sitter') });
    const language = await Language.load(
      readWasm('tree-sitter-terraform.wasm', '@tree-sitter-grammars/tree-sitter-hcl'),
    );
    const parser = new Parser();
    parser.setLanguage(language);
    return parser;
  })();
  return loading;
}

/**
 * Reads Terraform files: `sources` is their text by path. Throws HclError, with path and line, for what is no HCL.
 */
export async function parseHcl(sources: ReadonlyMap<string, string>, budget = new Budget()): Promise<SourceFile[]> {
  const parser = await load();
  return [...sources].map(([file, text]) => parseFile(parser, file, text, budget));
}

/** A file that is more than the run can bear. */
export class NotReadToEnd extends HclError {
  /** `why` is a clause. */
  constructor(file: string, why: string) {
    super(file, 1, `is not read to its end: ${why}`, 'Allow more, or look at fewer files at a time.');
  }
}

function parseFile(parser: Parser, file: string, raw: string, budget: Budget): SourceFile {
  // Byte order marks and Windows' line ends mean nothing to Terraform; lines stay the same.
  const text = raw.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const line = longLine(text);
  if (line) {
    const most = limits.line.toLocaleString('en-US');
    throw new HclError(file, line, `is a line of more than ${most} characters`, 'Split it up.');
  }
  const blanks = tooManyBlanks(text);
  if (blanks) throw new HclError(file, blanks, 'has more than 10,000 blanks in a row', 'Leave them out.');
  const tree = parser.parse(forGrammar(text), null, { progressCallback: () => budget.isOver() });
  if (!tree || budget.isOver()) {
    tree?.delete();
    throw new NotReadToEnd(file, budget.timeUp());
  }
  try {
    const comments: SourceFile['comments'] = [];
    const root = readTree(tree, file, text, comments, budget);
    const broken = root && firstError(root);
    if (broken) {
      const { line, endLine } = broken.span;
      const cause = causeIn(text, line, Math.max(endLine, line + 1));
      throw new HclError(file, cause?.line ?? line, cause?.why ?? errorText(broken, text));
    }
    if (root?.children.some(({ type }) => type === 'object'))
      throw new HclError(file, 1, 'is JSON, which is read from files with names that end in .json');
    const reader = new Reader(file, text);
    const bodyNode = root?.children.find((node) => node.type === 'body');
    const body = bodyNode ? reader.body(bodyNode) : { attributes: [], blocks: [] };
    const { looseLines } = reader;
    return { path: file, text, body, comments, ...(looseLines.length > 0 ? { looseLines } : {}) };
  } finally {
    tree.delete();
  }
}

/** The first line that is longer than that, counted from 1. */
function longLine(text: string): number | undefined {
  let line = 1;
  for (let start = 0; start >= 0; line++) {
    const end = text.indexOf('\n', start);
    if ((end < 0 ? text.length : end) - start > limits.line) return line;
    start = end < 0 ? -1 : end + 1;
  }
  return undefined;
}

/** The line with more blanks in a row than the grammar can read, where they cannot be hidden from it. */
function tooManyBlanks(text: string): number | undefined {
  const found = text.includes('/*') ? /(?<![^\S\n])[^\S\n]{10000}/.exec(text) : null;
  return found ? text.slice(0, found.index).split('\n').length : undefined;
}

/**
 * The text as the grammar takes it, of the same length and with the same meaning. Numbers with an exponent, which it does
 * not know, are others in it, of several marks before a brace it has the two that escape it, and most of long stretches of
 * blanks, of which it looks at each again and again, is a comment. What is in quotes, heredocs or comments is read from
 * the text itself.
 */
function forGrammar(text: string): string {
  const mayHaveBlockComments = text.includes('/*');
  return text
    .replace(/(?<![\w.])\d+(?:\.\d+)?[eE][-+]?\d+(?!\w)/g, (number) => '0'.repeat(number.length))
    .replace(/(\$+|%+)(\{?)/g, (marked: string, marks: string, brace: string) =>
      brace === '' || marks.length < 3 ? marked : `${'-'.repeat(marks.length - 2)}${marked.slice(marks.length - 2)}`,
    )
    .replace(/(?<!\s)\s{200,}/g, (blanks) => {
      const first = blanks[0]!;
      const lastBreak = blanks.lastIndexOf('\n');
      // The mark that ends a heredoc has nothing but blanks before it.
      if (lastBreak > 1) return `${first}#${'#'.repeat(lastBreak - 2)}${blanks.slice(lastBreak)}`;
      // In a comment this would end it.
      return mayHaveBlockComments ? blanks : `${first}/*${blanks.slice(3, -3)}*/${blanks.at(-1)}`;
    });
}

/** A node of the syntax tree, copied out of WebAssembly in one walk: asking there for each is far slower. */
interface Node {
  type: string;
  start: number;
  end: number;
  span: Span;
  missing: boolean;
  children: Node[];
}

/** Deeper nesting than anybody writes would end in a stack overflow, not in an answer. */
const deepestNesting = 1000;
const deepestExpression = 500;
const tooDeep = 'is nested too deep to be read';

function readTree(
  tree: Tree,
  file: string,
  text: string,
  comments: SourceFile['comments'],
  budget: Budget,
): Node | undefined {
  if (!budget.grantNodes(tree.rootNode.descendantCount))
    throw new HclError(file, 1, 'is more than one run reads, with the files before it', 'Look at fewer at a time.');
  const placeAt = placeCounter(text);
  const broken = tree.rootNode.hasError;
  let copied = 0;
  const cursor = tree.walk();
  try {
    return copy(cursor, 0);
  } finally {
    cursor.delete();
  }

  function copy(at: TreeCursor, depth: number): Node | undefined {
    if (++copied % 10_000 === 0 && budget.isOver()) throw new NotReadToEnd(file, budget.timeUp());
    const type = at.nodeType;
    const start = at.startIndex;
    const end = at.endIndex;
    const { line, column } = placeAt(start);
    if (depth > deepestNesting) throw new HclError(file, line, tooDeep);
    if (type === 'comment' && text[start]!.trim() === '') return undefined;
    const node: Node = {
      type,
      start,
      end,
      span: { line, column, endLine: line, endColumn: column },
      missing: broken && at.nodeIsMissing,
      children: [],
    };
    if (at.gotoFirstChild()) {
      do {
        const child = copy(at, depth + 1);
        if (child) node.children.push(child);
      } while (at.gotoNextSibling());
      at.gotoParent();
    }
    // Asked for behind what is inside, so that places are asked for in order.
    const last = placeAt(end);
    node.span.endLine = last.line;
    node.span.endColumn = last.column;
    if (type !== 'comment') return node;
    comments.push({ text: commentText(text.slice(start, end)), ...node.span });
    return undefined;
  }
}

/**
 * Tells the line and the column, counted from 1, of a position in the text. Asking WebAssembly for them is slower, and
 * positions are asked for nearly in order.
 */
function placeCounter(text: string): (position: number) => { line: number; column: number } {
  let row = 1;
  let lineStart = 0;
  let nextBreak = text.indexOf('\n');
  return (position) => {
    while (position < lineStart) {
      row--;
      nextBreak = lineStart - 1;
      lineStart = nextBreak === 0 ? 0 : text.lastIndexOf('\n', nextBreak - 1) + 1;
    }
    while (nextBreak !== -1 && nextBreak < position) {
      row++;
      lineStart = nextBreak + 1;
      nextBreak = text.indexOf('\n', lineStart);
    }
    return { line: row, column: position - lineStart + 1 };
  };
}

function commentText(raw: string): string {
  return raw.startsWith('/*') ? raw.slice(2, -2).trim() : raw.replace(/^(#|\/\/)+/, '').trim();
}

function firstError(node: Node): Node | undefined {
  if (node.type === 'ERROR' || node.missing) return node;
  for (const child of node.children) {
    const found = firstError(child);
    if (found) return found;
  }
  return undefined;
}

function errorText(node: Node, text: string): string {
  if (node.missing) return `ends where ${node.type === 'identifier' ? 'a name' : `"${node.type}"`} should stand`;
  const [found = ''] = text.slice(node.start, node.end).trim().split('\n');
  return found === '' ? 'cannot be read' : `cannot be read at ${JSON.stringify(found.slice(0, 60))}`;
}

const operators = new Set(['!', '-', '+', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||']);

/** Whether expressions stand in one another more than `most` levels deep. */
function isDeeper(expression: Expression, most: number): boolean {
  let level = [expression];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap(children);
  }
  return false;
}

/** Turns the nodes of one file into syntax. */
class Reader {
  /** See SourceFile. */
  readonly looseLines: Span[] = [];
  private hasLongChain = false;

  constructor(
    private readonly file: string,
    private readonly text: string,
  ) {}

  body(node: Node): Body {
    const attributes: Attribute[] = [];
    const blocks: BlockSyntax[] = [];
    for (const child of node.children) {
      if (child.type === 'attribute') attributes.push(this.attribute(child));
      else if (child.type === 'block') blocks.push(this.block(child));
    }
    return { attributes, blocks };
  }

  private attribute(node: Node): Attribute {
    const [name, , value] = node.children;
    this.hasLongChain = false;
    const expression = this.expression(value!);
    // Accesses stand side by side in the tree, and one in another in what is read.
    const loose = looseLine(value!);
    if (loose) this.looseLines.push(loose);
    if (this.hasLongChain && isDeeper(expression, deepestExpression))
      throw new HclError(this.file, node.span.line, tooDeep);
    return { name: this.source(name!), expression, ...node.span };
  }

  private block(node: Node): BlockSyntax {
    const [type, ...rest] = node.children;
    const labels = rest
      .filter((child) => child.type === 'string_lit' || child.type === 'identifier')
      .map((child) => (child.type === 'identifier' ? this.source(child) : unescape(this.inQuotes(child))));
    const bodyNode = rest.find((child) => child.type === 'body');
    const body = bodyNode ? this.body(bodyNode) : { attributes: [], blocks: [] };
    return { type: this.source(type!), labels, body, ...node.span, header: headerOf(node) };
  }

  /** `expression` nodes: a term, followed by accesses to what it gives. */
  private expression(node: Node): Expression {
    if (node.type !== 'expression') return this.term(node);
    return this.chain(node, node.children);
  }

  /** A term and the accesses behind it, which stand side by side in the tree. */
  private chain(parent: Node, nodes: Node[]): Expression {
    const [first, ...accesses] = nodes.filter(({ type }) => type !== '(' && type !== ')');
    if (!first) throw this.unreadable(parent);
    return this.accesses(this.expression(first), accesses);
  }

  private accesses(start: Expression, accesses: Node[]): Expression {
    this.hasLongChain ||= accesses.length > 20;
    return accesses.reduce<Expression>((of, access) => this.access(of, access), start);
  }

  private access(of: Expression, node: Node): Expression {
    const span = reaching(of, node.span);
    switch (node.type) {
      case 'get_attr':
        return { kind: 'attribute', ...span, of, name: this.source(node.children.at(-1)!) };
      case 'index':
        return { kind: 'index', ...span, of, key: this.indexKey(node) };
      case 'splat': {
        const inner = node.children[0]!.children.filter((child) => ['get_attr', 'index'].includes(child.type));
        const [each, behind] = this.splatParts(node.children[0]!, inner);
        const item = this.accesses({ kind: 'splat-item', ...node.span }, each);
        return this.accesses({ kind: 'splat', ...reaching(of, (each.at(-1) ?? node).span), of, each: item }, behind);
      }
      default:
        throw this.unreadable(node);
    }
  }

  /**
   * Which accesses are to each item, and which to the list of what they give: in the older `.*` an index in brackets and
   * all behind it. https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#splat-operators
   */
  private splatParts(splat: Node, accesses: Node[]): [Node[], Node[]] {
    const end = accesses.findIndex(({ type, children: [kind] }) => type === 'index' && kind?.type === 'new_index');
    return splat.type === 'full_splat' || end < 0 ? [accesses, []] : [accesses.slice(0, end), accesses.slice(end)];
  }

  private indexKey(node: Node): Expression {
    const [index] = node.children;
    if (index?.type === 'new_index') return this.expression(index.children.find(({ type }) => type === 'expression')!);
    const digits = this.source(node).replace('.', '').trim();
    return { kind: 'literal', ...node.span, value: Number(digits) };
  }

  private term(node: Node): Expression {
    const { span } = node;
    switch (node.type) {
      case 'literal_value':
        return this.literal(node.children[0]!);
      case 'string_lit':
        return { kind: 'literal', ...span, value: unescape(this.inQuotes(node)) };
      case 'template_expr':
        return this.template(node.children[0]!);
      case 'variable_expr':
        return { kind: 'name', ...span, name: this.source(node) };
      case 'collection_value':
        return this.term(node.children[0]!);
      case 'tuple':
        return {
          kind: 'list',
          ...span,
          items: node.children.filter(({ type }) => type === 'expression').map((item) => this.expression(item)),
        };
      case 'object':
        return {
          kind: 'object',
          ...span,
          entries: node.children.filter(({ type }) => type === 'object_elem').map((entry) => this.entry(entry)),
        };
      case 'function_call':
        return this.call(node);
      case 'conditional':
        return this.conditional(node);
      case 'operation':
        return this.operation(node.children[0]!);
      case 'for_expr':
        return this.forExpression(node.children[0]!);
      default:
        throw this.unreadable(node);
    }
  }

  private literal(node: Node): Expression {
    const text = this.source(node);
    const { span } = node;
    switch (node.type) {
      case 'numeric_lit':
        return number(span, text);
      case 'bool_lit':
        return { kind: 'literal', ...span, value: text === 'true' };
      case 'null_lit':
        return { kind: 'literal', ...span, value: null };
      default:
        return this.term(node);
    }
  }

  private entry(node: Node): { key: Expression; value: Expression } {
    const [keyNode, valueNode] = node.children.filter(({ type }) => type === 'expression');
    const key = this.expression(keyNode!);
    // A bare word is the key itself; in brackets it is a reference.
    const bare = key.kind === 'name' && !this.source(keyNode!).startsWith('(');
    return {
      key: bare ? { kind: 'literal', ...reaching(key, key), value: key.name } : key,
      value: this.expression(valueNode!),
    };
  }

  private call(node: Node): Expression {
    const list = node.children.find(({ type }) => type === 'function_arguments');
    const nameEnd = node.children.find(({ type }) => type === '(' || type === '_function_start');
    return {
      kind: 'call',
      ...node.span,
      name: this.text
        .slice(node.start, nameEnd?.start ?? node.end)
        .split('(', 1)[0]!
        .trim(),
      arguments: (list?.children ?? [])
        .filter(({ type }) => type === 'expression')
        .map((argument) => this.expression(argument)),
      expandLast: (list?.children ?? []).some(({ type }) => type === 'ellipsis'),
    };
  }

  /** The grammar reads `a ? b : c ? d : e` from the left; HCL means `a ? b : (c ? d : e)`. */
  private conditional(node: Node): Expression {
    const [condition, yes, no] = node.children.filter(({ type }) => type === 'expression') as [Node, Node, Node];
    const inner =
      condition.children.length === 1 && condition.children[0]!.type === 'conditional' && condition.children[0]!;
    const ends = { yes: this.expression(yes), no: this.expression(no) };
    return inner
      ? this.hangLast(this.conditional(inner), ends)
      : { kind: 'conditional', ...node.span, condition: this.expression(condition), ...ends };
  }

  private hangLast(chain: Expression, ends: { yes: Expression; no: Expression }): Expression {
    if (chain.kind !== 'conditional')
      return { kind: 'conditional', ...reaching(chain, ends.no), condition: chain, ...ends };
    return { ...chain, ...reaching(chain, ends.no), no: this.hangLast(chain.no, ends) };
  }

  private operation(node: Node): Expression {
    const { span } = node;
    const at = node.children.findIndex(({ type }) => operators.has(type));
    if (at < 0) throw this.unreadable(node);
    const operator = node.children[at]!.type;
    const right = this.chain(node, node.children.slice(at + 1));
    if (at === 0 && operator === '-' && right.kind === 'literal' && typeof right.value === 'number')
      return { kind: 'literal', ...span, value: -right.value };
    if (at === 0) return { kind: 'unary', ...span, operator, operand: right };
    return { kind: 'binary', ...span, operator, left: this.chain(node, node.children.slice(0, at)), right };
  }

  private forExpression(node: Node): Expression {
    const intro = node.children.find(({ type }) => type === 'for_intro')!;
    const names = intro.children.filter(({ type }) => type === 'identifier').map((name) => this.source(name));
    const collection = this.expression(intro.children.find(({ type }) => type === 'expression')!);
    const values = node.children.filter(({ type }) => type === 'expression').map((value) => this.expression(value));
    const condition = node.children
      .find(({ type }) => type === 'for_cond')
      ?.children.find(({ type }) => type === 'expression');
    return {
      kind: 'for',
      ...node.span,
      ...(names.length > 1 ? { keyName: names[0]! } : {}),
      valueName: names.at(-1)!,
      collection,
      ...(node.type === 'for_object_expr' ? { key: values[0]! } : {}),
      value: values.at(-1)!,
      ...(condition ? { condition: this.expression(condition) } : {}),
      grouped: node.children.some(({ type }) => type === 'ellipsis'),
    };
  }

  /** Literal text is what stands between the pieces that are filled in. */
  private template(node: Node): Expression {
    const isHeredoc = node.type === 'heredoc_template';
    const [start, end] = isHeredoc ? this.heredocRange(node) : [node.start + 1, node.end - 1];
    const isIndented = isHeredoc && this.text.startsWith('<<-', node.start);
    const pieces: Piece[] = [];
    const at = node.span;
    let position = start;
    const addText = (until: number) => {
      const raw = this.text.slice(position, Math.max(position, until));
      const texts = isHeredoc ? linesOf(raw, isIndented).map(dollars) : [unescape(raw)];
      for (const text of texts) if (text !== '') pieces.push({ kind: 'text', at, text });
    };
    for (const piece of templatePieces(node)) {
      const source = this.source(piece);
      addText(piece.start);
      pieces.push({
        ...this.templatePiece(piece),
        at: piece.span,
        before: /^[$%]\{~/.test(source),
        after: source.endsWith('~}'),
      });
      position = piece.end;
    }
    addText(end);
    return templateOf(pieces, at, isIndented);
  }

  private heredocRange(node: Node): [number, number] {
    const ends = node.children.filter(({ type }) => type === 'heredoc_identifier');
    const start = this.text.indexOf('\n', ends[0]!.end) + 1;
    // The last line break belongs to the text; the indentation of the closing mark does not.
    const end = this.text.lastIndexOf('\n', ends.at(-1)!.start) + 1;
    return [start, Math.max(start, end)];
  }

  private templatePiece(node: Node): DistributiveOmit<Piece, 'at'> {
    const inner = node.children.find(({ type }) => type === 'expression');
    const value: Expression = inner ? this.expression(inner) : { kind: 'literal', ...node.span, value: '' };
    switch (node.type) {
      case 'template_if_intro':
        return { kind: 'if', condition: value };
      case 'template_else_intro':
        return { kind: 'else' };
      case 'template_if_end':
        return { kind: 'endif' };
      case 'template_for_start': {
        const names = node.children.filter(({ type }) => type === 'identifier').map((name) => this.source(name));
        const keyName = names.length > 1 ? { keyName: names[0]! } : {};
        return { kind: 'for', ...keyName, valueName: names.at(-1) ?? '', collection: value };
      }
      case 'template_for_end':
        return { kind: 'endfor' };
      default:
        return { kind: 'value', value };
    }
  }

  private inQuotes(node: Node): string {
    return this.text.slice(node.start + 1, node.end - 1);
  }

  private source(node: Node): string {
    return this.text.slice(node.start, node.end);
  }

  private unreadable(node: Node): HclError {
    return new HclError(this.file, node.span.line, errorText(node, this.text));
  }
}

/** What has brackets or quotes around it, in which lines may end anywhere. */
const bracketed = new Set(['collection_value', 'for_expr', 'function_call', 'index', 'template_expr', 'string_lit']);

/** The part of an expression that stands in another line than what is before it, outside of all brackets. */
function looseLine(node: Node): Span | undefined {
  if (node.span.line === node.span.endLine || bracketed.has(node.type)) return undefined;
  let depth = 0;
  for (const [at, child] of node.children.entries()) {
    const before = node.children[at - 1];
    if (child.type === ')') depth--;
    if (depth === 0 && child.type !== ')') {
      const found = before && before.span.endLine < child.span.line ? child.span : looseLine(child);
      if (found) return found;
    }
    if (child.type === '(') depth++;
  }
  return undefined;
}

/** From where one thing starts to where another ends. */
function reaching({ line, column }: Span, { endLine, endColumn }: Span): Span {
  return { line, column, endLine, endColumn };
}

/** A block's type and labels. */
function headerOf({ children: [type, ...rest] }: Node): Span {
  const labels = rest.filter((child) => child.type === 'string_lit' || child.type === 'identifier');
  return reaching(type!.span, (labels.at(-1) ?? type!).span);
}

/** A number, or what nobody knows where JavaScript does not have it. */
function number(span: Span, text: string): Expression {
  const value = numberFrom(text);
  return value === undefined ? { kind: 'directive', ...span, parts: [] } : { kind: 'literal', ...span, value };
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const filledIn = /^template_(?:interpolation|if_intro|else_intro|if_end|for_start|for_end)$/;

/** What is filled into a template, in the order of the text; directives hold what is between them. */
function* templatePieces(node: Node): Generator<Node> {
  for (const child of node.children) {
    if (filledIn.test(child.type)) yield child;
    else if (/^template_(?:directive|if|for)$/.test(child.type)) yield* templatePieces(child);
  }
}

function dollars(text: string): string {
  return text.replace(/([$%])\1\{/g, '$1{');
}

/** https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#quoted-templates */
function unescape(text: string): string {
  const plain: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|([$%])\4\{/g,
    (whole, short, long, single, mark) => {
      if (mark) return `${mark}{`;
      if (single !== undefined) return own(plain, single as string) ?? whole;
      const code = Number.parseInt((short ?? long) as string, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/**
 * Reads templates as JSON has them, in which a backslash means nothing: all in one go, each as the heredoc that it would be
 * in the file. Whatever is in one stands where that does. Throws HclError for what is no template.
 */
export async function parseTemplates(
  file: string,
  templates: readonly { text: string; place: Span }[],
  budget: Budget,
): Promise<Expression[]> {
  if (templates.length === 0) return [];
  const marks = templates.flatMap(({ text }) => [...text.matchAll(/EOT_*/g)].map(([mark]) => mark.length));
  const mark = `EOT${'_'.repeat(marks.reduce((a, b) => Math.max(a, b), 0))}`;
  const starts: number[] = [];
  let line = 1;
  const texts = templates.map(({ text }, at) => {
    starts.push(line);
    const written = `a${at} = <<${mark}\n${text}\n${mark}\n`;
    line += written.split('\n').length - 1;
    return written;
  });
  try {
    const { body } = parseFile(await load(), file, texts.join(''), budget);
    return body.attributes.map(({ expression }, at) => {
      const read = withoutLastBreak(expression);
      for (const part of within(read)) Object.assign(part, templates[at]!.place);
      return read;
    });
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    const at = starts.findLastIndex((start) => start <= error.line);
    throw new HclError(file, templates[Math.max(0, at)]!.place.line, error.message, error.remedy);
  }
}

function isText(part: Expression): part is Expression & { kind: 'literal'; value: string } {
  return part.kind === 'literal' && typeof part.value === 'string';
}

/** A heredoc without the line break that its mark needs; one that is a single `${…}` is what is in it. */
function withoutLastBreak(expression: Expression): Expression {
  if (isText(expression)) return { ...expression, value: expression.value.replace(/\n$/, '') };
  if (expression.kind !== 'template') return expression;
  const parts = expression.parts.map((part, at) =>
    at === expression.parts.length - 1 && isText(part) ? { ...part, value: part.value.replace(/\n$/, '') } : part,
  );
  const left = parts.filter((part) => !isText(part) || part.value !== '');
  const [only] = left;
  return only && left.length === 1 && only.kind !== 'directive' ? only : { ...expression, parts: left };
}
