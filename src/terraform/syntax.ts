/** A Terraform file, read: what HCL's own specification calls a body, with lines for messages. */
export interface SourceFile {
  /** Relative to the folder that was given, with forward slashes. */
  path: string;
  text: string;
  body: Body;
  comments: Comment[];
  /** Where an argument goes on in another line though no bracket is open, which Terraform refuses. */
  looseLines?: readonly Span[];
}

/**
 * Where something stands in its file, counted from 1; columns are in UTF-16 units, and `endColumn` is the one behind the
 * last character. https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317685
 */
export interface Span {
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

export interface Comment extends Span {
  /** Without its marks. */
  text: string;
}

/** Arguments and blocks, in the order in which they are written. */
export interface Body {
  attributes: Attribute[];
  blocks: BlockSyntax[];
}

export interface Attribute extends Span {
  name: string;
  expression: Expression;
}

export interface BlockSyntax extends Span {
  type: string;
  labels: string[];
  body: Body;
  /** Its type and labels, which are what a message about the block points at. */
  header: Span;
}

/** https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#expressions */
export type Expression = Span &
  (
    | { kind: 'literal'; value: string | number | boolean | null }
    /** A quoted text or a heredoc with something to fill in. */
    | { kind: 'template'; parts: Expression[] }
    | { kind: 'list'; items: Expression[] }
    | { kind: 'object'; entries: { key: Expression; value: Expression }[] }
    /** The first name of a reference: `var`, `local`, a resource's type, a `for` variable. */
    | { kind: 'name'; name: string }
    | { kind: 'attribute'; of: Expression; name: string }
    | { kind: 'index'; of: Expression; key: Expression }
    /** `of[*].x.y` (full) or `of.*.x.y`; `each` is what follows, applied to `{ kind: 'splat-item' }`. */
    | { kind: 'splat'; of: Expression; each: Expression }
    | { kind: 'splat-item' }
    | { kind: 'call'; name: string; arguments: Expression[]; expandLast: boolean }
    | { kind: 'conditional'; condition: Expression; yes: Expression; no: Expression }
    | { kind: 'unary'; operator: string; operand: Expression }
    | { kind: 'binary'; operator: string; left: Expression; right: Expression }
    | {
        kind: 'for';
        keyName?: string;
        valueName: string;
        collection: Expression;
        /** Absent for a list. */
        key?: Expression;
        value: Expression;
        condition?: Expression;
        /** `...`: values of the same key are gathered. */
        grouped: boolean;
      }
    /** What has no value that could be told: a number that JavaScript has not. */
    | { kind: 'directive'; parts: Expression[] }
  );

/** A place in the user's files that cannot be read; `remedy` is what would do, where that is not to mend it there. */
export class HclError extends Error {
  constructor(
    readonly path: string,
    readonly line: number,
    why: string,
    readonly remedy?: string,
  ) {
    super(why);
    this.name = 'HclError';
  }
}

/** Every expression below `expression`, itself first. */
export function within(expression: Expression): readonly Expression[] {
  const found: Expression[] = [];
  const add = (one: Expression) => {
    found.push(one);
    for (const child of children(one)) add(child);
  };
  add(expression);
  return found;
}

/** The expressions that an expression is made of. */
export function children(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'template':
    case 'directive':
      return expression.parts;
    case 'list':
      return expression.items;
    case 'object':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'attribute':
      return [expression.of];
    case 'index':
      return [expression.of, expression.key];
    case 'splat':
      return [expression.of, expression.each];
    case 'call':
      return expression.arguments;
    case 'conditional':
      return [expression.condition, expression.yes, expression.no];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'for':
      return [expression.collection, expression.key, expression.value, expression.condition].filter(
        (child) => child !== undefined,
      );
    default:
      return [];
  }
}

const knownExpressions = new WeakMap<Body, readonly Expression[]>();

/** Every expression of a body and of the blocks in it; many rules ask for them. */
export function expressionsOf(body: Body): readonly Expression[] {
  let found = knownExpressions.get(body);
  if (!found) {
    found = [
      ...body.attributes.flatMap(({ expression }) => within(expression)),
      ...body.blocks.flatMap((block) => expressionsOf(block.body)),
    ];
    knownExpressions.set(body, found);
  }
  return found;
}

/** What a provider's configuration is referred to by, with its alias where it has one: `provider.aws.global`. */
export function providerName({ labels, body }: BlockSyntax): string {
  const alias = body.attributes.find(({ name }) => name === 'alias')?.expression;
  return ['provider', labels[0], ...(alias?.kind === 'literal' ? [String(alias.value)] : [])].join('.');
}
