import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { scannerVersions } from '../../src/render/pipeline-tools.js';
import { bounds } from '../support/bounds.mjs';
import { cacheFolder, placeOnceMade } from '../support/cache.js';
import { run } from '../support/process.js';
import type { PythonTools } from '../support/python.js';
import { environment } from '../terraform/terraform.js';

export const checkovTools: PythonTools = {
  name: 'checkov',
  requirements: path.join(import.meta.dirname, 'requirements.txt'),
  constraints: path.join(import.meta.dirname, 'constraints.txt'),
  modules: ['checkov.version'],
};

/** What one check says of one resource. */
export interface Finding {
  /** `CKV_AWS_150` */
  check: string;
  /** What it asks, in Checkov's words. */
  asks: string;
  /** `aws_lb.alb`, without an index or key. */
  resource: string;
  /** Path from the project's folder: `bootstrap/main.tf`. */
  file: string;
}

export interface CheckovResult {
  passed: number;
  failed: Finding[];
  skipped: Finding[];
}

/** The configuration that a generated project brings for Checkov. */
export const configurationFile = '.checkov.yaml';

/**
 * Scans the HCL of the projects in `folder`, each in a folder of its own, with a configuration of theirs; for no more than
 * `checks` where those are named.
 */
export function scanFolders(
  python: string,
  { folder, configuration, checks }: { folder: string; configuration: string; checks?: readonly string[] },
  log: string,
): Promise<Map<string, CheckovResult>> {
  const chosen = checks ? ['--check', checks.join(',')] : [];
  return scan(python, folder, ['--directory', '.', '--config-file', configuration, ...chosen], log);
}

/** Scans plans as JSON, each a file of `folder`. Nothing is skipped: suppressions are comments, which no plan has. */
export function scanPlans(
  python: string,
  { folder, files, configuration }: { folder: string; files: readonly string[]; configuration: string },
  log: string,
): Promise<Map<string, CheckovResult>> {
  const args = ['--framework', 'terraform_plan', '--config-file', configuration, '--file', ...files];
  return scan(python, folder, args, log);
}

async function scan(
  python: string,
  cwd: string,
  args: readonly string[],
  log: string,
): Promise<Map<string, CheckovResult>> {
  placeGrammar(path.dirname(log));
  const { status, stdout, output } = await run(python, ['-m', 'checkov.main', ...args, '--output', 'json'], {
    cwd,
    log,
    boundMilliseconds: bounds.command,
    env: checkovEnvironment(path.dirname(log)),
  });
  // 1 is for findings.
  if (status !== 0 && status !== 1) throw new Error(`checkov failed, see ${log}:\n${output.slice(-2000)}`);
  return readResult(stdout);
}

/** The tables of the grammar that Checkov reads HCL by. It would make them anew in each new temporary folder. */
const grammar = path.join(cacheFolder, `checkov-grammar-${scannerVersions.checkov}`);

/** Makes the grammar, once. Where they cannot be made beforehand, or another python needs others, Checkov makes its own. */
export function prepareGrammar(python: string): void {
  if (existsSync(grammar)) return;
  placeOnceMade(grammar, (unfinished) => {
    spawnSync(python, ['-c', 'import hcl2'], { env: checkovEnvironment(unfinished), timeout: bounds.command });
  });
}

function placeGrammar(folder: string): void {
  for (const file of existsSync(grammar) ? readdirSync(grammar) : [])
    copyFileSync(path.join(grammar, file), path.join(folder, file));
}

/**
 * Nothing of the machine's own settings, for Checkov or for Terraform. Checkov looks for some in the home folder, and keeps
 * its grammar in the temporary one: both are `folder`.
 */
function checkovEnvironment(folder: string): NodeJS.ProcessEnv {
  const misleading = /^(CKV_|CHECKOV_|BC_|PRISMA_|BRIDGECREW)/;
  const env = Object.entries(environment()).filter(([name]) => !misleading.test(name));
  return { ...Object.fromEntries(env), HOME: folder, TMPDIR: folder, LOG_LEVEL: 'ERROR', ANSI_COLORS_DISABLED: '1' };
}

interface Record {
  check_id: string;
  check_name: string;
  resource: string;
  file_path: string;
}

/**
 * Reads what Checkov printed as JSON: its findings by the first part of the path of their file, a folder or a plan.
 * Throws where files could not be parsed, or nothing was looked at.
 */
export function readResult(text: string): Map<string, CheckovResult> {
  const report = JSON.parse(text) as {
    summary?: { passed: number; parsing_errors: number };
    results?: {
      passed_checks?: Record[];
      failed_checks: Record[];
      skipped_checks?: Record[];
      parsing_errors?: string[];
    };
  };
  const { summary, results } = report;
  if (!summary || !results?.skipped_checks || summary.passed === 0) throw new Error(`checkov found nothing to scan`);
  if (summary.parsing_errors > 0) throw new Error(`checkov cannot parse ${results.parsing_errors?.join(', ')}`);
  const found = new Map<string, CheckovResult>();
  const resultOf = ({ file_path }: Record) => {
    const project = file_path.replace(/^\//, '').split('/')[0]!;
    if (!found.has(project)) found.set(project, { passed: 0, failed: [], skipped: [] });
    return found.get(project)!;
  };
  for (const record of results.passed_checks ?? []) resultOf(record).passed++;
  for (const record of results.failed_checks) resultOf(record).failed.push(finding(record));
  for (const record of results.skipped_checks) resultOf(record).skipped.push(finding(record));
  return found;
}

function finding({ check_id, check_name, resource, file_path }: Record): Finding {
  return {
    check: check_id,
    asks: check_name,
    resource: resource.replace(/\[.*$/, ''),
    file: file_path.replace(/^\/?[^/]*\//, ''),
  };
}
