import { once } from 'node:events';
import { readdirSync } from 'node:fs';

import { describe, expect, inject, it } from 'vitest';

import { sampleAnswers, wholeSample } from '../../scripts/samples.mjs';
import { readPage } from '../support/document.js';
import { scratchFolder } from '../support/scratch.js';
import { processesIn, startScript, until } from '../support/scripts.js';

describe.skipIf(!inject('scanners'))('npm run test:scanners', () => {
  it('says what it found, and leaves no file behind', async () => {
    const folder = scratchFolder();
    const command = startScript('test:scanners', ['--sample', wholeSample], folder);
    expect(await once(command.child, 'exit'), command.output()).toEqual([0, null]);
    const rowIn = (text: string) => new RegExp(`^\\| ${wholeSample} .*$`, 'm').exec(text)?.[0].replaceAll(/ +/g, ' ');
    expect(rowIn(command.output())).toMatch(/\d/);
    expect(rowIn(command.output())).toBe(rowIn(readPage('proof.md').split('<!-- scans -->')[1]!));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves no process and no file behind at SIGINT', async () => {
    const folder = scratchFolder();
    const command = startScript('test:scanners', ['--sample', sampleAnswers[0]!.name], folder);
    // Somewhere within the first scan.
    await until(command, () => processesIn(folder).length > 0);
    command.child.kill('SIGINT');
    expect(await once(command.child, 'exit')).toEqual([130, null]);
    await expect.poll(() => processesIn(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    [['--sample', 'nope'], `there is no sample nope; there are ${sampleAnswers[0]!.name},`],
    [['--write', '--sample', wholeSample], '--write needs every sample'],
    [['--wrong'], "Unknown option '--wrong'"],
  ])('%j is refused with what would do', async (args, complaint) => {
    const command = startScript('test:scanners', args, scratchFolder());
    expect(await once(command.child, 'exit')).toEqual([2, null]);
    expect(command.output()).toContain(complaint);
    expect(command.output()).toContain('npm run test:scanners -- [options]');
  });
});
