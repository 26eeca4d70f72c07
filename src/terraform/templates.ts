import type { Expression, Span } from './syntax.js';

/**
 * What stands in a template, in the order in which it is written. `before` and `after` say whether a `~` takes away the
 * blanks on that side.
 */
export type Piece = { at: Span; before?: boolean; after?: boolean } & (
  | { kind: 'text'; text: string }
  | { kind: 'value'; value: Expression }
  | { kind: 'if'; condition: Expression }
  | { kind: 'else' }
  | { kind: 'endif' }
  | { kind: 'for'; keyName?: string; valueName: string; collection: Expression }
  | { kind: 'endfor' }
);

type Text = Piece & { kind: 'text' };

/** https://pkg.go.dev/unicode#IsSpace */
const spaces = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const blankStart = new RegExp(`^${spaces}+`);
const blankEnd = new RegExp(`(?<!${spaces})${spaces}+$`);

/**
 * A template as an expression: directives are the conditional and `for` that HCL makes of them, so that whoever reads
 * expressions needs to know no more. https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#templates
 */
export function templateOf(pieces: readonly Piece[], at: Span, isIndented: boolean): Expression {
  const trimmed = withoutBlanks(pieces);
  const { parts } = partsFrom(isIndented ? withoutIndent(trimmed) : trimmed, 0);
  const [only] = parts;
  if (!only) return { kind: 'literal', ...at, value: '' };
  return parts.length === 1 && only.kind === 'literal' && typeof only.value === 'string'
    ? only
    : { kind: 'template', ...at, parts };
}

/** The texts of heredocs and files go line by line: a `~` takes blanks away up to the end of one, and no further. */
export function linesOf(text: string, isIndented: boolean): string[] {
  if (isIndented) return text.split(/(?<=\n)/);
  // Where nothing is indented, lines in the middle are as one.
  const first = text.indexOf('\n') + 1;
  const last = text.lastIndexOf('\n') + 1;
  return [text.slice(0, first), text.slice(first, last), text.slice(last)].filter((part) => part !== '');
}

function withoutBlanks(pieces: readonly Piece[]): Piece[] {
  return pieces.map((piece, at) => {
    if (piece.kind !== 'text') return piece;
    const text = pieces[at - 1]?.after ? piece.text.replace(blankStart, '') : piece.text;
    return { ...piece, text: pieces[at + 1]?.before ? text.replace(blankEnd, '') : text };
  });
}

/**
 * `<<-`: every line loses as many blanks as that has which has the fewest. What follows a line whose end was taken away
 * is no line of its own.
 */
function withoutIndent(pieces: readonly Piece[]): Piece[] {
  const starts = new Set<Piece>();
  let indent = Infinity;
  let isStart = true;
  for (const piece of pieces) {
    if (isStart && piece.kind !== 'text') indent = 0;
    if (isStart && piece.kind === 'text' && !isBlankLine(piece)) {
      indent = Math.min(indent, blankStart.exec(piece.text)?.[0].length ?? 0);
      starts.add(piece);
    }
    isStart = piece.kind === 'text' && piece.text.endsWith('\n');
  }
  return pieces.map((piece) =>
    piece.kind === 'text' && starts.has(piece) ? { ...piece, text: piece.text.slice(indent) } : piece,
  );
}

function isBlankLine({ text }: Text): boolean {
  return text.endsWith('\n') && text.replace(blankStart, '') === '';
}

/** The parts of a template up to the directive that ends it, and where that is. */
function partsFrom(pieces: readonly Piece[], from: number): { parts: Expression[]; end: number } {
  const parts: Expression[] = [];
  let at = from;
  for (; at < pieces.length; at++) {
    const piece = pieces[at]!;
    if (piece.kind === 'text') addText(parts, piece);
    else if (piece.kind === 'value') parts.push(piece.value);
    else if (piece.kind === 'if') {
      const yes = partsFrom(pieces, at + 1);
      const hasElse = pieces[yes.end]?.kind === 'else';
      const no = hasElse ? partsFrom(pieces, yes.end + 1) : { parts: [], end: yes.end };
      const { condition } = piece;
      parts.push({ kind: 'conditional', ...piece.at, condition, ...branches(yes.parts, no.parts, piece.at) });
      at = no.end;
    } else if (piece.kind === 'for') {
      const inner = partsFrom(pieces, at + 1);
      parts.push(repeated(piece, inner.parts));
      at = inner.end;
    } else break;
  }
  return { parts, end: at };
}

function branches(yes: Expression[], no: Expression[], at: Span): { yes: Expression; no: Expression } {
  return { yes: textOf(yes, at), no: textOf(no, at) };
}

function addText(parts: Expression[], { at, text }: Text): void {
  const last = parts.at(-1);
  if (last?.kind === 'literal' && typeof last.value === 'string')
    parts[parts.length - 1] = { ...last, value: last.value + text };
  else if (text !== '') parts.push({ kind: 'literal', ...at, value: text });
}

/** What a directive gives is a text, also where it has one value and nothing else. */
function textOf(parts: Expression[], at: Span): Expression {
  return { kind: 'template', ...at, parts: [{ kind: 'literal', ...at, value: '' }, ...parts] };
}

function repeated({ at, keyName, valueName, collection }: Piece & { kind: 'for' }, parts: Expression[]): Expression {
  const each: Expression = {
    kind: 'for',
    ...at,
    ...(keyName === undefined ? {} : { keyName }),
    valueName,
    collection,
    value: textOf(parts, at),
    grouped: false,
  };
  return {
    kind: 'call',
    ...at,
    name: 'join',
    arguments: [{ kind: 'literal', ...at, value: '' }, each],
    expandLast: false,
  };
}
