import { memorySources, readHclProject } from 'create-secure-infra/check';
import { expect, it } from 'vitest';

import { longestShortRegion, regionCodes, shortRegion } from '../../src/aws/regions.js';
import { texts } from '../../src/render/project-files.js';
import { renderProject } from '../../src/render/render.js';
import { soundAnswers } from '../support/answers.js';

it('a region in short is the only one of that name, and no longer than names leave room for', () => {
  const short = regionCodes.map(shortRegion);
  expect(new Set(short).size).toBe(regionCodes.length);
  expect(short).toEqual(expect.arrayContaining(['use1', 'apse1', 'apne3', 'euc2', 'afs1', 'usw2', 'mxc1']));
  for (const code of short) expect(code).toMatch(/^[a-z]{3,4}\d$/);
  expect(longestShortRegion).toHaveLength(5);
});

it('a project computes the same from aws_region', async () => {
  const files = texts(renderProject(soundAnswers({ name: 'pay', suffix: 'qa' })));
  const written = files.get('terraform.tfvars')!;
  for (const code of regionCodes) {
    files.set('terraform.tfvars', written.replace('"us-east-1"', `"${code}"`));
    const project = await readHclProject(memorySources(files));
    const [role] = project.all('aws_iam_role');
    expect(role!.text('name')).toMatch(new RegExp(`^pay-qa-${shortRegion(code)}-`));
  }
});
