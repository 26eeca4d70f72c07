import { markdownTable } from 'markdown-table';

import { pageWith, readPage, writePage } from '../support/document.js';
import type { CheckovResult } from './checkov.js';
import { isSample } from './projects.js';
import type { ExplainedSuppression, Scan } from './scan.js';
import { askedByTrivy } from './trivy.js';

/** Sample, then passed, failed and skipped on HCL and on the plan, then issues of TFLint. */
export function scanTable(scans: readonly Scan[]): string {
  const rows = scans.map(({ sample, hcl, plan, issues }) => [
    sample,
    ...counts(hcl),
    ...(plan ? counts(plan) : writtenCounts(sample)),
    String(issues.length),
  ]);
  const columns = ['HCL: passed', 'failed', 'skipped', 'Plan: passed', 'failed', 'skipped', 'TFLint: issues'];
  return markdownTable([['Sample', ...columns], ...rows], { align: ['l', ...columns.map(() => 'r')] });
}

function counts({ passed, failed, skipped }: CheckovResult): string[] {
  return [passed, failed.length, skipped.length].map(String);
}

/** What docs/proof.md says of a plan that was not looked at in this run. */
function writtenCounts(sample: string): string[] {
  const [, table = ''] = readPage('proof.md').split('<!-- scans -->');
  const row = table.split('\n').find((line) => line.startsWith(`| ${sample} `));
  const cells = row?.split('|').map((cell) => cell.trim());
  return cells ? cells.slice(5, 8) : ['', '', ''];
}

/** A suppression, the reasons that are given for it, and where it is found. */
interface Entry {
  check: string;
  asks: string;
  /** By reason: the resources, and the projects. */
  reasons: Map<string, { resources: Set<string>; projects: Set<string> }>;
}

function suppressionTable(scans: readonly Scan[], scanner: 'checkov' | 'trivy'): string {
  const all = scans.map(({ sample }) => sample).filter(isSample);
  const rows = entries(scans, scanner).flatMap(({ check, asks, reasons }) =>
    [...reasons].map(([reason, { resources, projects }]) => [
      `\`${check}\``,
      asks,
      reason,
      [...resources].map((resource) => `\`${resource}\``).join(', '),
      projectNames(projects, all),
    ]),
  );
  return markdownTable([['Check', 'What it asks', 'Why it cannot hold', 'Where', 'Samples'], ...rows]);
}

function entries(scans: readonly Scan[], scanner: 'checkov' | 'trivy'): Entry[] {
  const byCheck = new Map<string, Entry>();
  for (const { sample, suppressions } of scans) {
    for (const suppression of suppressions.filter((one) => one.scanner === scanner)) {
      const { check, reason = '', resource = '' } = suppression;
      const entry = byCheck.get(check) ?? { check, asks: asks(suppression), reasons: new Map() };
      byCheck.set(check, entry);
      const found = entry.reasons.get(reason) ?? { resources: new Set<string>(), projects: new Set<string>() };
      entry.reasons.set(reason, found);
      found.resources.add(resource);
      found.projects.add(sample);
    }
  }
  return [...byCheck.values()].sort((a, b) => (a.check < b.check ? -1 : 1));
}

function asks({ scanner, check, asks: words }: ExplainedSuppression): string {
  return (scanner === 'trivy' ? askedByTrivy[check] : words) ?? '';
}

/** Of each stack that has it: which samples, or the flag that brings it. `all` are the samples. */
function projectNames(projects: ReadonlySet<string>, all: readonly string[]): string {
  const stacks = [...new Set(all.map(stackOf))];
  const texts = stacks.flatMap((stack) => {
    const here = [...projects].filter((project) => stackOf(project) === stack);
    if (here.length === 0) return [];
    const text = namesInStack(
      here,
      all.filter((sample) => stackOf(sample) === stack),
    );
    return [stacks.length > 1 ? `${stack}: ${text}` : text];
  });
  return texts.join('; ');
}

function namesInStack(projects: readonly string[], all: readonly string[]): string {
  const samples = all.filter((sample) => projects.includes(sample));
  if (samples.length === all.length) return 'all';
  if (samples.length === 0) return `none; with ${projects.map((project) => `\`--${short(project)}\``).join(', ')}`;
  const quoted = (names: readonly string[]) => names.map((name) => `\`${short(name)}\``).join(', ');
  return samples.length > all.length / 2
    ? `all but ${quoted(all.filter((sample) => !projects.includes(sample)))}`
    : quoted(samples);
}

function stackOf(project: string): string {
  return project.slice(0, project.indexOf('/'));
}

function short(project: string): string {
  return project.slice(project.indexOf('/') + 1);
}

/** The pages that a run over everything writes, by their names in docs/. */
async function pages(scans: readonly Scan[]): Promise<[name: string, text: string][]> {
  const suppressions = {
    'checkov suppressions': suppressionTable(scans, 'checkov'),
    'trivy suppressions': suppressionTable(scans, 'trivy'),
  };
  return [
    ['proof.md', await pageWith('proof.md', { scans: scanTable(scans) })],
    ['suppressions.md', await pageWith('suppressions.md', suppressions)],
  ];
}

/** Writes what was found into docs/proof.md and docs/suppressions.md. */
export async function writePages(scans: readonly Scan[]): Promise<void> {
  for (const [name, text] of await pages(scans)) writePage(name, text);
}

/** The pages of docs/ that do not say what was found. */
export async function stalePages(scans: readonly Scan[]): Promise<string[]> {
  return (await pages(scans)).filter(([name, text]) => text !== readPage(name)).map(([name]) => `docs/${name}`);
}
