/** Matches a whole resource of a file, to take it out. */
export function resourceBlock(type: string, name: string): RegExp {
  return new RegExp(`\\n?resource "${type}" "${name}" \\{\\n[\\s\\S]*?\\n\\}\\n`);
}

/** Matches the end of a file, to write more there. */
export const endOfFile = /$/;
