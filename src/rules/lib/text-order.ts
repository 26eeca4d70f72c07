/**
 * Whether `last` comes somewhere after the first `first` of a text. One pattern for both, with anything between them,
 * would look for the last from each of the first: on a text that repeats the first that takes hours.
 */
export function comesAfter(text: string, first: RegExp, last: RegExp): boolean {
  const found = first.exec(text);
  return found !== null && last.test(text.slice(found.index + found[0].length));
}

/** The same within one part of a text that ends in `}`, as a reference in a template does, or with the text. */
export function comesAfterInBraces(text: string, first: RegExp, last: RegExp): boolean {
  return text.split(/(?<=\})/).some((part) => comesAfter(part, first, last));
}
