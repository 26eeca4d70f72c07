import path from 'node:path';

import { describe, expect, inject, it } from 'vitest';

import { renderProject } from '../../src/render/render.js';
import { everyCombination } from '../support/answers.js';
import { samples } from '../support/samples.js';
import { scratchFolder } from '../support/scratch.js';
import { modulesOf, placeProject, terraform } from './terraform.js';

const toolchain = inject('toolchain');
const golden = samples().map(({ name, files }) => ({ label: name, files }));
const combinations = everyCombination()
  .filter((_combination, index) => inject('everyCombination') || index % 4 === 1)
  .map(({ label, answers }) => ({ label, files: renderProject(answers) }));

describe.skipIf(toolchain.unavailable !== undefined)('terraform', () => {
  if (toolchain.unavailable !== undefined) return;
  const { dataFolder, lockFile } = toolchain;

  /** A project in a folder of its own, ready for terraform. */
  function placed(files: ReadonlyMap<string, string>): string {
    const folder = scratchFolder();
    placeProject(files, folder, lockFile);
    return folder;
  }

  // A provider takes 0.6 GB: the files of this suite run one after the other, and in here two at a time.
  describe.concurrent('accepts', { timeout: 120_000 }, () => {
    it.each([...golden, ...combinations])('$label: fmt and validate, without a warning', async ({ files }) => {
      const folder = placed(files);
      expect(await terraform(folder, dataFolder, 'fmt', '-check', '-diff', '-recursive')).toEqual({
        status: 0,
        output: '',
      });
      for (const module of modulesOf(files, '.')) {
        const { output } = await terraform(path.join(folder, module), dataFolder, 'validate', '-json');
        expect(JSON.parse(output), module).toMatchObject({ valid: true, error_count: 0, warning_count: 0 });
      }
    });
  });

  describe.concurrent("passes the project's own tests", { timeout: 300_000 }, () => {
    it.each([...golden, ...(inject('everyCombination') ? combinations : [])])('$label', async ({ files }) => {
      const { status, output } = await terraform(placed(files), dataFolder, 'test', '-no-color');
      expect(output).toMatch(/Success! \d+ passed, 0 failed\./);
      expect(status).toBe(0);
    });
  });

  describe('would notice', { timeout: 120_000 }, () => {
    const whole = golden[0]!.files;
    const broken = (file: string, from: string | RegExp, to: string) => {
      const text = whole.get(file)!.replace(from, to);
      expect(text).not.toBe(whole.get(file));
      return placed(new Map([...whole, [file, text]]));
    };

    it('a line that fmt would change', async () => {
      const { status, output } = await terraform(
        broken('vpc.tf', 'vpc_id = aws', 'vpc_id   = aws'),
        dataFolder,
        'fmt',
        '-check',
        '-recursive',
      );
      expect([status, output]).toEqual([3, 'vpc.tf\n']);
    });

    it('an argument that does not exist', async () => {
      const { output } = await terraform(
        broken('alb.tf', 'internal           = false', 'scheme             = "internet-facing"'),
        dataFolder,
        'validate',
        '-json',
      );
      expect(JSON.parse(output)).toMatchObject({ valid: false });
    });

    it('tasks without an image', async () => {
      const { status, output } = await terraform(
        broken('ecs.tf', '? 0 : var.task_count.min', '? 1 : var.task_count.min'),
        dataFolder,
        'test',
        '-no-color',
      );
      expect(status).not.toBe(0);
      expect(output).toContain('Without an image no task may be started.');
    });
  });
});
