import path from 'node:path';

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
  /** Path from the folder that was scanned: `bootstrap/main.tf`. */
  file: string;
}

export interface CheckovResult {
  passed: number;
  failed: Finding[];
  skipped: Finding[];
}

const boundSeconds = 300;

/** The configuration that a generated project brings for Checkov. */
export const configurationFile = '.checkov.yaml';

/** Scans the HCL in `folder` with the configuration that stands in it. `python` must have checkovTools. */
export function scanFolder(python: string, folder: string, log: string): Promise<CheckovResult> {
  return scan(python, folder, ['--directory', '.'], log);
}

/**
 * Scans a plan, in the file `plan` as JSON, of the module in the folder `module`, whose suppressions hold for it, with the
 * configuration of the project.
 */
export function scanPlan(
  python: string,
  project: string,
  { module, plan }: { module: string; plan: string },
  log: string,
): Promise<CheckovResult> {
  const args = ['--framework', 'terraform_plan', '--file', plan, '--repo-root-for-plan-enrichment', module];
  return scan(python, project, args, log);
}

async function scan(python: string, cwd: string, args: readonly string[], log: string): Promise<CheckovResult> {
  const { status, stdout, output } = await run(python, ['-m', 'checkov.main', ...args, '--output', 'json'], {
    cwd,
    log,
    boundSeconds,
    env: checkovEnvironment(path.dirname(log)),
  });
  // 1 is for findings.
  if (status !== 0 && status !== 1) throw new Error(`checkov failed, see ${log}:\n${output.slice(-2000)}`);
  return readResult(stdout);
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

/** Reads what Checkov printed as JSON. Throws where files could not be parsed, or nothing was looked at. */
export function readResult(text: string): CheckovResult {
  const report = JSON.parse(text) as {
    summary?: { passed: number; parsing_errors: number };
    results?: { failed_checks: Record[]; skipped_checks?: Record[]; parsing_errors?: string[] };
  };
  const { summary, results } = report;
  if (!summary || !results?.skipped_checks || summary.passed === 0) throw new Error(`checkov found nothing to scan`);
  if (summary.parsing_errors > 0) throw new Error(`checkov cannot parse ${results.parsing_errors?.join(', ')}`);
  return {
    passed: summary.passed,
    failed: results.failed_checks.map(finding),
    skipped: results.skipped_checks.map(finding),
  };
}

function finding({ check_id, check_name, resource, file_path }: Record): Finding {
  return {
    check: check_id,
    asks: check_name,
    resource: resource.replace(/\[.*$/, ''),
    file: file_path.replace(/^\//, ''),
  };
}
