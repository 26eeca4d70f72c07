import path from 'node:path';

import type { Sample } from '../support/samples.js';
import { writeFiles } from '../support/files.js';
import { planSample } from '../simulated-aws/planner.js';
import type { Tools } from '../simulated-aws/proof.js';
import { configurationFile, scanFolder, scanPlan, type CheckovResult, type Finding } from './checkov.js';
import { readSuppressions, withoutSuppressions, type Suppression } from './suppressions.js';
import { lint, type Issue } from './tflint.js';

/** What a project is scanned with. */
export interface Scanners {
  /** A python that has Checkov. */
  checkov: string;
  tflint: string;
  /** A configuration with the ruleset of AWS, where TFLint could get it. */
  awsRuleset?: string;
  /** What plans are made with; without it there is none to scan. */
  planning?: Tools;
}

/** A suppression of Checkov's, with what the check asks in Checkov's words. */
export interface ExplainedSuppression extends Suppression {
  asks?: string;
}

/** What the scanners say of a project. */
export interface Scan {
  sample: string;
  hcl: CheckovResult;
  /** Of the project and of its bootstrap/ together. */
  plan?: CheckovResult;
  issues: Issue[];
  suppressions: ExplainedSuppression[];
  /** Whatever a security team would ask about: each a line. */
  faults: string[];
}

/** Scans a project: its HCL, its plan, and its HCL once more without suppressions. `folder` gets copies and logs. */
export async function scan(sample: Sample, scanners: Scanners, folder: string): Promise<Scan> {
  const place = (files: Sample['files'], name: string) => {
    const project = path.join(folder, name);
    writeFiles(files, project);
    return project;
  };
  const project = place(sample.files, 'hcl');
  const issues = await lint(scanners.tflint, project);
  if (scanners.awsRuleset) issues.push(...(await lint(scanners.tflint, project, scanners.awsRuleset)));
  const hcl = await scanFolder(scanners.checkov, project);
  const bare = await scanFolder(scanners.checkov, place(withoutSuppressions(sample.files), 'bare'));
  const plan = scanners.planning && (await scanPlans(sample, scanners.checkov, scanners.planning, folder));
  const suppressions = readSuppressions(sample.files);
  return {
    sample: sample.name,
    hcl,
    ...(plan ? { plan } : {}),
    issues,
    suppressions: suppressions.map((suppression) => explained(suppression, bare.failed)),
    faults: [
      ...hcl.failed.map((finding) => `checkov on HCL: ${described(finding)}`),
      ...(plan?.failed ?? []).map((finding) => `checkov on the plan: ${described(finding)}`),
      ...issues.map(({ rule, message, place }) => `tflint: ${rule}: ${message} (${place})`),
      ...suppressions.flatMap((suppression) => faultsOf(suppression, bare.failed)),
    ],
  };
}

async function scanPlans(sample: Sample, checkov: string, tools: Tools, folder: string): Promise<CheckovResult> {
  const results: CheckovResult[] = [];
  const configuration = sample.files.get(configurationFile)!;
  for (const plan of await planSample(sample, tools, folder))
    results.push(await scanPlan(checkov, folder, plan, configuration));
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.flatMap(({ failed }) => failed),
    skipped: results.flatMap(({ skipped }) => skipped),
  };
}

function described({ check, asks, resource }: Finding): string {
  return `${check} on ${resource}: ${asks}`;
}

/** What is wrong with a suppression, seen beside what Checkov finds where there is none. */
export function faultsOf({ scanner, check, reason, resource, place }: Suppression, findings: Finding[]): string[] {
  const faults: string[] = [];
  if (scanner === 'tflint') faults.push('TFLint has nothing to be kept from');
  else if (!resource) faults.push('it stands where no scanner looks, or is not written as the others are');
  else if (!reason) faults.push('it gives no reason');
  if (scanner === 'checkov' && resource && !findings.some((finding) => sameCheck(finding, { check, resource })))
    faults.push('it suppresses nothing');
  return faults.map((fault) => `${place}: suppression of ${check}: ${fault}`);
}

function explained(suppression: Suppression, findings: Finding[]): ExplainedSuppression {
  const found = findings.find((finding) => sameCheck(finding, suppression));
  return found ? { ...suppression, asks: found.asks } : suppression;
}

function sameCheck(finding: Finding, { check, resource }: Pick<Suppression, 'check' | 'resource'>): boolean {
  return finding.check === check && finding.resource === resource;
}
