import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import pLimit from 'p-limit';
import { beforeAll, describe, expect, inject, it } from 'vitest';

import { renderProject } from '../../src/render/render.js';
import { everyCombination } from '../support/answers.js';
import { writeFiles } from '../support/files.js';
import { keepingLogs } from '../support/logs.js';
import { scratchFolder } from '../support/scratch.js';
import { configurationFile, scanFolder } from './checkov.js';
import { faultsTogether } from './limits.js';
import { scannedProjects } from './projects.js';
import { scanTable, stalePages } from './report.js';
import { faultsOf, scan, type Scan } from './scan.js';
import { readSuppressions, withoutSuppressions } from './suppressions.js';
import { lint } from './tflint.js';

const scanners = inject('scanners');

describe.skipIf(!scanners)('Checkov and TFLint', { timeout: 900_000 }, () => {
  if (!scanners) return;
  const projects = scannedProjects();
  let scans: Map<string, Promise<Scan>>;

  beforeAll(() => {
    const atATime = pLimit(2);
    scans = new Map(
      projects.map((project) => [
        project.name,
        atATime(() => keepingLogs(project.name, (folder) => scan(project, scanners, folder))),
      ]),
    );
    // Each is awaited by its test, and none is unhandled before.
    for (const one of scans.values()) one.catch(() => {});
  });

  it.each(projects)('have nothing to ask about $name', async ({ name }) => {
    const { faults, hcl, plan } = await scans.get(name)!;
    expect(faults).toEqual([]);
    expect(hcl.passed).toBeGreaterThan(300);
    expect(plan!.passed).toBeGreaterThan(200);
    // The plan has what bootstrap/ and the project have.
    const skipped = (result: typeof hcl) => result.skipped.map(({ check, resource }) => `${check} ${resource}`).sort();
    expect(skipped(plan!)).toEqual(skipped(hcl));
  });

  it('skip few checks, and what docs/ says', async () => {
    const all = await Promise.all(scans.values());
    process.stdout.write(`\n${scanTable(all)}\n`);
    expect(faultsTogether(all)).toEqual([]);
    expect(await stalePages(all), 'npm run test:scanners -- --write brings them up to date').toEqual([]);
  });

  it('have nothing to ask about any combination of answers', async () => {
    const combinations = everyCombination().map(({ label, answers }, index) => ({
      label,
      folder: `combination-${index}`,
      files: renderProject(answers),
    }));
    const configuration = combinations[0]!.files.get(configurationFile)!;
    const scanned = async (name: string, filesOf: typeof withoutSuppressions) => {
      const folder = scratchFolder();
      const parent = path.join(folder, name);
      mkdirSync(parent);
      writeFileSync(path.join(parent, configurationFile), configuration);
      for (const { folder, files } of combinations) writeFiles(filesOf(files), path.join(parent, folder));
      return { parent, ...(await scanFolder(scanners.checkov, parent, path.join(folder, 'checkov.log'))) };
    };
    const { parent, failed } = await scanned('suppressed', (files) => files);
    const bare = await scanned('bare', withoutSuppressions);
    expect(failed).toEqual([]);
    const configurationOfTflint = path.join(parent, combinations[0]!.folder, '.tflint.hcl');
    expect(await lint(scanners.tflint, parent, `${parent}.log`, configurationOfTflint)).toEqual([]);
    for (const { label, folder, files } of combinations) {
      const findings = bare.failed.filter(({ file }) => file.startsWith(`${folder}/`));
      expect(findings.length, label).toBeGreaterThan(5);
      expect(
        readSuppressions(files).flatMap((suppression) => faultsOf(suppression, findings)),
        label,
      ).toEqual([]);
    }
  });
});
