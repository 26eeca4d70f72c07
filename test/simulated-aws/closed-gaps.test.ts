import path from 'node:path';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { scratchFolder } from '../support/scratch.js';
import { startSimulator, type Simulator } from './simulator.js';
import { smallProject } from './small-project.js';

const tools = inject('simulatorTools');

// The golden samples are the test of the other gaps; nothing in them asks for these yet.
describe.skipIf(!tools)('gaps of moto that no sample needs yet', () => {
  if (!tools) return;
  let simulator: Simulator;
  let folder: string;

  beforeAll(async () => {
    folder = scratchFolder();
    simulator = await startSimulator(tools.python, folder, { region: 'us-east-1' });
  });
  afterAll(() => simulator.stop());

  it('trails, database instances, offers and migrations: apply, re-plan, destroy', async () => {
    const file = path.join(import.meta.dirname, 'closed-gaps/main.tf');
    const terraform = smallProject(file, path.join(folder, 'project'), tools, simulator);
    const succeeded = { status: 0 };
    const flags = ['-input=false', '-no-color'];
    expect(await terraform('apply', ...flags, '-auto-approve')).toMatchObject(succeeded);
    expect(await terraform('plan', ...flags, '-detailed-exitcode')).toMatchObject(succeeded);
    expect(await terraform('destroy', ...flags, '-auto-approve')).toMatchObject(succeeded);
    const left = [...(await simulator.inventory()).keys()];
    // RDS's default parameter group, and the key of AWS that Secrets Manager encrypts with.
    expect(left.filter((entry) => !/ db_parameter_groups default\.| keys \S+$/.test(entry))).toEqual([]);
  });
});
