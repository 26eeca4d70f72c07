import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

// @ts-expect-error: a script in plain JavaScript
import { fillTables, formatted } from '../../scripts/fill-tables.mjs';

const docs = path.resolve(import.meta.dirname, '../../docs');

/** A page of docs/ (`proof.md`) as it is. */
export function readPage(name: string): string {
  return readFileSync(path.join(docs, name), 'utf8');
}

/** The page with these tables between their comments, as prettier prints it. Throws where it has no place for one. */
export async function pageWith(name: string, tables: Record<string, string>): Promise<string> {
  const missing = Object.keys(tables).filter((table) => !readPage(name).includes(`<!-- ${table} -->`));
  if (missing.length > 0) throw new Error(`docs/${name} has no place for ${missing.join(', ')}`);
  const filled = (fillTables as (text: string, tables: object) => string)(readPage(name), tables);
  return (formatted as (text: string, target: string) => Promise<string>)(filled, path.join(docs, name));
}

export function writePage(name: string, text: string): void {
  writeFileSync(path.join(docs, name), text);
}
