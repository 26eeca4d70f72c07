/**
 * What shows that a file was edited since it was written: the SHA-256 of its bytes (those of a text in UTF-8), in
 * hexadecimal, as `sha256sum` prints it.
 */
export function fingerprint(content: string | Uint8Array): string {
  // Loaded here, because most of what the command can do needs nothing of it.
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(content).digest('hex');
}
