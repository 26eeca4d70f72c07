import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { stagingPrefix } from '../../src/disk/staging.js';
import { recordFile } from '../../src/record/record.js';
import type { ProjectFiles } from '../../src/render/project-files.js';
import { renderProject } from '../../src/render/render.js';
import { soundAnswers } from '../support/answers.js';
import { readFolder } from '../support/files.js';
import { scratchFolder } from '../support/scratch.js';
import { run } from './command.js';

/**
 * On Node as it is here at every call; on the other versions, which make the same calls in the same order, at some of them.
 */
const step = process.env.NODE_UNDER_TEST ? 7 : 1;

const preload = path.resolve(import.meta.dirname, 'end-at-call.cjs');

/** Runs the command until its `endAt`-th call that changes the disk; returns how many calls there were. */
async function runUntil(cwd: string, endAt: number, signal: 'SIGKILL' | 'SIGINT') {
  const calls = path.join(scratchFolder(), 'calls');
  const env = {
    NODE_OPTIONS: `--require ${JSON.stringify(preload)}`,
    END_AT: String(endAt),
    END_WITH: signal,
    CALLS: calls,
  };
  const { code } = await run(['pay'], { cwd, env });
  return { code, calls: existsSync(calls) ? Number(readFileSync(calls, 'utf8')) : undefined };
}

/** What the folder has of a project, without what a run that was killed has left behind. */
function projectIn(target: string): ProjectFiles {
  return new Map([...readFolder(target)].filter(([file]) => !file.startsWith(stagingPrefix)));
}

/** The project that the answers in the folder make, whichever suffix was drawn. */
function wholeFor(target: string): ProjectFiles {
  const { answers } = JSON.parse(readFileSync(path.join(target, recordFile), 'utf8')) as { answers: object };
  return new Map([...renderProject(soundAnswers(answers))].sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('the command, ended at any change to the disk,', () => {
  it('leaves no new folder, or the whole project', async () => {
    const { calls } = await runUntil(scratchFolder(), Infinity, 'SIGKILL');
    expect(calls).toBeGreaterThan(30);
    for (let endAt = 1; endAt <= calls!; endAt += step) {
      const cwd = scratchFolder();
      await runUntil(cwd, endAt, 'SIGKILL');
      expect(existsSync(path.join(cwd, 'pay')), `ended at call ${endAt}`).toBe(false);
    }
  });

  it('leaves every file of a folder that was there whole or out, and completes them when it is run again', async () => {
    const into = () => {
      const cwd = scratchFolder();
      mkdirSync(path.join(cwd, 'pay/.git'), { recursive: true });
      return cwd;
    };
    const { calls } = await runUntil(into(), Infinity, 'SIGKILL');
    let halfway = 0;
    for (let endAt = 1; endAt <= calls!; endAt += step) {
      const cwd = into();
      const target = path.join(cwd, 'pay');
      await runUntil(cwd, endAt, 'SIGKILL');
      const left = projectIn(target);
      if (left.size > 0) {
        const whole = wholeFor(target);
        for (const [file, text] of left) expect(text, file).toBe(whole.get(file));
        if (left.size < whole.size) halfway += 1;
      }
      expect((await run(['pay'], { cwd })).code).toBe(0);
      expect(projectIn(target)).toEqual(wholeFor(target));
    }
    expect(halfway).toBeGreaterThan(step === 1 ? 10 : 3);
  });

  it.skipIf(process.platform === 'win32')('by Ctrl-C leaves nothing at all, or is done', async () => {
    for (const prepare of [() => undefined, (cwd: string) => mkdirSync(path.join(cwd, 'pay'))]) {
      const first = scratchFolder();
      prepare(first);
      const { calls } = await runUntil(first, Infinity, 'SIGINT');
      const codes = new Set<number | null>();
      for (let endAt = 1; endAt <= calls!; endAt += 3 * step) {
        const cwd = scratchFolder();
        prepare(cwd);
        const before = readdirSync(cwd);
        const { code } = await runUntil(cwd, endAt, 'SIGINT');
        codes.add(code);
        if (code === 130) expect(readdirSync(cwd)).toEqual(before);
        else expect(projectIn(path.join(cwd, 'pay'))).toEqual(wholeFor(path.join(cwd, 'pay')));
        expect(readdirSync(cwd).filter((entry) => entry.startsWith(stagingPrefix))).toEqual([]);
      }
      expect([...codes]).toContain(130);
    }
  });
});
