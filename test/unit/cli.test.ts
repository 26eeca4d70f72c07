import { existsSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { main } from '../../src/cli.js';
import { OutputError } from '../../src/errors.js';
import { scratchFolder } from '../support/scratch.js';

/** Runs the command where what stdout or stderr leads to is full. */
async function runWith(argv: string[], full: { stdout?: boolean; stderr?: boolean }, cwd = scratchFolder()) {
  const said = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr') => ({
    isTTY: false,
    write: (text: string) => {
      if (full[name]) throw new OutputError('ENOSPC: no space left on device, write');
      said[name] += text;
    },
  });
  const code = await main({
    argv,
    environment: {},
    cwd: () => cwd,
    stdinIsTerminal: () => false,
    stdout: output('stdout'),
    stderr: output('stderr'),
  });
  return { code, cwd, ...said };
}

describe('output that cannot be written', () => {
  it.each([
    [['my-pay', '--dry-run'], 'The output'],
    [['--help'], 'The output'],
    [['--list', '--json'], 'The output'],
    [['explain'], 'The output'],
    [['check', 'golden/ecs-fargate/defaults'], 'What was found'],
  ])('is no fault of %j', async (argv, what) => {
    const { code, stderr } = await runWith(argv, { stdout: true }, path.resolve(import.meta.dirname, '../..'));
    expect([code, stderr]).toEqual([70, `${what} could not be written: ENOSPC: no space left on device, write.\n`]);
    expect(await runWith(argv, { stdout: true, stderr: true })).toMatchObject({ code: 70 });
  });

  it('is told of with the folder of a project that was written all the same', async () => {
    for (const json of [[], ['--json']]) {
      const { code, cwd, stderr } = await runWith(['my-pay', ...json], { stdout: true });
      expect(existsSync(path.join(cwd, 'my-pay/vpc.tf'))).toBe(true);
      expect(code).toBe(70);
      expect(stderr).toContain(
        `The project is written to ${path.join(cwd, 'my-pay')}, but that could not be said: ENOSPC`,
      );
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });

  it('for people leaves the object for machines, with the exit code that the command ends with', async () => {
    const written = await runWith(['my-pay', '--json'], { stderr: true });
    expect(written.code).toBe(70);
    expect(JSON.parse(written.stdout)).toMatchObject({ ok: true, written: true });
    const refused = await runWith(['my-pay', '--json', '--region', 'x'], { stderr: true });
    expect(refused.code).toBe(70);
    expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, exitCode: 70, faults: [{ option: '--region' }] });
  });
});

it('a fault of our own is called that, with its stack, and exits with 1', async () => {
  let said = '';
  const stdout = { isTTY: false, write: () => undefined };
  const stderr = { isTTY: false, write: (text: string) => void (said += text) };
  const code = await main({
    argv: ['pay'],
    environment: {},
    cwd: () => undefined as unknown as string,
    stdinIsTerminal: () => false,
    stdout,
    stderr,
  });
  expect(code).toBe(1);
  expect(said).toMatch(/our own fault[\s\S]*\n\s+at /);
});

it.each([
  ['an error', new Error('x\n::error::y\u001b[2J##[group]'), /x\n\\u003a:error::y\\u001b\[2J#\\u0023\[group\]\n\s+at /],
  ['nothing at all', undefined, /\n\nundefined\n$/],
])('a fault of our own that throws %s is told so that nothing of it is obeyed', async (_what, thrown, expected) => {
  const output = (texts: string[]) => ({ isTTY: false, write: (text: string) => void texts.push(text) });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const code = await main({
    argv: ['pay', '--json'],
    environment: {},
    cwd() {
      throw thrown;
    },
    stdinIsTerminal: () => false,
    stdout: output(stdout),
    stderr: output(stderr),
  });
  expect(code).toBe(1);
  expect(stderr.join('')).toMatch(expected);
  expect(JSON.parse(stdout.join(''))).toMatchObject({ ok: false, message: thrown?.message ?? 'undefined' });
});
