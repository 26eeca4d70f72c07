import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { bounds } from '../support/bounds.mjs';
import { cacheFolder, placeOnceMade } from '../support/cache.js';
import { run } from '../support/process.js';
import { environment, findMirror, terraformBlock } from '../terraform/terraform.js';

/** The OpenTofu that is built where there is none; and of its go.mod the Go, and the HCL in place of HashiCorp's. */
const built = { tofu: '1.12.6', go: '1.26.6', hcl: 'v2.20.2-0.20251021132045-587d123c2828' };

/** OpenTofu and its provider, ready for use. */
export interface Tofu {
  program: string;
  /** What they call themselves. */
  version: string;
  providerVersion: string;
  /** An unpacked mirror that holds the provider, for -plugin-dir. */
  providers: string;
  lockFile: string;
}

/**
 * The program: what TOFU names, the one on PATH, one that was built before, or one that Go builds, once, into
 * node_modules/.cache. Throws where none can be had; `say` is told of a build, which takes minutes.
 */
export function findTofu(say: (line: string) => void): string {
  // It runs in other folders than this one.
  const named = process.env.TOFU?.includes(path.sep) ? path.resolve(process.env.TOFU) : process.env.TOFU;
  if (named !== undefined && versionOf(named) === undefined) throw new Error(`TOFU=${named} is no OpenTofu`);
  const folder = path.join(cacheFolder, `tofu-${built.tofu}`);
  const ours = path.join(folder, 'tofu');
  const found = [named, 'tofu', ours].find((program) => program !== undefined && versionOf(program) !== undefined);
  if (found !== undefined) return found;

  say(`no tofu is on PATH: Go builds ${built.tofu} into ${folder}, once, which takes a few minutes`);
  placeOnceMade(folder, build);
  return ours;
}

/**
 * Builds OpenTofu in `folder`: in a module of its own that replaces what OpenTofu's go.mod replaces, since `go install`
 * refuses a go.mod that replaces anything.
 */
function build(folder: string): void {
  const main = 'github.com/opentofu/opentofu';
  const lines = [
    'module build',
    `go ${built.go}`,
    `require ${main} v${built.tofu}`,
    `replace github.com/hashicorp/hcl/v2 v2.20.1 => github.com/opentofu/hcl/v2 ${built.hcl}`,
  ];
  writeFileSync(path.join(folder, 'go.mod'), lines.map((line) => `${line}\n`).join('\n'));
  const { status, stderr, error } = spawnSync(
    'go',
    // A program that was not built for a release otherwise calls itself one in development.
    ['build', '-o', 'tofu', '-ldflags', `-s -w -X ${main}/version.dev=no`, `${main}/cmd/tofu`],
    { cwd: folder, encoding: 'utf8', timeout: bounds.command, env: { ...process.env, GOFLAGS: '-mod=mod' } },
  );
  if (status !== 0)
    throw new Error(`tofu is not on PATH, and Go cannot build it:\n${error?.message ?? stderr.slice(-4000)}`);
}

/** The version that a program gives for itself where it is OpenTofu. */
function versionOf(program: string): string | undefined {
  const { status, stdout } = spawnSync(program, ['version'], { encoding: 'utf8', env: environment() });
  return status === 0 ? /^OpenTofu v(\S+)/m.exec(stdout)?.[1] : undefined;
}

/** Initialises the provider in `folder`, for all samples to share: from a mirror on this machine, or OpenTofu's registry. */
export async function prepareTofu(program: string, folder: string): Promise<Tofu> {
  const mirror = findMirror();
  const own = mirror === undefined ? [] : [`-plugin-dir=${mirrorForTofu(mirror, path.join(folder, 'mirror'))}`];
  writeFileSync(path.join(folder, 'provider.tf'), terraformBlock());
  const { status, output } = await run(program, ['init', '-backend=false', '-input=false', '-no-color', ...own], {
    cwd: folder,
    log: path.join(folder, 'log'),
    boundMilliseconds: bounds.command,
    env: environment(),
  });
  if (status !== 0) throw new Error(`tofu finds no AWS provider, neither in a mirror nor in its registry:\n${output}`);
  const lockFile = path.join(folder, '.terraform.lock.hcl');
  return {
    program,
    version: versionOf(program)!,
    providerVersion: /^ +version += "(.+)"$/m.exec(readFileSync(lockFile, 'utf8'))![1]!,
    providers: path.join(folder, '.terraform/providers'),
    lockFile,
  };
}

/** A mirror that offers Terraform's provider under the name that OpenTofu asks for: its own registry's. */
export function mirrorForTofu(mirror: string, folder: string): string {
  const name = path.join('hashicorp', 'aws');
  const [from, to] = [
    path.join(mirror, 'registry.terraform.io', name),
    path.join(folder, 'registry.opentofu.org', name),
  ];
  for (const version of readdirSync(from)) {
    mkdirSync(path.join(to, version), { recursive: true });
    // OpenTofu follows links at this depth only.
    for (const platform of readdirSync(path.join(from, version)))
      symlinkSync(path.join(from, version, platform), path.join(to, version, platform), 'junction');
  }
  return folder;
}
