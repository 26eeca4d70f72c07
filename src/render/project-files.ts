/** A project: every file, a text or bytes, by its path in the project with forward slashes. */
export type ProjectFiles = ReadonlyMap<string, string | Uint8Array>;

/** The files of a project that are texts. */
export function texts(files: ProjectFiles): Map<string, string> {
  return new Map([...files].filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The text of a file; throws where there is none of that path, or it is no text. */
export function textOf(files: ProjectFiles, path: string): string {
  const content = files.get(path);
  if (typeof content !== 'string') throw new Error(`${path} is ${content ? 'no text' : 'not among the files'}`);
  return content;
}
