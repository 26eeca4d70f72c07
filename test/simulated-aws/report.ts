import { markdownTable } from 'markdown-table';

import { pageWith, readPage, writePage } from '../support/document.js';
import { limits } from './limits.js';
import type { Proof, Steps } from './proof.js';
import type { RegionPlan } from './regions.js';
import type { Gap, Refusal } from './simulator.js';

const page = 'proof.md';

/** What a run found out, as far as it looked. */
export interface Results {
  proofs: readonly Proof[];
  regions: readonly RegionPlan[];
  gaps: readonly Gap[];
  refusals: readonly Refusal[];
}

/** Sample, resources, apply, re-plan, destroy, left over; then the same of the modules beside a project. */
export function proofTable(proofs: readonly Proof[]): string {
  const row = (name: string, { resources, applySeconds, replanSeconds, destroySeconds }: Steps) => [
    name,
    String(resources),
    seconds(applySeconds),
    `no changes, ${seconds(replanSeconds)}`,
    seconds(destroySeconds),
    'nothing',
  ];
  const rows = [
    ...proofs.map((proof) => row(proof.sample, proof)),
    ...proofs.flatMap(({ modules }) => Object.entries(modules).map(([name, steps]) => row(`${name}/`, steps))),
  ];
  return markdownTable([['Sample', 'Resources', 'Apply', 'Re-plan', 'Destroy', 'Left over'], ...rows], {
    align: ['l', 'r', 'r', 'r', 'r', 'l'],
  });
}

/** Region, its zones, those used, and for each stack how many resources are planned, or that it refuses the region. */
export function regionTable(regions: readonly RegionPlan[]): string {
  const stacks = [...new Set(regions.flatMap(({ resources }) => Object.keys(resources)))];
  const rows = regions.map(({ region, zones, used, resources }) => [
    region,
    letters(region, zones),
    letters(region, used),
    ...stacks.map((stack) => String(resources[stack] ?? 'refused')),
  ]);
  return markdownTable([['Region', 'Zones', 'Used', ...stacks], ...rows], {
    align: ['l', 'l', 'l', ...stacks.map(() => 'r')],
  });
}

/** Writes the tables into docs/proof.md. */
export async function writeDocument(results: Results): Promise<void> {
  writePage(page, await documentWith(results));
}

/** Whether docs/proof.md says what the run found, times apart. A run that looked at a part is compared with that part. */
export async function documentIsCurrent(results: Results): Promise<boolean> {
  const written = withoutTimes(readPage(page));
  const found = withoutTimes(await documentWith(results));
  return results.regions.length > 0 ? found === written : found.split('\n').every((line) => written.includes(line));
}

function documentWith({ proofs, regions, gaps, refusals }: Results): Promise<string> {
  return pageWith(page, {
    samples: proofTable(proofs),
    regions: regionTable(regions),
    gaps: markdownTable([['Calls', 'Why'], ...gaps.map(({ calls, why }) => [`\`${calls}\``, why])]),
    refusals: markdownTable([
      ['Refused', 'With', 'Rules that find it first'],
      ...refusals.map(({ what, error, source, rules }) => [`[${what}](${source})`, error, named(rules)]),
    ]),
    limits: markdownTable([
      ['What is not proved', 'Rules that look at it'],
      ...limits.map(({ limit, rules }) => [limit, named(rules)]),
    ]),
    kept: [...new Set(proofs.flatMap(({ kept }) => kept))].map((why) => `- ${why}`).join('\n'),
  });
}

/** Times differ from run to run, and the width of a column with them. */
function withoutTimes(text: string): string {
  return text
    .replaceAll(/\b\d+ s\b/g, 'n s')
    .replaceAll(/ {2,}/g, ' ')
    .replaceAll(/-{2,}/g, '-');
}

function seconds(value: number): string {
  return `${Math.round(value)} s`;
}

function named(rules: readonly string[]): string {
  return rules.map((rule) => `\`${rule}\``).join(', ');
}

function letters(region: string, zones: readonly string[]): string {
  return zones.map((zone) => zone.slice(region.length)).join(' ');
}
