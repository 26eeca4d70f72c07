import { identity, isKnown, Json, Text, Unknown, type Value } from '../model/value.js';

/**
 * Whether an IAM pattern (`arn:aws:s3:::logs/*`) covers a text: true, false, or undefined where that depends on what is
 * not known. `*` and `?` in the pattern stand for other characters; the same unknown in both is the same text.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
 */
export function covers(pattern: Value, text: Value): boolean | undefined {
  if (pattern === '*') return true;
  const symbols = new Map<string, string>();
  const left = characters(pattern, symbols);
  const right = characters(text, symbols);
  if (!left || !right) return undefined;
  if (matches(left, right, false)) return true;
  return matches(left, right, true) ? undefined : false;
}

/** One character, or one value that is not known. */
type Character = string | typeof anonymous;
const anonymous = Symbol('unknown');

/** The characters of a text; an unknown value is one character of its own. Undefined for what is no text. */
function characters(value: Value, symbols: Map<string, string>): Character[] | undefined {
  if (value instanceof Unknown) return [symbolOf(value, symbols)];
  if (value instanceof Text)
    return value.parts.flatMap((part) => (typeof part === 'string' ? [...part] : [symbolOf(part, symbols)]));
  if (value instanceof Json || !isKnown(value)) return undefined;
  const text = identity(value);
  return text === undefined ? undefined : [...text];
}

function symbolOf({ symbol }: Unknown, symbols: Map<string, string>): Character {
  if (symbol === undefined) return anonymous;
  let character = symbols.get(symbol);
  if (!character) {
    // The private use area of Unicode is in no name of AWS's.
    character = String.fromCodePoint(0xf0000 + symbols.size);
    symbols.set(symbol, character);
  }
  return character;
}

function isUnknown(character: Character): boolean {
  return character === anonymous || character.codePointAt(0)! >= 0xf0000;
}

/** Whether the pattern covers the text; `generously`, where unknown values may be anything that helps. */
function matches(pattern: readonly Character[], text: readonly Character[], generously: boolean): boolean {
  const known = new Map<number, boolean>();
  const from = (p: number, t: number): boolean => {
    const key = p * (text.length + 1) + t;
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, false);
    const result = step(p, t);
    known.set(key, result);
    return result;
  };
  const step = (p: number, t: number): boolean => {
    if (p === pattern.length && t === text.length) return true;
    const wanted = pattern[p];
    const given = text[t];
    if (wanted === '*') return from(p + 1, t) || (t < text.length && from(p, t + 1));
    if (generously) {
      if (wanted !== undefined && isUnknown(wanted) && (from(p + 1, t) || (t < text.length && from(p, t + 1))))
        return true;
      if (given !== undefined && isUnknown(given) && (from(p, t + 1) || (p < pattern.length && from(p + 1, t))))
        return true;
    }
    if (wanted === undefined || given === undefined) return false;
    const fits = wanted === given ? wanted !== anonymous : wanted === '?' && !isUnknown(given);
    return fits && from(p + 1, t + 1);
  };
  return from(0, 0);
}

/** The same for the names of actions, in which capitals do not matter: whether `s3:Get*` covers `s3:GetObject`. */
export function coversAction(pattern: Value, action: string): boolean | undefined {
  return covers(typeof pattern === 'string' ? pattern.toLowerCase() : pattern, action.toLowerCase());
}
