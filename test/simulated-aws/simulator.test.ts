import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { describe, expect, inject, it } from 'vitest';

import { scratchFolder } from '../support/scratch.js';
import { endAll, run } from './process.js';
import { startSimulator } from './simulator.js';

const tools = inject('simulatorTools');

async function answers(endpoint: string): Promise<boolean> {
  return fetch(`${endpoint}/simulated-aws/inventory`).then(
    ({ ok }) => ok,
    () => false,
  );
}

describe.skipIf(!tools)('the simulator', { timeout: 120_000 }, () => {
  if (!tools) return;

  it('answers once it is started, and ends when it is stopped', async () => {
    const simulator = await startSimulator(tools.python, scratchFolder(), { region: 'us-east-1' });
    expect(await answers(simulator.endpoint)).toBe(true);
    await simulator.stop();
    expect(await answers(simulator.endpoint)).toBe(false);
  });

  it('ends with whoever started it, even if that is killed', async () => {
    const script = `
      import { startSimulator } from ${JSON.stringify(path.join(import.meta.dirname, 'simulator.ts'))};
      startSimulator(...JSON.parse(process.argv[1])).then(({ endpoint }) => console.log(endpoint));
    `;
    const settings = JSON.stringify([tools.python, scratchFolder(), { region: 'us-east-1' }]);
    const starter = spawn('npx', ['tsx', '--eval', script, settings], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const endpoint = line.toString().trim();
    expect(await answers(endpoint)).toBe(true);
    process.kill(-starter.pid!, 'SIGKILL');
    await expect.poll(() => answers(endpoint), { timeout: 20_000 }).toBe(false);
  });

  it('says why it did not start', async () => {
    const started = startSimulator(tools.python, scratchFolder(), { region: 'us-east-1', stateBucket: 'No' });
    await expect(started).rejects.toThrow(/the simulator ended before it was ready; see \/.*simulator\.log/);
  });
});

describe.skipIf(!tools)('a command', () => {
  const options = (boundSeconds: number) => {
    const cwd = scratchFolder();
    return { cwd, env: process.env, log: path.join(cwd, 'log'), boundSeconds };
  };
  // What it starts is in its process group, as the provider is in terraform's.
  const hangs = ['-c', 'sleep 600 & echo $!; wait'];

  /** A process that has ended and that nobody has asked about since is a zombie: Z. */
  function isAlive(pid: string): boolean {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' });
    return /^[^Z]/.test(stdout.trim());
  }

  it('that hangs is ended at its bound, with what it started', async () => {
    const { status, output } = await run('sh', hangs, options(1));
    expect([status, output]).toEqual([undefined, expect.stringContaining('Ended: it took longer than 1 s.')]);
    await expect.poll(() => isAlive(output.split('\n')[0]!)).toBe(false);
  });

  it('is ended with all others', async () => {
    const ended = run('sh', hangs, options(60));
    setTimeout(endAll, 500);
    const { output } = await ended;
    await expect.poll(() => isAlive(output.split('\n')[0]!)).toBe(false);
  });
});
