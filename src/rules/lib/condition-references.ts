import { argument, referencesIn, resourceAddress } from '../../terraform/references.js';
import { within, type Attribute, type BlockSyntax, type Body } from '../../terraform/syntax.js';

/** A reference that may not be where it is, or that has to be and is not. */
export interface ReferenceFault {
  at: Attribute;
  message: string;
}

/** The faults in the conditions and in the provisioners of a block at the top of a file. */
export function* referenceFaults(block: BlockSyntax): Generator<ReferenceFault> {
  const { type, labels, body } = block;
  for (const inner of body.blocks) {
    if (type === 'variable' && inner.type === 'validation') yield* ofValidation(inner.body, labels[0] ?? '');
    if ((type === 'output' && inner.type === 'precondition') || (type === 'check' && inner.type === 'assert'))
      yield* ofCondition(inner.body);
    if (inner.type === 'lifecycle') {
      for (const condition of inner.body.blocks) {
        if (!['precondition', 'postcondition'].includes(condition.type)) continue;
        yield* ofCondition(condition.body);
        yield* ofItself(condition.body, resourceAddress(block));
      }
    }
  }
  if (type === 'resource' || type === 'removed') yield* ofDestroying(body);
}

function* ofCondition(body: Body): Generator<ReferenceFault> {
  const at = argument(body, 'condition');
  if (at && !isUnclear(at) && [...referencesIn(at.expression)].length === 0)
    yield { at, message: 'condition refers to nothing, and so is always the same' };
}

function* ofValidation(body: Body, name: string): Generator<ReferenceFault> {
  const at = argument(body, 'condition');
  if (!at || isUnclear(at)) return;
  const isOwn = [...referencesIn(at.expression)].some(({ path }) => path[0] === 'var' && path[1] === name);
  if (!isOwn) yield { at, message: `condition does not refer to var.${name}` };
}

function* ofItself(body: Body, address: string | undefined): Generator<ReferenceFault> {
  for (const at of body.attributes) {
    const isItself = [...referencesIn(at.expression)].some(
      ({ path }) => address !== undefined && `${path.join('.')}.`.startsWith(`${address}.`),
    );
    if (isItself) yield { at, message: `${at.name} refers to ${address} itself, which is called self here` };
  }
}

/** What is known of a thing that is gone: only what it knew of itself. */
function* ofDestroying({ blocks }: Body): Generator<ReferenceFault> {
  const destroying = blocks.filter(({ type, body }) => type === 'provisioner' && isWhenDestroyed(body));
  const connections = [
    ...(destroying.length > 0 ? blocks : []),
    ...destroying.flatMap(({ body }) => body.blocks),
  ].filter(({ type }) => type === 'connection');
  for (const { body } of [...destroying, ...connections]) {
    for (const at of body.attributes) {
      if (at.name === 'when' || at.name === 'on_failure') continue;
      for (const { path } of referencesIn(at.expression)) {
        if (isOfItself(path)) continue;
        yield { at, message: `${at.name} refers to ${path.join('.')}, which a destroy provisioner does not see` };
        break;
      }
    }
  }
}

function isWhenDestroyed(body: Body): boolean {
  const when = argument(body, 'when')?.expression;
  return (when?.kind === 'name' && when.name === 'destroy') || (when?.kind === 'literal' && when.value === 'destroy');
}

function isOfItself([first, second]: readonly string[]): boolean {
  if (first === 'count') return second === 'index';
  if (first === 'each') return second === 'key';
  return first === 'self' || first === 'path' || first === 'terraform';
}

/** Not all that a `%{ … }` refers to is told. */
function isUnclear({ expression }: Attribute): boolean {
  return within(expression).some(({ kind }) => kind === 'directive');
}
