import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { texts, type ProjectFiles } from 'create-secure-infra';
import pLimit from 'p-limit';

import { planTogether } from '../simulated-aws/planner.js';
import type { Tools } from '../simulated-aws/proof.js';
import { writeFiles } from '../support/files.js';
import type { Sample } from '../support/samples.js';
import {
  configurationFile as checkovConfiguration,
  scanFolders,
  scanPlans,
  type CheckovResult,
  type Finding,
} from './checkov.js';
import { readSuppressions, withoutSuppressions, type Suppression } from './suppressions.js';
import { configurationFile as tflintConfiguration, lint, type AwsRuleset, type Issue } from './tflint.js';
import { scanWithTrivy } from './trivy.js';

/** What a project is scanned with. */
export interface Scanners {
  /** A python that has Checkov. */
  checkov: string;
  tflint: string;
  awsRuleset: AwsRuleset;
  /** Trivy, where there is one. */
  trivy?: string;
  /** What plans are made with; without it there is none to scan. */
  planning?: Tools;
  /** Whether the plan of a sample is scanned too; all are where this is absent. */
  isPlanned?: (sample: Sample) => boolean;
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

/**
 * Scans projects: their HCL, their plans, and their HCL once more without suppressions, for the checks that they suppress.
 * Each scanner runs once over all
 * that bring the same configuration. `folder` gets copies and logs.
 */
export async function scanTogether(samples: readonly Sample[], scanners: Scanners, folder: string): Promise<Scan[]> {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const configuration = [checkovConfiguration, tflintConfiguration].map((file) => sample.files.get(file)).join('\n');
    groups.set(configuration, [...(groups.get(configuration) ?? []), sample]);
  }
  const scans = [...groups.values()].map((group, index) =>
    scanGroup(group, scanners, path.join(folder, `group-${index}`)),
  );
  const found = new Map((await Promise.all(scans)).flat().map((one) => [one.sample, one]));
  return samples.map(({ name }) => found.get(name)!);
}

async function scanGroup(samples: readonly Sample[], scanners: Scanners, folder: string): Promise<Scan[]> {
  const place = (name: string, filesOf: (files: ProjectFiles) => ProjectFiles) => {
    const parent = path.join(folder, name);
    for (const [index, { files }] of samples.entries()) writeFiles(filesOf(files), path.join(parent, String(index)));
    return parent;
  };
  const projects = place('hcl', (files) => files);
  const log = (name: string) => path.join(folder, `${name}.log`);
  const configuration = path.join(projects, '0', checkovConfiguration);
  const scanHcl = (parent: string, name: string, checks?: readonly string[]) =>
    scanFolders(scanners.checkov, { folder: parent, configuration, ...(checks ? { checks } : {}) }, log(name));
  const suppressed = [...new Set(samples.flatMap(({ files }) => suppressedIn(files)))];
  // Each takes one processor.
  const [issues, plans, hcl, bare, trivy] = await inTurns([
    () => lintAll(scanners, projects, log('tflint')),
    () => scanTheirPlans(samples, scanners, folder, configuration),
    () => scanHcl(projects, 'hcl'),
    async () =>
      suppressed.length > 0
        ? scanHcl(place('bare', withoutSuppressions), 'bare', suppressed)
        : new Map<string, never>(),
    async () => (scanners.trivy ? scanWithTrivy(scanners.trivy, projects, log('trivy')) : new Map<string, never>()),
  ]);
  return samples.map((sample, index) =>
    judged(sample, {
      hcl: hcl.get(String(index)) ?? nothing,
      bare: bare.get(String(index)) ?? nothing,
      plan: plans?.get(sample.name),
      trivy: trivy.get(String(index)) ?? [],
      issues: issues.flatMap((issue) =>
        issue.place.startsWith(`${index}/`) ? [{ ...issue, place: issue.place.slice(`${index}/`.length) }] : [],
      ),
    }),
  );
}

/** The checks of Checkov's that comments are about. */
function suppressedIn(files: ProjectFiles): string[] {
  const suppressions = readSuppressions(files).filter(({ scanner, resource }) => scanner === 'checkov' && resource);
  return suppressions.map(({ check }) => check);
}

const nothing: CheckovResult = { passed: 0, failed: [], skipped: [] };

