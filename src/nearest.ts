import { distance } from 'fastest-levenshtein';

/** The candidate that `word` was probably meant to be, or undefined where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const farthest = Math.max(2, Math.floor(word.length / 3));
  const ranked = candidates
    // Their distance is at least what one is longer; a word may be a megabyte.
    .filter((candidate) => Math.abs(candidate.length - word.length) <= farthest)
    .map((candidate) => ({ candidate, steps: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps);
  const best = ranked[0];
  return best && best.steps <= farthest ? best.candidate : undefined;
}
