import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

import { goldenFolder, sampleAnswers } from '../../scripts/samples.mjs';
import type { ProjectFiles } from '../../src/render/project-files.js';
import { bounds } from '../support/bounds.mjs';
import { writeFiles } from '../support/files.js';
import { modulesBeside } from '../support/modules.js';

/** The folder that holds an unpacked provider mirror; the first place that is looked at. */
export const mirrorVariable = 'CREATE_SECURE_INFRA_PROVIDER_MIRROR';

const awsProvider = path.join('registry.terraform.io', 'hashicorp', 'aws');

/** Terraform and its provider, ready for use; `unavailable` says why there is none. */
export type Toolchain =
  | { unavailable: string }
  | { unavailable?: undefined; version: string; source: string; dataFolder: string; lockFile: string };

/**
 * Finds terraform and initialises the provider once, for all projects to share.
 * Never throws: a machine without them leaves these tests out, and says so.
 */
export function findToolchain(): Toolchain {
  const version = spawnSync('terraform', ['version', '-json'], { encoding: 'utf8', env: environment() });
  if (version.status !== 0) return { unavailable: 'terraform is not on PATH' };
  const mirror = findMirror();
  const folder = mkdtempSync(path.join(tmpdir(), 'create-secure-infra-terraform-'));
  writeFileSync(path.join(folder, 'provider.tf'), terraformBlock());
  const init = spawnSync(
    'terraform',
    ['init', '-backend=false', '-input=false', '-no-color', ...(mirror ? [`-plugin-dir=${mirror}`] : [])],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: bounds.command,
      env: environment(),
    },
  );
  if (init.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    return {
      unavailable: `terraform finds no AWS provider, neither in a mirror nor in the public registry:\n${init.stderr}`,
    };
  }
  const ownLockFile = path.join(folder, lockFile);
  withoutChecksums(ownLockFile);
  return {
    version: (JSON.parse(version.stdout) as { terraform_version: string }).terraform_version,
    source: mirror ? 'an unpacked mirror' : 'the public registry',
    dataFolder: path.join(folder, '.terraform'),
    lockFile: ownLockFile,
  };
}

/** What terraform calls its lock file. */
export const lockFile = '.terraform.lock.hcl';

/** Takes the checksums out of a lock file: for them each command would read all 0.6 GB of the provider once more. */
export function withoutChecksums(file: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/^ +hashes = \[\n[^\]]*\]\n/gm, ''));
}

/** What golden samples require of terraform and its provider; they all require the same. */
export function terraformBlock(): string {
  const file = path.join(goldenFolder, sampleAnswers[0]!.name, 'provider.tf');
  return /^terraform \{\n[\s\S]*?^\}\n/m.exec(readFileSync(file, 'utf8'))![0];
}

/** An unpacked mirror with the AWS provider: where our variable says, where Terraform looks by itself, or anywhere. */
export function findMirror(): string | undefined {
  const home = homedir();
  const implied = [
    process.env[mirrorVariable],
    path.join(home, '.terraform.d/plugins'),
    path.join(process.env.XDG_DATA_HOME ?? path.join(home, '.local/share'), 'terraform/plugins'),
    path.join(home, 'Library/Application Support/io.terraform/plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
  const found = implied.find((folder) => folder && existsSync(path.join(folder, awsProvider)));
  if (found || process.platform === 'win32') return found;
  const search = spawnSync(
    'find',
    [
      '/',
      '-xdev',
      '-path',
      '/proc',
      '-prune',
      '-o',
      '-path',
      `*/${awsProvider}/*`,
      '-type',
      'f',
      '-name',
      'terraform-provider-aws_*',
      '-not',
      '-path',
      '*/.terraform/*',
      '-print',
      '-quit',
    ],
    {
      encoding: 'utf8',
      timeout: bounds.command,
    },
  );
  return search.stdout.trim() ? search.stdout.trim().split(`/${awsProvider}`)[0] : undefined;
}

/**
 * The environment without what would lead terraform elsewhere. Most of what terraform and the provider have in memory stays
 * there, and to look through it less often takes a third less of the processor, for 150 MB more.
 */
export function environment(dataFolder?: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { GOGC: '400', ...process.env, CHECKPOINT_DISABLE: '1' };
  if (env.TF_CLI_CONFIG_FILE && !existsSync(env.TF_CLI_CONFIG_FILE)) delete env.TF_CLI_CONFIG_FILE;
  const misleading = /^(TF_VAR_|TF_CLI_ARGS|TF_WORKSPACE|TF_LOG|TF_DATA_DIR|AWS_)/;
  for (const name of Object.keys(env)) if (misleading.test(name)) delete env[name];
  return dataFolder ? { ...env, TF_DATA_DIR: dataFolder } : env;
}

/** Writes a project where terraform can work on it, with the shared provider. */
export function placeProject(files: ProjectFiles, folder: string, ownLockFile: string): void {
  writeFiles(files, folder);
  for (const module of modulesOf(files, folder)) copyFileSync(ownLockFile, path.join(module, lockFile));
}

/** The folders of a project in `folder` that terraform runs in: its own, and those beside it that are applied before. */
export function modulesOf(files: ProjectFiles, folder: string): [project: string, ...beside: string[]] {
  return [folder, ...modulesBeside(files).map((name) => path.join(folder, name))];
}

export interface Outcome {
  status: number;
  output: string;
}

/** Runs terraform in `folder` and returns what it said. */
export function terraform(folder: string, dataFolder: string, ...args: string[]): Promise<Outcome> {
  return new Promise((done) => {
    execFile(
      'terraform',
      args,
      { cwd: folder, env: environment(dataFolder), maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        done({ status: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      },
    );
  });
}