/** Does all of these, two at a time. */
async function inTurns<T extends readonly unknown[]>(tasks: { [K in keyof T]: () => Promise<T[K]> }): Promise<T> {
  const atATime = pLimit(2);
  return Promise.all(tasks.map((task) => atATime(task))) as unknown as Promise<T>;
}

async function lintAll({ tflint, awsRuleset }: Scanners, projects: string, log: string): Promise<Issue[]> {
  const issues = await lint(tflint, projects, log, path.join(projects, '0', tflintConfiguration));
  if (awsRuleset.unavailable !== undefined) return issues;
  return [...issues, ...(await lint(tflint, projects, log, awsRuleset.configuration))];
}

/** What Checkov says of the plans of a project and its bootstrap/, by the sample's name. */
async function scanTheirPlans(
  samples: readonly Sample[],
  { checkov, planning, isPlanned = () => true }: Scanners,
  folder: string,
  configuration: string,
): Promise<Map<string, CheckovResult> | undefined> {
  const planned = samples.filter(isPlanned);
  if (!planning || planned.length === 0) return undefined;
  const plans = await planTogether(planned, planning, folder);
  const parent = path.join(folder, 'plans');
  mkdirSync(parent);
  const files = plans.map(({ plan }, index) => {
    writeFileSync(path.join(parent, `${index}.json`), plan);
    return `${index}.json`;
  });
  const results = await scanPlans(checkov, { folder: parent, files, configuration }, path.join(folder, 'plans.log'));
  return new Map(
    planned.map((sample) => {
      const own = files
        .filter((_, index) => plans[index]!.sample === sample)
        .map((file) => results.get(file) ?? nothing);
      const suppressions = readSuppressions(sample.files);
      const isSuppressed = (finding: Finding) => suppressions.some((suppression) => isAbout(suppression, finding));
      const failed = own.flatMap((result) => result.failed);
      return [
        sample.name,
        {
          passed: own.reduce((sum, { passed }) => sum + passed, 0),
          failed: failed.filter((finding) => !isSuppressed(finding)),
          skipped: failed.filter(isSuppressed),
        },
      ];
    }),
  );
}

/** What was found of one project. */
interface Found {
  hcl: CheckovResult;
  bare: CheckovResult;
  plan: CheckovResult | undefined;
  trivy: readonly Finding[];
  issues: Issue[];
}

function judged(sample: Sample, { hcl, bare, plan, trivy, issues }: Found): Scan {
  const suppressions = readSuppressions(sample.files);
  const looked = hcl.passed > 0 && (plan?.passed ?? 1) > 0;
  return {
    sample: sample.name,
    hcl,
    ...(plan ? { plan } : {}),
    issues,
    suppressions: suppressions.map((suppression) => explained(suppression, bare.failed)),
    faults: [
      ...(looked ? [] : ['checkov found nothing to scan']),
      ...hcl.failed.map((finding) => `checkov on HCL: ${described(finding)}`),
      ...(plan?.failed ?? []).map((finding) => `checkov on the plan: ${described(finding)}`),
      ...trivy.map((finding) => `trivy: ${described(finding)}`),
      ...issues.map(({ rule, message, place }) => `tflint: ${rule}: ${message} (${place})`),
      ...suppressions.flatMap((suppression) => faultsOf(suppression, bare.failed)),
      ...[...hcl.skipped, ...(plan?.skipped ?? [])]
        .filter((finding) => !suppressions.some((suppression) => isAbout(suppression, finding)))
        .map((finding) => `skipped by a comment that is not written as the others are: ${described(finding)}`),
      ...configurationFaults(sample.files),
    ],
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
  const written = texts(files);
  const checkov = written.get(checkovConfiguration) ?? '';
  const tflint = written.get(tflintConfiguration) ?? '';
  const keys = [...checkov.matchAll(/^([\w-]+) *:/gm)].map(([, key]) => key!).filter((key) => !harmless.includes(key));
  const rules = [...tflint.matchAll(/^ *rule +"(\w+)"/gm)].map(([, rule]) => rule!);
  return [
    ...keys.map((key) => `${checkovConfiguration}: ${key} may turn checks off`),
    ...rules.map((rule) => `${tflintConfiguration}: ${rule} is not as the preset has it`),
  ];
}
