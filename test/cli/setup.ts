import { execFileSync, execSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The packed tarball, installed in an empty folder. */
    installed: { folder: string; bin: string; node: string; tarballBytes: number };
  }
}

/** Packs what would be published and installs it in an empty folder, once for all test files. */
export default function setup(project: TestProject): () => void {
  const root = path.resolve(import.meta.dirname, '../..');
  const folder = mkdtempSync(path.join(tmpdir(), 'create-secure-infra-installed-'));
  execSync(`npm pack --silent --pack-destination "${folder}"`, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const tarball = path.join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz'))!,
  );
  const tarballBytes = statSync(tarball).size;
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  // Offline: a package that needed another one would fail here.
  execSync(`npm install --silent --offline --no-audit --no-fund "${tarball}"`, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // CI runs these tests again with newer versions of Node under the command.
  const node = process.env.NODE_UNDER_TEST ?? process.execPath;
  process.stdout.write(`The command runs on Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}.\n`);
  const bin = path.join(folder, 'node_modules/create-secure-infra/bin/create-secure-infra.js');
  project.provide('installed', { folder, bin, node, tarballBytes });
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
