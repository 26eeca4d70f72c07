import { spawnSync } from 'node:child_process';

import { bounds } from '../support/bounds.mjs';
import { run } from '../support/process.js';
import { environment } from '../terraform/terraform.js';
import type { Finding } from './checkov.js';

/** The command, where Trivy is on PATH; nothing here installs it. */
export function trivyOnPath(): string | undefined {
  return spawnSync('trivy', ['--version'], { env: trivyEnvironment() }).status === 0 ? 'trivy' : undefined;
}

/** Nothing of the machine's own settings. */
function trivyEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment()).filter(([name]) => !name.startsWith('TRIVY_')));
}

/** Scans the projects in `folder`, each in a folder of its own, with the checks that came with this Trivy. */
export async function scanWithTrivy(trivy: string, folder: string, log: string): Promise<Map<string, Finding[]>> {
  const args = ['config', '--quiet', '--skip-check-update', '--format', 'json', '.'];
  const { status, stdout, output } = await run(trivy, args, {
    cwd: folder,
    log,
    boundMilliseconds: bounds.command,
    env: trivyEnvironment(),
  });
  if (status !== 0) throw new Error(`trivy failed, see ${log}:\n${output.slice(-2000)}`);
  return readTrivy(stdout);
}

/**
 * Reads what Trivy printed as JSON: what it would have otherwise, by the first part of the path of its file. Throws where
 * nothing was looked at. https://trivy.dev/docs/latest/scanner/misconfiguration/
 */
export function readTrivy(text: string): Map<string, Finding[]> {
  const { Results: results = [] } = JSON.parse(text) as {
    Results?: {
      Target: string;
      Misconfigurations?: { ID: string; Title: string; Status: string; CauseMetadata?: { Resource?: string } }[];
    }[];
  };
  if (results.length === 0) throw new Error('trivy found nothing to scan');
  const found = new Map<string, Finding[]>();
  for (const { Target: target, Misconfigurations: misconfigurations = [] } of results) {
    const [project = '', ...file] = target.split('/');
    const findings = misconfigurations
      .filter(({ Status: state }) => state === 'FAIL')
      .map(({ ID: id, Title: asks, CauseMetadata: cause }) => ({
        check: id.replace(/^AVD-/, ''),
        asks,
        resource: cause?.Resource?.replace(/\[.*$/, '') ?? '',
        file: file.join('/'),
      }));
    found.set(project, [...(found.get(project) ?? []), ...findings]);
  }
  return found;
}

/** What Trivy's checks ask that are suppressed, in its own words, for where it is not. https://avd.aquasec.com/misconfig/aws/ */
export const askedByTrivy: Record<string, string> = {
  'AWS-0053': 'Load balancer is exposed to the internet.',
  'AWS-0054': 'Use of plain HTTP.',
  'AWS-0089': 'S3 bucket logging',
  'AWS-0104': 'A security group rule should not allow unrestricted egress to any IP address.',
  'AWS-0132': 'S3 encryption should use customer managed keys',
  'AWS-0133': 'Enable Performance Insights to detect potential problems',
  'AWS-0177': 'RDS Deletion Protection Disabled',
  'AWS-0190': 'Ensure that response caching is enabled for your Amazon API Gateway REST APIs.',
  'AWS-0343': 'RDS cluster deletion protection disabled',
};
