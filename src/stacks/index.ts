import { ecsFargate } from './ecs-fargate.js';
import type { Stack } from './stack.js';

/** Every stack, by id. */
export const stacks: Readonly<Record<string, Stack>> = { [ecsFargate.id]: ecsFargate };

/** The stack with this id. Answers are validated before this is called, so an unknown id is our own fault. */
export function findStack(id: string): Stack {
  const stack = stacks[id];
  if (!stack) throw new Error(`no stack is called ${id}`);
  return stack;
}
