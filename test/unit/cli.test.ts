import { PassThrough } from 'node:stream';

import { expect, it } from 'vitest';

import { main } from '../../src/cli.js';

it('a fault of our own is called that, with its stack, and exits with 1', async () => {
  let said = '';
  const stderr = new PassThrough().on('data', (chunk: Buffer) => (said += chunk.toString())) as unknown as NodeJS.WriteStream;
  const stdout = new PassThrough() as unknown as NodeJS.WriteStream;
  const stdin = new PassThrough() as unknown as NodeJS.ReadStream;
  const code = await main({ argv: ['pay'], environment: {}, cwd: undefined as unknown as string, stdin, stdout, stderr });
  expect(code).toBe(1);
  expect(said).toMatch(/our own fault[\s\S]*\n\s+at /);
});
