import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { texts } from '../../src/render/project-files.js';
import { samples } from '../support/samples.js';

it('README.md, docs/ and the schema say what the tables and the samples say', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('docs/suppressions.md has every ignore comment of the samples, with its reason', () => {
  const written = samples().flatMap(({ files }) => [...texts(files).values()]);
  const comments = written.flatMap((text) => [...text.matchAll(/# create-secure-infra:ignore (\S+) (.+)/g)]);
  const reasons = new Set(comments.map(([, rule, reason]) => `${rule} ${reason}`));
  const rows = readFileSync('docs/suppressions.md', 'utf8').split('\n');
  const missing = [...reasons].filter((one) => {
    const [rule = '', ...reason] = one.split(' ');
    return !rows.some((row) => row.includes(`\`${rule}\``) && row.includes(reason.join(' ')));
  });
  expect(reasons.size).toBeGreaterThan(0);
  expect(missing).toEqual([]);
});
