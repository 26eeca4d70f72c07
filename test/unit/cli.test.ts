import { expect, it } from 'vitest';

import { main } from '../../src/cli.js';

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
