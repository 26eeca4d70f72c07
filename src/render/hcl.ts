import { own } from '../own.js';
import { withUnseen } from '../printable.js';

const escapes: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * `value` as an HCL expression that means exactly that value: a text never becomes a template, a reference or a
 * second argument. Texts, numbers, booleans, undefined (`null`), lists of texts, and maps of texts, whose lines are
 * indented by two spaces and aligned as `terraform fmt` does.
 * https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
 */
export function hclValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return hclString(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(hclValue).join(', ')}]`;
  return hclMap(Object.entries(value as Record<string, unknown>));
}

function hclString(text: string): string {
  const named = text.toWellFormed().replace(/["\\\n\r\t]/g, (character) => own(escapes, character)!);
  const escaped = withUnseen(named, hclEscape).replace(/([$%])\{/g, '$1$1{');
  return `"${escaped}"`;
}

/** A character by its number, as HCL writes it. */
function hclEscape(codePoint: number): string {
  const hex = codePoint.toString(16);
  return codePoint > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

function hclMap(entries: [string, unknown][]): string {
  if (entries.length === 0) return '{}';
  const keys = entries.map(([key]) => hclString(key));
  const width = Math.max(...keys.map(columns));
  const lines = entries.map(
    ([, value], index) => `  ${keys[index]}${' '.repeat(width - columns(keys[index]!))} = ${hclValue(value)}`,
  );
  return `{\n${lines.join('\n')}\n}`;
}

/** terraform fmt counts a column for each character as people see it, however many code points it has. */
function columns(text: string): number {
  // Nothing below U+0300 joins with what is before it. The segmenter takes 7 ms and more to load.
  if (/^[ -~\u00a0-\u02ff]*$/.test(text)) return text.length;
  return [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].length;
}
