import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

import pLimit from 'p-limit';
import { expect } from 'vitest';

import { bounds } from './bounds.mjs';
import { writeFiles } from './files.js';
import { scratchFolder } from './scratch.js';

/** The order of Terraform's `sort`: by code point. */
function inOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The files below a folder, by their paths with slashes, in Terraform's order. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .toSorted(inOrder);
}

/** What the layers write of functions, their build and their tests; they are templates without an expression. */
export function functionSources(layers: readonly string[]): Map<string, string> {
  return new Map(
    layers.flatMap((layer) =>
      filesBelow(path.join('templates', layer))
        .filter((file) => /^(functions|tests\/functions|tests\/integration)\//.test(file))
        .map(
          (file) => [file.replace(/\.hbs$/, ''), readFileSync(path.join('templates', layer, file), 'utf8')] as const,
        ),
    ),
  );
}

/** A scratch folder with these sources, of which some may be changed and others added. */
export function writeSources(sources: ReadonlyMap<string, string>, changed: Record<string, string> = {}): string {
  const folder = scratchFolder();
  writeFiles(new Map([...sources, ...Object.entries(changed)]), folder);
  return folder;
}

export interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs a command in a folder to its end, with `env` as its whole environment. Throws where it is not there. */
export function runIn(folder: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const options = { cwd: folder, env, timeout: bounds.test, maxBuffer: 2 ** 24 };
  return new Promise<Outcome>((done, failed) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') failed(new Error(`there is no ${command}, which these tests need`));
      else done({ status: error ? Number(error.code ?? 255) : 0, stdout, stderr });
    });
  });
}

/**
 * What Terraform compares with the record of a function's sources: the expression of locals.tf in JavaScript, with what
 * the layer of the language says is not packed.
 */
export function sourcesInTerraform(folder: string, name: string, language: 'node' | 'python'): string {
  // As it stands between the quotes of a string.
  const notPacked = readFileSync(`templates/functions-${language}/_parts/not-packed.hbs`, 'utf8');
  const pattern = new RegExp(JSON.parse(`"${notPacked}"`) as string);
  const root = path.join(folder, 'functions', name);
  const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  const lines = filesBelow(root)
    .filter((file) => !pattern.test(file))
    .map((file) => `${sha256(readFileSync(path.join(root, file)))}  ${file}\n`);
  return sha256(lines.join(''));
}

/** What functions/build.json says a function was made of. */
export function sourcesInRecord(folder: string, name: string): string {
  const record = JSON.parse(readFileSync(path.join(folder, 'functions/build.json'), 'utf8')) as Record<
    string,
    { sources: string }
  >;
  return record[name]!.sources;
}

/** A copy of a project where a shell script stands in for terraform; `terraform init` has run there, or not. */
export function withTerraform(project: string, script: string, { initialized = true } = {}) {
  const folder = scratchFolder();
  cpSync(project, folder, { recursive: true });
  if (initialized) mkdirSync(path.join(folder, '.terraform'));
  const terraform = path.join(folder, 'terraform.sh');
  writeFileSync(terraform, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { folder, terraform };
}

/** A change for the worse: the file below functions/, what is replaced by what there, and the test that must notice. */
export type Mutation<Kind = undefined> = readonly [
  what: string,
  file: string,
  from: string,
  to: string,
  test: string,
  kind?: Kind,
];

/** The mutations that their tests do not notice, each with what the test said. */
export async function unnoticed<Kind>(
  mutations: readonly Mutation<Kind>[],
  sourcesOf: (kind: Kind | undefined) => ReadonlyMap<string, string>,
  run: (folder: string, test: string) => Promise<{ noticed: boolean; output: string }>,
): Promise<string[]> {
  const limit = pLimit(Math.max(2, availableParallelism()));
  const missed = await Promise.all(
    mutations.map(([what, file, from, to, test, kind]) =>
      limit(async () => {
        const name = `functions/${file}`;
        const sources = sourcesOf(kind);
        const text = sources.get(name)!;
        expect(text.split(from).length, `${what}: ${name} has no ${from}, or more than one`).toBe(2);
        const { noticed, output } = await run(writeSources(sources, { [name]: text.replace(from, () => to) }), test);
        return noticed ? [] : [`${what}\n${output}`];
      }),
    ),
  );
  return missed.flat();
}
