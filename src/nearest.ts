import { distance } from 'fastest-levenshtein';

/** The candidate that `word` was probably meant to be, or undefined where none is within so many edits. */
export function nearest(
  word: string,
  candidates: readonly string[],
  farthest = Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  const wanted = word.toLowerCase();
  let best: { candidate: string; steps: number } | undefined;
  for (const candidate of candidates) {
    // At least as many steps as one is longer than the other; a word may be a megabyte.
    if (Math.abs(candidate.length - word.length) > farthest) continue;
    const steps = distance(wanted, candidate.toLowerCase());
    if (steps <= farthest && (!best || steps < best.steps)) best = { candidate, steps };
  }
  return best?.candidate;
}
