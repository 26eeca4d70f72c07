import { bounds } from '../support/bounds.mjs';

/** How many inputs the fuzzer makes, and from which seed: few and the same ones, or as many as `npm run fuzz` is told. */
export const seed = Number(process.env.FUZZ_SEED ?? 20261130);

const answers = Number(process.env.FUZZ_RUNS ?? 400);

/** Each takes so long that they take their turns with answers as they do here. */
export const runs = {
  answers,
  projects: Math.ceil(answers / 2),
  shown: Math.ceil(answers / 2),
};

/** What a test of so many may take; each takes milliseconds. */
export const fuzzTimeout = Math.max(bounds.test, answers * 200);
