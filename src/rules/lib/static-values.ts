import { children, type Attribute, type BlockSyntax, type Body, type Expression } from '../../terraform/syntax.js';
import { argument, referencesIn } from '../../terraform/references.js';

/** Something that Terraform wants to be written out, and that is not. */
export interface StaticFault {
  at: Attribute;
  message: string;
}

type Check = (expression: Expression) => string | undefined;

/** What an expression holds that Terraform does not evaluate where nothing is known yet. */
export function notStatic(expression: Expression): string | undefined {
  for (const { path } of referencesIn(expression)) return `refers to ${path.join('.')}`;
  const call = firstCall(expression);
  return call === undefined ? undefined : `calls ${call}()`;
}

function firstCall(expression: Expression): string | undefined {
  if (expression.kind === 'call') return expression.name;
  for (const child of children(expression)) {
    const found = firstCall(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

const aTruthValue: Check = (expression) => {
  const why = notStatic(expression);
  if (why !== undefined) return `${why}, and must be written out`;
  if (expression.kind === 'list' || expression.kind === 'object') return 'is neither true nor false';
  if (expression.kind !== 'literal') return undefined;
  return [true, false, 'true', 'false', '1', '0'].some((one) => one === expression.value)
    ? undefined
    : 'is neither true nor false';
};

const aText: Check = (expression) => {
  const why = notStatic(expression);
  if (why !== undefined) return `${why}, and must be written out`;
  return expression.kind === 'list' || expression.kind === 'object' ? 'is no text' : undefined;
};

const aValue: Check = (expression) => {
  const why = notStatic(expression);
  return why === undefined ? undefined : `${why}, and must be written out`;
};

/** Whether an expression is nothing but names, with keys that are written out. */
function isTraversal(expression: Expression): boolean {
  if (expression.kind === 'attribute') return isTraversal(expression.of);
  if (expression.kind === 'index') return expression.key.kind === 'literal' && isTraversal(expression.of);
  return expression.kind === 'name';
}

/** Texts are how names were written before Terraform 0.12, which it still takes. */
const isOldTraversal = (expression: Expression) =>
  expression.kind === 'literal' && (typeof expression.value === 'string' || expression.value === null);

function listOf(item: Check): Check {
  return (expression) => {
    if (expression.kind !== 'list') return 'is not a list that is written out';
    for (const one of expression.items) {
      const why = item(one);
      if (why !== undefined) return why;
    }
    return undefined;
  };
}

const names = listOf((item) =>
  isTraversal(item) || isOldTraversal(item) ? undefined : 'holds an expression, and may only hold names',
);

/** Actions are done because of a resource, which does not wait for them. */
const dependencies: Check = (expression) => {
  const isAction = expression.kind === 'list' && [...referencesIn(expression)].some(({ path }) => path[0] === 'action');
  return isAction ? 'refers to an action' : names(expression);
};

/** Whether `ignore_changes` is `["*"]`, as Terraform took it until 0.14. */
export function isStar(expression: Expression): boolean {
  return expression.kind === 'list' && expression.items.some((item) => item.kind === 'literal' && item.value === '*');
}

const ignored: Check = (expression) => {
  if (expression.kind === 'name' && expression.name === 'all') return undefined;
  if (isStar(expression)) return 'holds "*", which is written all, without brackets';
  return names(expression);
};

/** `count.index` and `each.key` may tell which instance is meant. */
const triggers = listOf((item) => {
  if (item.kind === 'literal') return 'holds a text, and may only hold references to resources';
  const referred = [...referencesIn(item)].map(({ path }) => path);
  const isInstance = ([first, second]: readonly string[]) =>
    (first === 'count' && second === 'index') || (first === 'each' && second === 'key');
  const others = referred.filter((path) => !isInstance(path));
  const stranger = others.find(([first]) => notResources.has(first));
  if (stranger) return `refers to ${stranger.join('.')}, which is no resource`;
  return others.length === 1 ? undefined : 'does not refer to one resource an entry';
});

const notResources = new Set(['var', 'local', 'module', 'data', 'each', 'count', 'path', 'terraform', 'self']);

function keyword(...words: readonly string[]): Check {
  return (expression) => {
    const word = expression.kind === 'name' ? expression.name : expression.kind === 'literal' && expression.value;
    return words.some((one) => one === word) ? undefined : `is neither ${words.join(' nor ')}`;
  };
}

/** `aws` or `aws.replica`. */
const provider: Check = (expression) => {
  if (expression.kind === 'literal') return typeof expression.value === 'string' ? undefined : 'names no provider';
  const name = expression.kind === 'attribute' ? expression.of : expression;
  if (name.kind !== 'name') return 'is an expression, and must be the name of a provider';
  return isProviderName(name.name) ? undefined : `is ${name.name}, and providers have no capitals or underscores`;
};

export function isProviderName(name: string): boolean {
  return !/[A-Z_]/.test(name);
}

/** `>= 1.2, < 2.0.0-beta1`: https://developer.hashicorp.com/terraform/language/expressions/version-constraints */
const constraint: Check = (expression) => {
  const why = aText(expression);
  if (why !== undefined || expression.kind !== 'literal' || typeof expression.value !== 'string') return why;
  const isOne = expression.value.split(',').every((part) => oneConstraint.test(part.trim()));
  return isOne ? undefined : `is "${expression.value}", which is no constraint on versions`;
};

const oneConstraint = /^(?:=|!=|>=|<=|>|<|~>)?\s*v?\d+(?:\.\d+)*(?:-?[A-Za-z~-][\w.~-]*|-\d[\w.~-]*)?(?:\+[\w.~-]+)?$/;

/** `aws_vpc.this`, `module.network`, with keys; in an import they may be of its for_each. */
function address(isKeyFree: boolean): Check {
  return (expression) => {
    if (expression.kind === 'literal' && typeof expression.value === 'string') return undefined;
    const of = isKeyFree && expression.kind === 'index' ? expression.of : expression;
    return isTraversal(of) && of.kind !== 'name' ? undefined : 'is not the address of a resource or module';
  };
}

/** What must be written out, by the kind of block and the argument. */
const checks: ReadonlyMap<string, ReadonlyMap<string, Check>> = new Map(
  Object.entries({
    variable: {
      description: aText,
      default: aValue,
      sensitive: aTruthValue,
      ephemeral: aTruthValue,
      nullable: aTruthValue,
      deprecated: aText,
    },
    output: {
      description: aText,
      sensitive: aTruthValue,
      ephemeral: aTruthValue,
      deprecated: aText,
      depends_on: dependencies,
    },
    terraform: { required_version: constraint },
    moved: { from: address(false), to: address(false) },
    removed: { from: address(false) },
    import: { to: address(true) },
    provider: { alias: aText },
    resource: { depends_on: dependencies, provider },
    data: { depends_on: dependencies, provider },
    ephemeral: { depends_on: dependencies, provider },
    module: { depends_on: dependencies },
    lifecycle: {
      create_before_destroy: aTruthValue,
      prevent_destroy: aTruthValue,
      destroy: aTruthValue,
      ignore_changes: ignored,
      replace_triggered_by: triggers,
    },
    provisioner: { when: keyword('create', 'destroy'), on_failure: keyword('continue', 'fail') },
  }).map(([type, of]) => [type, new Map<string, Check>(Object.entries(of))]),
);

/**
 * OpenTofu evaluates these, and provider configurations by key: https://opentofu.org/docs/language/meta-arguments/lifecycle/
 * and https://opentofu.org/docs/language/meta-arguments/resource-provider/
 */
export const evaluatedByOpenTofu: ReadonlySet<string> = new Set(['prevent_destroy', 'destroy', 'provider']);

/**
 * What of a block at the top of a file, and of Terraform's own blocks in it, should be written out and is not.
 * `isTaken` says of an argument that it may be otherwise.
 */
export function* staticFaults(block: BlockSyntax, isTaken: (argument: Attribute) => boolean): Generator<StaticFault> {
  yield* faultsOf(block.type, block.body, isTaken);
  for (const { type, body } of block.body.blocks) {
    const isOwn = type === 'lifecycle' || type === 'provisioner' || (block.type === 'check' && type === 'data');
    if (isOwn && ['resource', 'data', 'ephemeral', 'removed', 'check'].includes(block.type))
      yield* faultsOf(type, body, isTaken);
  }
}

function* faultsOf(type: string, body: Body, isTaken: (argument: Attribute) => boolean): Generator<StaticFault> {
  for (const [name, check] of checks.get(type) ?? []) {
    const at = argument(body, name);
    if (!at || isTaken(at)) continue;
    const why = check(at.expression);
    if (why !== undefined) yield { at, message: `${name} ${why}` };
  }
}
