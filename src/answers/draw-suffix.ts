import { randomInt } from 'node:crypto';

/** Letters and digits that cannot be taken for each other, and no vowels to make words of. */
const alphabet = 'bcdfghjkmnpqrstvwxz23456789';

/** An environment suffix of `length` characters that no other copy of a project is likely to have. */
export function drawSuffix(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
