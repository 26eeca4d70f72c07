import { writeFileSync } from 'node:fs';
import path from 'node:path';

import type { ProjectFiles } from 'create-secure-infra';

import { planSample } from '../simulated-aws/planner.js';
import type { Tools } from '../simulated-aws/proof.js';
import { writeFiles } from '../support/files.js';
import type { Sample } from '../support/samples.js';
import {
  configurationFile as checkovConfiguration,
  scanFolder,
  scanPlan,
  type CheckovResult,
  type Finding,
} from './checkov.js';
import { readSuppressions, withoutSuppressions, type Suppression } from './suppressions.js';
import { configurationFile as tflintConfiguration, lint, type AwsRuleset, type Issue } from './tflint.js';

/** What a project is scanned with. */
export interface Scanners {
  /** A python that has Checkov. */
  checkov: string;
  tflint: string;
  awsRuleset: AwsRuleset;
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
  const logs = { checkov: path.join(folder, 'checkov.log'), tflint: path.join(folder, 'tflint.log') };
  const place = (files: ProjectFiles, name: string) => {
    const project = path.join(folder, name);
    writeFiles(files, project);
    return project;
  };
  const project = place(sample.files, 'hcl');
  const issues = await lint(scanners.tflint, project, logs.tflint);
  if (scanners.awsRuleset.unavailable === undefined)
    issues.push(...(await lint(scanners.tflint, project, logs.tflint, scanners.awsRuleset.configuration)));
  const hcl = await scanFolder(scanners.checkov, project, logs.checkov);
  const bare = await scanFolder(scanners.checkov, place(withoutSuppressions(sample.files), 'bare'), logs.checkov);
  const plan =
    scanners.planning && (await scanPlans(sample, scanners.checkov, scanners.planning, folder, logs.checkov));
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
      ...[...hcl.skipped, ...(plan?.skipped ?? [])]
        .filter((finding) => !suppressions.some((suppression) => isAbout(suppression, finding)))
        .map((finding) => `skipped by a comment that is not written as the others are: ${described(finding)}`),
      ...configurationFaults(sample.files),
    ],
  };
}

async function scanPlans(
  sample: Sample,
  checkov: string,
  tools: Tools,
  folder: string,
  log: string,
): Promise<CheckovResult> {
  const results: CheckovResult[] = [];
  for (const { project, module, plan } of await planSample(sample, tools, folder)) {
    const file = path.join(folder, `${path.basename(module)}-plan.json`);
    writeFileSync(file, plan);
    results.push(await scanPlan(checkov, project, { module, plan: file }, log));
  }
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
export function faultsOf(suppression: Suppression, findings: readonly Finding[]): string[] {
  const { scanner, check, reason, resource, place } = suppression;
  const faults: string[] = [];
  if (scanner === 'tflint') faults.push('TFLint has nothing to be kept from');
  else if (!resource) faults.push('it stands where no scanner looks, or is not written as the others are');
  else if (!reason) faults.push('it gives no reason');
  if (scanner === 'checkov' && resource && !findings.some((finding) => isAbout(suppression, finding)))
    faults.push('it suppresses nothing');
  return faults.map((fault) => `${place}: suppression of ${check}: ${fault}`);
}

function explained(suppression: Suppression, findings: readonly Finding[]): ExplainedSuppression {
  const found = findings.find((finding) => isAbout(suppression, finding));
  return found ? { ...suppression, asks: found.asks } : suppression;
}

function isAbout({ check, resource }: Suppression, finding: Finding): boolean {
  return finding.check === check && finding.resource === resource;
}

/** Keys of Checkov's configuration that leave every check on. */
const harmless = ['framework', 'compact', 'skip-download'];

/** A configuration could turn a check off for the whole project, without a reason and without anybody noticing. */
function configurationFaults(files: ProjectFiles): string[] {
  const checkov = files.get(checkovConfiguration) ?? '';
  const tflint = files.get(tflintConfiguration) ?? '';
  const keys = [...checkov.matchAll(/^([\w-]+) *:/gm)].map(([, key]) => key!).filter((key) => !harmless.includes(key));
  const rules = [...tflint.matchAll(/^ *rule +"(\w+)"/gm)].map(([, rule]) => rule!);
  return [
    ...keys.map((key) => `${checkovConfiguration}: ${key} may turn checks off`),
    ...rules.map((rule) => `${tflintConfiguration}: ${rule} is not as the preset has it`),
  ];
}
