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
