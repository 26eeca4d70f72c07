import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { check } from '../../src/rules/check.js';
import { folderSources } from '../../src/terraform/folder-sources.js';
import { readHclProject } from '../../src/terraform/read-hcl.js';
import { scratchFolder } from '../support/scratch.js';
import { describeSimulator, startSimulator, type Simulator } from './simulator.js';
import { smallProject } from './small-project.js';

const tools = inject('simulatorTools');
const refusedFolder = path.join(import.meta.dirname, 'refused');

describe.skipIf(!tools)('what AWS refuses, the simulator refuses', () => {
  if (!tools) return;
  const { refusals } = describeSimulator(tools.python);
  let simulator: Simulator;
  let folder: string;

  beforeAll(async () => {
    folder = scratchFolder();
    simulator = await startSimulator(tools.python, folder, { region: 'us-east-1' });
  });
  afterAll(() => simulator.stop());

  it('each with a project of its own', () => {
    const projects = readdirSync(refusedFolder).map((file) => path.basename(file, '.tf'));
    expect(projects.sort()).toEqual(refusals.map(({ name }) => name).sort());
  });

  // What no rule can tell: whether a name stands for something that is in the account.
  it('without a rule only where the code does not say it', () => {
    const silent = refusals.filter(({ rules }) => rules.length === 0).map(({ name }) => name);
    expect(silent).toEqual(['key-policy-principal', 'instance-profile', 'api-log-role-policy']);
  });

  describe.concurrent('the apply fails, and check finds it before where a rule can', () => {
    it.each(refusals)('$name: $what', async ({ name, error, rules }) => {
      const project = path.join(folder, name);
      const file = path.join(refusedFolder, `${name}.tf`);
      const terraform = smallProject(file, project, tools, simulator);
      const apply = (...args: string[]) => terraform('apply', '-input=false', '-auto-approve', '-no-color', ...args);
      const changes: string[] = [];
      if (readFileSync(file, 'utf8').includes('variable "change"')) {
        // What is refused is a change.
        expect(await apply()).toMatchObject({ status: 0 });
        changes.push('-var=change=made');
      }
      const { status, output } = await apply(...changes);
      expect(output.replaceAll(/\s+/g, ' ')).toContain(error);
      expect(status).toBe(1);

      const { findings } = check([await readHclProject(folderSources(project))]);
      expect(findings.map(({ rule }) => rule.name)).toEqual(expect.arrayContaining(rules));
    });
  });
});
