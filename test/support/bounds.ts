/**
 * When a test that has not ended is taken for one that never will, in milliseconds: ten times and more what it takes on two
 * cores, so that a busy machine is slow and not red. There are no other bounds. A run that takes longer than it should
 * says so at its end (test/support/reporter.ts).
 */
export const bounds = {
  /** What computes, or drives a process of ours. */
  seconds: 10 * 60_000,
  /** What runs terraform, a scanner or hundreds of processes. */
  minutes: 60 * 60_000,
};
