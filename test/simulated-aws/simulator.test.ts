import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, inject, it } from 'vitest';

import { sampleAnswers } from '../../scripts/samples.mjs';
import { bounds } from '../support/bounds.mjs';
import { endAll, run } from '../support/process.js';
import { scratchFolder } from '../support/scratch.js';
import { processesIn, startScript, until } from '../support/scripts.js';
import { startSimulator } from './simulator.js';

const tools = inject('simulatorTools');
const root = path.resolve(import.meta.dirname, '../..');

async function answers(endpoint: string): Promise<boolean> {
  return fetch(`${endpoint}/simulated-aws/inventory`).then(
    ({ ok }) => ok,
    () => false,
  );
}

describe.skipIf(!tools)('the simulator', () => {
  if (!tools) return;

  it('answers once it is started, and ends when it is stopped', async () => {
    const simulator = await startSimulator(tools.python, scratchFolder(), { region: 'us-east-1' });
    expect(await answers(simulator.endpoint)).toBe(true);
    await simulator.stop();
    expect(await answers(simulator.endpoint)).toBe(false);
  });

  it('lists other zones once it is told, and a zone keeps its id', async () => {
    const simulator = await startSimulator(tools.python, scratchFolder(), { region: 'us-east-1' });
    const listed = async () => {
      const call = { Action: 'DescribeAvailabilityZones', Version: '2016-11-15' };
      const { text } = await simulator.call('ec2', 'us-east-1', call);
      const zones = [...text.matchAll(/<zoneName>(.+?)<\/zoneName>[^]*?<zoneId>(.+?)<\/zoneId>/g)];
      return new Map(zones.map(([, name, id]) => [name, id]));
    };
    const before = await listed();
    await simulator.setZones('us-east-1', ['us-east-1c', 'us-east-1g']);
    const after = await listed();
    await simulator.stop();
    expect([...after.keys()]).toEqual(['us-east-1c', 'us-east-1g']);
    expect(after.get('us-east-1c')).toBe(before.get('us-east-1c'));
    expect([...before.values()]).not.toContain(after.get('us-east-1g'));
  });

  it('ends with whoever started it, even if that is killed', async () => {
    const script = `
      import { startSimulator } from ${JSON.stringify(path.join(import.meta.dirname, 'simulator.ts'))};
      startSimulator(...JSON.parse(process.argv[1])).then(({ endpoint }) => console.log(endpoint));
    `;
    const settings = JSON.stringify([tools.python, scratchFolder(), { region: 'us-east-1' }]);
    const starter = spawn('npx', ['tsx', '--eval', script, settings], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const endpoint = line.toString().trim();
    expect(await answers(endpoint)).toBe(true);
    process.kill(-starter.pid!, 'SIGKILL');
    await expect.poll(() => answers(endpoint)).toBe(false);
  });

  it('says why it did not start', async () => {
    const started = startSimulator(tools.python, scratchFolder(), { region: 'us-east-1', stateBucket: 'No' });
    await expect(started).rejects.toThrow(/the simulator ended before it was ready; see \/.*simulator\.log/);
  });
});

describe.skipIf(!tools)('a command', () => {
  const options = (boundMilliseconds: number) => {
    const cwd = scratchFolder();
    return { cwd, env: process.env, log: path.join(cwd, 'log'), boundMilliseconds };
  };
  // What it starts is in its process group, as the provider is in terraform's.
  const hangs = ['-c', 'sleep 600 & echo $!; wait'];

  /** A process that has ended and that nobody has asked about since is a zombie: Z. */
  function isAlive(pid: string): boolean {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' });
    return /^[^Z]/.test(stdout.trim());
  }

  it('that hangs is ended at its bound, with what it started', async () => {
    const { status, output } = await run('sh', hangs, options(1000));
    expect([status, output]).toEqual([undefined, expect.stringContaining('Ended: it took longer than 1 s.')]);
    await expect.poll(() => isAlive(output.split('\n')[0]!)).toBe(false);
  });

  it('is ended with all others', async () => {
    // It prints once it has started the other.
    const ended = run('sh', hangs, { ...options(bounds.command), onOutput: endAll });
    const { output } = await ended;
    await expect.poll(() => isAlive(output.split('\n')[0]!)).toBe(false);
  });
});

describe.skipIf(!tools)('npm run test:deploy', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leaves no process and no file behind at %s', async (signal, exitCode) => {
    const folder = scratchFolder();
    const command = startScript('test:deploy', ['--sample', sampleAnswers[0]!.name], folder);
    await until(command, () => command.output().includes(`${sampleAnswers[0]!.name}: bootstrap`));
    // Somewhere within terraform's first commands.
    await new Promise((later) => setTimeout(later, 2000));
    command.child.kill(signal);
    expect(await once(command.child, 'exit')).toEqual([exitCode, null]);
    expect(command.output()).toContain(`Ended by ${signal}.`);
    await expect.poll(() => processesIn(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    [['--sample', 'nope'], `there is no sample nope; there are ${sampleAnswers[0]!.name},`],
    [['--side-by-side', '0'], '--side-by-side is 0; it must be a number from 1 on'],
    [['--write', '--sample', sampleAnswers[0]!.name], '--write needs every sample and every region'],
    [['--wrong'], "Unknown option '--wrong'"],
  ])('%j is refused with what would do', async (args, complaint) => {
    const command = startScript('test:deploy', args, scratchFolder());
    expect(await once(command.child, 'exit')).toEqual([2, null]);
    expect(command.output()).toContain(complaint);
    expect(command.output()).toContain('npm run test:deploy -- [options]');
  });
});
