import { quote } from '../printable.js';
import type { Complaint } from './option.js';

/** A value brought to a type, or why it cannot be. */
export type Typed<T> = { value: T } | Complaint;

/** In UTF-16 units; longer than any text that an option takes. */
const longestText = 2048;

/**
 * A text as it will stand in the project: trimmed, and in the normal form C that Terraform gives every string. Refused
 * is what another program may take for another text than a person sees: characters that are not seen, and those that
 * stand for others, such as full-width letters and ligatures.
 */
export function soundText(raw: string): Typed<string> {
  if (raw.length > longestText)
    return { why: `has ${raw.length} characters, more than any answer takes`, remedy: 'Give a shorter one.' };
  const text = raw.trim();
  const [unseen] = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u.exec(text) ?? [];
  if (unseen !== undefined)
    return { why: `holds the character ${named(unseen)}, which cannot be seen`, remedy: 'Leave it out.' };
  // One by one: a letter and its accent may well become one character.
  const other = [...text].find((character) => character.normalize('NFKC') !== character);
  if (other === undefined) return { value: text.normalize() };
  return {
    why: `holds the character ${named(other)}, which stands for ${quote(other.normalize('NFKC'))}`,
    remedy: `Use ${quote(text.normalize('NFKC'))}.`,
  };
}

function named(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The same for several; refused for the first that is. */
export function soundTexts(raw: readonly string[]): Typed<string[]> {
  const texts: string[] = [];
  for (const item of raw) {
    const sound = soundText(item);
    if ('why' in sound) return { why: `has ${quote(item)}, which ${sound.why}`, remedy: sound.remedy };
    texts.push(sound.value);
  }
  return { value: texts };
}
