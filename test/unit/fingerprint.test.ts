import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect, it } from 'vitest';

import { fingerprint } from '../../src/record/fingerprint.js';
import { scratchFolder } from '../support/scratch.js';

it.each(['', 'a', 'é\n'.repeat(100_000)])('a fingerprint is what sha256sum prints of the file', (text) => {
  const file = path.join(scratchFolder(), 'file');
  writeFileSync(file, text);
  expect(fingerprint(text)).toBe(execFileSync('sha256sum', [file]).toString().slice(0, 64));
  expect(fingerprint(Buffer.from(text))).toBe(fingerprint(text));
});
