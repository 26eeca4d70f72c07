import { stacks as collected } from 'virtual:stacks';

import type { Answers, Draft } from '../answers/answers.js';
import { longestShortRegion } from '../aws/regions.js';
import type { ResourceName } from '../aws/name-limits.js';
import type { Stack } from './stack.js';

/** Every stack, by id, in the order in which they are offered: a file of this folder each. */
export const stacks: ReadonlyMap<string, Stack> = new Map(
  [...collected].sort((a, b) => a.place - b.place).map((stack) => [stack.id, stack]),
);
for (const field of ['id', 'place'] as const)
  if (new Set(collected.map((stack) => stack[field])).size < collected.length)
    throw new Error(`two stacks have the same ${field}: ${collected.map((stack) => stack[field]).join(', ')}`);

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

/** What the layers are called that every project has: base and bootstrap/, and its pipeline. */
const namesOfEvery: readonly ResourceName[] = [
  { resource: 'S3 bucket', ending: `-${longestShortRegion}-tfstate-123456789012` },
  { resource: 'KMS alias', ending: 'alias/-tfstate' },
];

/** Every name of a stack's projects whose length depends on the answers. */
export function namesOf(stack: Stack): readonly ResourceName[] {
  return [...stack.names, ...namesOfEvery];
}

/** The layers of a project, the lowest first. */
export function layersOf(answers: Answers): string[] {
  return [
    'base',
    ...(answers.stateBucket === undefined ? ['bootstrap'] : []),
    ...findStack(answers.stack).layers(answers),
    ...(answers.ci === 'none' ? [] : [`ci-${answers.ci}`]),
  ];
}
