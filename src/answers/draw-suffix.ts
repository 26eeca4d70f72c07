/** Letters and digits that cannot be taken for each other, and no vowels to make words of. */
const alphabet = 'bcdfghjkmnpqrstvwxz23456789';

/**
 * An environment suffix of `length` characters that no other copy of a project is likely to have. It is no secret and
 * stands in every name of the project, so Math.random() will do; node:crypto takes 3 ms to load.
 */
export function drawSuffix(length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(Math.random() * alphabet.length)]).join('');
}
