/**
 * What somebody else wrote, made fit for each place it is shown in: a terminal, the log of a pipeline, a file for
 * machines. `Output` takes nothing but what one of these functions made, so that none can be forgotten.
 */

declare const shown: unique symbol;

/** A text that neither the terminal nor the log it is written to will obey. */
export type Shown = string & { readonly [shown]: true };

/**
 * Characters that act, or stand there unseen: \p{Cc}, \p{Cf}, \p{Zl}, \p{Zp}, \p{Default_Ignorable_Code_Point} and lone
 * surrogates. Spelled out, since \p{…} takes V8 some milliseconds to make; a test holds them against it.
 * https://www.unicode.org/reports/tr36/#visual_spoofing
 */
const unseen =
  /[\u034f\ufe00-\ufe0f\0-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/** What is neither ASCII that is seen nor a line end: most texts have none of it, and are not looked at further. */
const beyondAscii = /[^\n -~]/;

/** A text with each unseen character as `show` shows its code point. */
export function withUnseen(text: string, show: (codePoint: number) => string): string {
  if (!beyondAscii.test(text) && !text.includes('\n')) return text;
  return text.replace(unseen, (character) => show(character.codePointAt(0)!));
}

/** A text that somebody else wrote, on one line: what would act, or not be seen, is shown as `\u001b` or `\u{e0041}`. */
export function printable(text: string): string {
  return withUnseen(text, visible);
}

function visible(codePoint: number): string {
  const hex = codePoint.toString(16).padStart(4, '0');
  return hex.length === 4 ? `\\u${hex}` : `\\u{${hex}}`;
}

/** The most characters that a value takes in a message. */
const longest = 200;

/** A text of at most 200 characters: what is longer ends in `…`. */
export function shortened(text: string): string {
  if (text.length <= longest) return text;
  // Neither half a pair nor half of what printable() wrote is left at the end.
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$|(?<!\\)((?:\\\\)*)\\(?:u(?:\{?[0-9a-f]*)?)?$/, '$1')}…`;
}

/** How a value is quoted in a message, whatever it is: printable, and in at most 200 characters. */
export function quote(value: unknown): string {
  let text: string | undefined;
  try {
    // What is behind is not shown, and need not be written out.
    text = JSON.stringify(typeof value === 'string' ? value.slice(0, longest) : value, (_key, part: unknown) =>
      typeof part === 'bigint' ? String(part) : part,
    );
  } catch {
    // It holds itself, is nested too deep, or throws when it is looked at.
  }
  return shortened(printable(text ?? (value === undefined ? 'undefined' : `a value of the type ${typeof value}`)));
}

/** What `paint` writes; in what somebody else wrote, `printable` has hidden the escape character. */
const colour = String.raw`\u001b\[(?:1|2|22|31|32|39)m`;

/** `##[command]` of GitHub's runner and `##vso[…]` of Azure Pipelines, anywhere in a line. */
const hashCommand = new RegExp(`#((?:${colour})*)#(?=(?:[\\w.-]|${colour})*\\[)`, 'g');

/** `::command::` of GitHub's runner, at the start of a line after what .NET's TrimStart takes for blank. */
const colonCommand = new RegExp(`^((?:[^\\S\\n]|${colour})*):(?=(?:${colour})*:)`, 'gm');

/** What is unseen, or a line end or colour of our own, which is kept. */
const unseenOrOurs = new RegExp(`(${colour}|\\n)|${unseen.source}`, 'gu');

/**
 * A whole text for people, as it is written to stdout or stderr: its own lines and colours stay, and what the log of a
 * pipeline would take for a command is shown as `\u003a:` or `#\u0023[`. Wrapping and painting come before, since they
 * move what a line begins with.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 * https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 */
export function plainText(text: string): Shown {
  const show = (character: string, ours: string | undefined) => ours ?? visible(character.codePointAt(0)!);
  const seen = beyondAscii.test(text) ? text.replace(unseenOrOurs, show) : text;
  return seen.replace(hashCommand, String.raw`#$1\u0023`).replace(colonCommand, String.raw`$1\u003a`) as Shown;
}

/**
 * A value as JSON for machines: what they read is the value itself, and what a terminal or a log would obey on its way is
 * written with the escapes of JSON.
 */
export function jsonText(value: unknown): Shown {
  const json = JSON.stringify(value, undefined, 2);
  const escaped = beyondAscii.test(json)
    ? withUnseen(json, (codePoint) => (codePoint === 0x0a ? '\n' : inUtf16(codePoint)))
    : json;
  return `${escaped.replace(hashCommand, String.raw`#$1\u0023`)}\n` as Shown;
}

function inUtf16(codePoint: number): string {
  return String.fromCodePoint(codePoint)
    .split('')
    .map((unit) => visible(unit.charCodeAt(0)))
    .join('');
}

/** A workflow command of ours. */
export interface WorkflowCommand {
  name: 'error' | 'warning' | 'notice';
  properties: Readonly<Record<string, string>>;
  /** The lines of its message. */
  message: readonly string[];
}

/**
 * Workflow commands of ours, a line each, and below them a text for people; nothing else in it is a command. Escaped as
 * GitHub's own toolkit does.
 * https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
 */
export function workflowText(commands: readonly WorkflowCommand[], text: string): Shown {
  const lines = commands.map(({ name, properties, message }) => {
    const pairs = Object.entries(properties).map(([key, value]) => `${key}=${property(printable(value))}`);
    return `::${name} ${pairs.join(',')}::${data(message.map(printable).join('\n'))}\n`;
  });
  return `${lines.join('')}${plainText(text)}` as Shown;
}

function data(text: string): string {
  return plainText(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
