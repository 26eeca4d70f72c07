/**
 * The record of a project: which answers it was made from, by which version, and what its files were when they were
 * written. This is its only reader and its only writer.
 */

/** The file that the record is, in the project's folder. */
export const recordFile = '.create-secure-infra.json';

/** What a record says; whatever cannot be read in it, or is of another type, is absent or left out. */
export interface ProjectRecord {
  /** The version of this package that wrote the project. */
  version?: string;
  answers: Readonly<Record<string, unknown>>;
  /** By path in the project, what tells whether a file is still as it was written. */
  files: Readonly<Record<string, string>>;
}

/** Reads the text of a record, of any version since 0.1.0. Returns undefined where it is none. */
export function readRecord(text: string): ProjectRecord | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  if (!isObject(content)) return undefined;
  const files = Object.entries(isObject(content.files) ? content.files : {});
  return {
    ...(typeof content.version === 'string' ? { version: content.version } : {}),
    answers: isObject(content.answers) ? content.answers : {},
    files: Object.fromEntries(files.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
  };
}

/** The answers in the parsed content of a record; undefined where it is another file, such as one of answers alone. */
export function answersIn(content: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const isRecord = Object.hasOwn(content, 'version') || Object.hasOwn(content, 'files');
  return isRecord && isObject(content.answers) ? content.answers : undefined;
}

/** The text of a record. `files` says of each path of the project what its file is told by. */
export function writeRecord(record: Required<ProjectRecord>): string {
  const { version, answers, files } = record;
  const text = JSON.stringify({ version, answers, files }, undefined, 2);
  // As prettier prints it: a list of texts stays on one line where that has at most 80 characters.
  return `${text.replace(
    /^( *"[^"]+": )\[\n([^[\]{}]*?)\n *\](,?)$/gm,
    (whole, key: string, items: string, comma: string) => {
      const line = `${key}[${items.trim().split(/\n\s*/).join(' ')}]${comma}`;
      return line.length <= 80 ? line : whole;
    },
  )}\n`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
