import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { endAll } from './process.js';

/** Folders of tasks that still run. They are of no use to anybody once this process is stopped. */
const unfinished = new Set<string>();
process.on('exit', () => {
  // What still runs would write into a folder that is removed under it.
  endAll();
  unfinished.forEach(clear);
});

/**
 * Does something in a folder of its own, which is removed where that succeeds. Where it fails the folder stays, and the
 * error says where it is.
 */
export async function keepingLogs<T>(name: string, task: (folder: string) => Promise<T>): Promise<T> {
  // Short, because the provider's socket is below it, and a socket's path has 104 characters at the most.
  const folder = mkdtempSync(path.join(tmpdir(), 'csi-'));
  unfinished.add(folder);
  try {
    const result = await task(folder);
    clear(folder);
    return result;
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}\n\nIts logs are in ${folder}`, { cause: error });
  } finally {
    unfinished.delete(folder);
  }
}

function clear(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
