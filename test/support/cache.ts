import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

/** What a command of ours makes once and keeps. */
export const cacheFolder = path.resolve(import.meta.dirname, '../../node_modules/.cache/create-secure-infra');

/** Puts `folder` in place once `make` has filled it, so that what failed or was ended half way is never taken for whole. */
export function placeOnceMade(folder: string, make: (unfinished: string) => void): void {
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    make(unfinished);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
