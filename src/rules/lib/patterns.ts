import { identity, isKnown, Json, Text, Unknown, type Value } from '../../terraform/value.js';

/**
 * Whether an IAM pattern (`arn:aws:s3:::logs/*`) covers a text: true, false, or undefined where that depends on what is
 * not known. `*` and `?` in the pattern stand for other characters; the same unknown in both is the same text.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
 */
export function covers(pattern: Value, text: Value): boolean | undefined {
  if (pattern === '*') return true;
  // Whatever they are, the ARNs of two resources of the project differ.
  if (areDifferentArns(pattern, text)) return false;
  const symbols = new Map<string, string>();
  const left = characters(pattern, symbols);
  const right = characters(text, symbols);
  if (!left || !right) return undefined;
  // AWS has no ARNs that are as long, and to compare them takes as long as one is, for each character of the other.
  if (left.length * right.length > mostCompared)
    return typeof pattern === 'string' && pattern === text ? true : undefined;
  if (matches(left, right, false)) return true;
  return matches(...withoutCommonEnds(left, right), true) ? undefined : false;
}

const mostCompared = 500_000;

/** What both begin and end with, unknown values included, is the same in both: only what is between can differ. */
function withoutCommonEnds(pattern: Character[], text: Character[]): [Character[], Character[]] {
  const isSame = (a: Character | undefined, b: Character | undefined) =>
    a !== undefined && a === b && a !== anonymous && a !== '*';
  let start = 0;
  while (isSame(pattern[start], text[start])) start++;
  let end = 0;
  const most = Math.min(pattern.length, text.length) - start;
  while (end < most && isSame(pattern.at(-1 - end), text.at(-1 - end))) end++;
  return [pattern.slice(start, pattern.length - end), text.slice(start, text.length - end)];
}

/** Whether both are the ARNs of resources in the project, and of two of them: whatever they are, they differ. */
function areDifferentArns(pattern: Value, text: Value): boolean {
  const [left, right] = [ownArn(pattern), ownArn(text)];
  return left !== undefined && right !== undefined && left !== right;
}

/** The symbol of a value that is the ARN of a resource and nothing else. */
function ownArn(value: Value): string | undefined {
  const last = value instanceof Text ? value.parts.at(-1) : value;
  const symbol = last instanceof Unknown ? last.symbol : undefined;
  // What AWS appends to the name of a secret ends its ARN.
  const arn = value instanceof Text ? /^(.*) suffix$/.exec(symbol ?? '')?.[1] : symbol;
  return arnOfResource.exec(arn ?? '')?.[0];
}

/** Such as `aws_kms_key.app.arn`; a secret's version and rotation have the ARN of the secret, so they are left out. */
const arnOfResource =
  /^(?:module\.[^.]+\.)*aws_(?!\w+_(?:version|rotation)\.)\w+\.[^.]+\.(?:\w+\[\d+\]\.)?(?:secret_)?arn$/;

/** One character, or one value that is not known. */
type Character = string | typeof anonymous;
const anonymous = Symbol('unknown');

/** The characters of a text; an unknown value is one character of its own. Undefined for what is no text. */
function characters(value: Value, symbols: Map<string, string>): Character[] | undefined {
  if (value instanceof Unknown) return [symbolOf(value, symbols)];
  if (value instanceof Text)
    return value.parts.flatMap((part) => (typeof part === 'string' ? literals(part) : [symbolOf(part, symbols)]));
  if (value instanceof Json || !isKnown(value)) return undefined;
  const text = identity(value);
  return text === undefined ? undefined : literals(text);
}

/**
 * The characters of what is written. AWS fills in `${aws:username}` when it decides, and Terraform writes it `&{…}`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
function literals(text: string): Character[] {
  return text.split(/([$&]\{[^{}]*\})/).flatMap((piece, at): Character[] => (at % 2 === 0 ? [...piece] : [anonymous]));
}

function symbolOf({ symbol }: Unknown, symbols: Map<string, string>): Character {
  if (symbol === undefined) return anonymous;
  let character = symbols.get(symbol);
  if (!character) {
    // The private use areas of Unicode are in no name of AWS's.
    character = String.fromCodePoint((fieldOfArn.test(symbol) ? firstField : firstUnknown) + symbols.size);
    symbols.set(symbol, character);
  }
  return character;
}

/** A region, an account or a partition: a field of an ARN, in which there is no colon and no slash. */
const fieldOfArn = /(region|account_id|account|partition)(\.current)?(\.(name|region|id|account_id|partition))?$/;
const firstUnknown = 0xf0000;
const firstField = 0x100000;

function isUnknown(character: Character): boolean {
  return character === anonymous || character.codePointAt(0)! >= firstUnknown;
}

/** Whether a value that is not known could have the character in it. */
function mayHold(value: Character | undefined, character: Character | undefined): boolean {
  if (value === undefined || !isUnknown(value)) return false;
  const isField = value !== anonymous && value.codePointAt(0)! >= firstField;
  return !isField || (character !== ':' && character !== '/');
}

/** Whether the pattern covers the text; `generously`, where unknown values may be anything that helps. */
function matches(pattern: readonly Character[], text: readonly Character[], generously: boolean): boolean {
  const width = text.length + 1;
  const seen = new Set<number>();
  // Places in pattern and text that can be reached, as one number; the last is tried first.
  const waiting = [0];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const t = at % width;
    const p = (at - t) / width;
    if (p === pattern.length && t === text.length) return true;
    const wanted = pattern[p];
    const given = text[t];
    const reach = (nextP: number, nextT: number) => waiting.push(nextP * width + nextT);
    if (wanted === '*') {
      if (t < text.length) reach(p, t + 1);
      reach(p + 1, t);
      continue;
    }
    if (wanted !== undefined && given !== undefined) {
      const fits = wanted === given ? wanted !== anonymous : wanted === '?' && !isUnknown(given);
      if (fits) reach(p + 1, t + 1);
    }
    if (!generously) continue;
    if (p < pattern.length && mayHold(given, wanted)) reach(p + 1, t);
    if (t < text.length && mayHold(wanted, given)) reach(p, t + 1);
    if (given !== undefined && isUnknown(given)) reach(p, t + 1);
    if (wanted !== undefined && isUnknown(wanted)) reach(p + 1, t);
  }
  return false;
}

/** The same for the names of actions, in which capitals do not matter: whether `s3:Get*` covers `s3:GetObject`. */
export function coversAction(pattern: Value, action: string): boolean | undefined {
  return covers(typeof pattern === 'string' ? pattern.toLowerCase() : pattern, action.toLowerCase());
}
