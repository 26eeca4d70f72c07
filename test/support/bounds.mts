import { stackRows } from '../../scripts/samples.mjs';

const second = 1000;
const minute = 60 * second;

/**
 * When something that has not ended is taken for what never will, in milliseconds: ten times and more what it takes, so
 * that a busy machine is slow and not red. There are no other bounds; a slow run says at its end that it was slow.
 */
export const bounds = {
  /** A test, a hook or a wait for what a process of ours does. */
  test: 10 * minute,
  /** A test that runs terraform, the simulator or a scanner, and each of these commands. */
  longTest: 60 * minute,
  command: 30 * minute,
  /** What takes milliseconds, and would take hours if it took more than linear time. */
  atOnce: 100 * second,
};

/** How long a whole run may take on two processors before it counts as slow; each stack adds to it. */
export function expectedDuration(isWhole: boolean): number {
  const stacks = Object.keys(stackRows).length;
  // 25 minutes with two stacks and 35 with five; on a laptop 4 and 5.
  return ((isWhole ? 55 + 10 * stacks : 10 + stacks) / 3) * minute;
}
