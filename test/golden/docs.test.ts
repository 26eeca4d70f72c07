import { spawnSync } from 'node:child_process';

import { expect, it } from 'vitest';

it('README.md and the schema say what the option table says', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
