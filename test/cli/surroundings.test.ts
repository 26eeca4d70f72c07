import { spawnSync, type StdioOptions } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, inject, it } from 'vitest';

import { scratchFolder } from '../support/scratch.js';
import { cleanEnvironment } from './command.js';

/** Runs the installed command with these in the place of stdin, stdout and stderr. */
function runInto(argv: string[], stdio: StdioOptions, cwd = scratchFolder()) {
  const { node, bin } = inject('installed');
  const { status, stderr, stdout } = spawnSync(node, [bin, ...argv], {
    cwd,
    stdio,
    env: cleanEnvironment(),
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr, cwd };
}

describe.skipIf(!existsSync('/dev/full'))('a full disk behind stdout', () => {
  it.each([[['my-pay']], [['my-pay', '--json']], [['--help']], [['check', '--help']], [['explain', '--json']]])(
    'is told of by %j, with exit code 70',
    (argv) => {
      const { code, stderr, cwd } = runInto(argv, ['ignore', openSync('/dev/full', 'w'), 'pipe']);
      expect(code).toBe(70);
      expect(stderr).toContain('ENOSPC: no space left on device');
      expect(stderr).not.toMatch(/\n\s+at /);
      if (argv[0] === 'my-pay') {
        expect(stderr).toContain(`The project is written to ${path.join(cwd, 'my-pay')}, but`);
        expect(readdirSync(path.join(cwd, 'my-pay'))).toContain('vpc.tf');
      }
      expect(runInto(argv, ['ignore', openSync('/dev/full', 'w'), openSync('/dev/full', 'w')]).code).toBe(70);
    },
  );

  it('and one that takes no text at all are alike', () => {
    const { code, stderr } = runInto(['--list'], ['ignore', openSync('/dev/null', 'r'), 'pipe']);
    expect([code, stderr]).toEqual([70, 'The output could not be written: EBADF: bad file descriptor, write.\n']);
  });
});

it.skipIf(process.platform === 'win32')('a current directory that is gone is the fault that is named', () => {
  const { node, bin } = inject('installed');
  for (const words of ['my-pay', 'check']) {
    const script = `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"`;
    const { status, stderr } = spawnSync('sh', ['-c', script, node, bin, words], {
      cwd: scratchFolder(),
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('current directory\n    is gone');
    expect(stderr).not.toMatch(/\n\s+at /);
  }
});

describe('an answers file', () => {
  it('of 600 MB is not read', () => {
    const cwd = scratchFolder();
    writeFileSync(path.join(cwd, 'big.json'), '{');
    truncateSync(path.join(cwd, 'big.json'), 600 * 1024 * 1024);
    const { code, stderr } = runInto(['my-pay', '--answers', 'big.json'], 'pipe', cwd);
    expect([code, stderr]).toEqual([2, expect.stringContaining('holds more than 1024 KB')]);
  });

  it.skipIf(process.platform === 'win32')('may come from a pipe', () => {
    const { node, bin } = inject('installed');
    // Of a shell: those that Node makes for its children are sockets.
    const script = `echo '{"name": "from-a-pipe"}' | "$0" "$@"`;
    const { status, stdout } = spawnSync('sh', ['-c', script, node, bin, '--answers', '/dev/stdin', '--dry-run'], {
      cwd: scratchFolder(),
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, expect.stringContaining('Would write to from-a-pipe')]);
  });

  it('that is not in UTF-8 is refused', () => {
    const cwd = scratchFolder();
    writeFileSync(path.join(cwd, 'utf16.json'), Buffer.from('\ufeff{"name": "abc"}', 'utf16le'));
    const { code, stderr } = runInto(['my-pay', '--answers', 'utf16.json'], 'pipe', cwd);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is not a text in UTF-8')]);
  });
});

it('what is refused leaves none of the folders that it made', () => {
  const cwd = scratchFolder();
  mkdirSync(path.join(cwd, 'there'));
  for (const above of ['left', 'there/left']) {
    const { code, stderr } = runInto([`${above}/${'a'.repeat(300)}/my-pay`], 'pipe', cwd);
    expect([code, stderr]).toEqual([2, expect.stringContaining('[directory]')]);
  }
  expect(readdirSync(cwd, { recursive: true })).toEqual(['there']);
});
