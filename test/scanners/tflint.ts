import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import path from 'node:path';

import { bounds } from '../support/bounds.mjs';
import { cacheFolder, placeOnceMade } from '../support/cache.js';
import { run } from '../support/process.js';
import { environment } from '../terraform/terraform.js';

/** Something that TFLint does not like. */
export interface Issue {
  rule: string;
  message: string;
  /** `variables.tf:12` */
  place: string;
}

/**
 * A tflint of exactly this version: the one on PATH, one that was installed before, or one that Go installs, once, into
 * node_modules/.cache. Throws with Go's own words where none can be had.
 */
export function tflintOf(version: string): string {
  const folder = path.join(cacheFolder, `tflint-${version}`);
  const installed = path.join(folder, 'tflint');
  const found = ['tflint', installed].find((command) => versionOf(command) === version);
  if (found) return found;

  placeOnceMade(folder, (unfinished) => {
    const { status, stdout, stderr, error } = spawnSync(
      'go',
      ['install', `github.com/terraform-linters/tflint@v${version}`],
      { encoding: 'utf8', timeout: bounds.command, env: { ...process.env, GOBIN: unfinished, GOFLAGS: '' } },
    );
    if (status !== 0)
      throw new Error(
        `tflint ${version} is neither on PATH nor can Go install it:\n${error?.message ?? stdout + stderr}`,
      );
  });
  return installed;
}

function versionOf(command: string): string | undefined {
  const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8', env: tflintEnvironment() });
  return /^TFLint version (\S+)/m.exec(stdout ?? '')?.[1];
}

/** Nothing of the machine's own settings, for TFLint or for Terraform, and rulesets are kept beside it. */
function tflintEnvironment(): NodeJS.ProcessEnv {
  const env = Object.entries(environment()).filter(([name]) => !name.startsWith('TFLINT_'));
  return {
    ...Object.fromEntries(env),
    TFLINT_DISABLE_VERSION_CHECK: '1',
    TFLINT_PLUGIN_DIR: path.join(cacheFolder, 'tflint-rulesets'),
  };
}

/** The configuration that a generated project brings for TFLint. */
export const configurationFile = '.tflint.hcl';

/** Looks at a project and its bootstrap/ with the project's own configuration, or with another one. */
export async function lint(
  tflint: string,
  project: string,
  log: string,
  configuration = path.join(project, configurationFile),
): Promise<Issue[]> {
  if (!existsSync(configuration)) throw new Error(`${project} brings no ${configurationFile}`);
  const { stdout, output } = await run(
    tflint,
    ['--recursive', '--config', configuration, '--format', 'json', '--no-color'],
    { cwd: project, log, boundMilliseconds: bounds.command, env: tflintEnvironment() },
  );
  const report = readReport(stdout);
  if (!report || report.errors.length > 0) throw new Error(`tflint failed, see ${log}:\n${output.slice(-2000)}`);
  return report.issues.map(({ rule, message, range }) => ({
    rule: rule.name,
    message,
    place: `${range.filename}:${range.start.line}`,
  }));
}

interface Report {
  issues: { rule: { name: string }; message: string; range: { filename: string; start: { line: number } } }[];
  errors: unknown[];
}

function readReport(text: string): Report | undefined {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return undefined;
  }
}

/** The ruleset of AWS that is used where it can be had; it is published on GitHub alone. */
const awsRuleset = '0.48.0';

/** A configuration file that turns on AWS's ruleset, or why TFLint could not download that. */
export type AwsRuleset = { configuration: string; unavailable?: undefined } | { unavailable: string };

/** Lets TFLint download AWS's ruleset, once. */
export async function awsRulesetFor(tflint: string): Promise<AwsRuleset> {
  const configuration = path.join(cacheFolder, 'tflint-aws-ruleset.hcl');
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(
    configuration,
    `plugin "aws" {
  enabled = true
  version = "${awsRuleset}"
  source  = "github.com/terraform-linters/tflint-ruleset-aws"
}
`,
  );
  const { status, output } = await run(tflint, ['--init', '--config', configuration], {
    cwd: cacheFolder,
    log: devNull,
    boundMilliseconds: bounds.command,
    env: tflintEnvironment(),
  });
  if (status === 0) return { configuration };
  return { unavailable: `without TFLint's ruleset for AWS, which cannot be downloaded:\n${output.trim()}` };
}
