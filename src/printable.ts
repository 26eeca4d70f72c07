/**
 * A text that somebody else wrote, fit for a terminal: control characters, and those that break a line unseen, are
 * shown as `\\u001b` instead of acting.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** How a value is quoted in a message. */
export function quote(value: unknown): string {
  return printable(JSON.stringify(value));
}
