import { stacks as collected } from 'virtual:stacks';

import type { Draft } from '../answers/answers.js';
import type { Stack } from './stack.js';

/** Every stack, by id, in the order in which they are offered: a file of this folder each. */
export const stacks: ReadonlyMap<string, Stack> = new Map(
  [...collected].sort((a, b) => a.place - b.place).map((stack) => [stack.id, stack]),
);

/** The stack that is taken where none is chosen. */
export const defaultStack: Stack = stacks.values().next().value!;

/** The stack with this id. Answers are validated before this is called, so an unknown id is our own fault. */
export function findStack(id: string): Stack {
  const stack = stacks.get(id);
  if (!stack) throw new Error(`no stack is called ${id}`);
  return stack;
}

/** The stack of a draft; undefined while none has been chosen. */
export function stackOf(draft: Draft): Stack | undefined {
  return draft.stack === undefined ? undefined : stacks.get(draft.stack);
}
