import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { expect, it } from 'vitest';

import type { Answers } from '../../src/answers/answers.js';
import { renderProject } from '../../src/render/render.js';
import { readFolder } from '../support/files.js';
import { scratchFolder } from '../support/scratch.js';
import { run } from './command.js';

const atOnce = 8;

it.each<[string, (cwd: string) => void, string[]]>([
  ['an empty folder', (cwd) => mkdirSync(path.join(cwd, 'my-pay')), []],
  ['a folder with a repository', (cwd) => mkdirSync(path.join(cwd, 'my-pay/.git'), { recursive: true }), []],
  ['an empty folder, with the same answers', (cwd) => mkdirSync(path.join(cwd, 'my-pay')), ['--suffix', 'same']],
  ['a folder that is not there', () => undefined, []],
])('of many runs at once in %s, one writes its project', async (_title, prepare, flags) => {
  for (let round = 0; round < 3; round++) {
    const cwd = scratchFolder();
    prepare(cwd);
    const target = path.join(cwd, 'my-pay');
    const runs = await Promise.all(Array.from({ length: atOnce }, () => run(['my-pay', '--json', ...flags], { cwd })));
    const there = existsSync(target) ? readFolder(target) : new Map<string, unknown>();
    let done = 0;
    for (const { code, stdout, stderr } of runs) {
      expect([0, 3], stderr).toContain(code);
      if (code === 3) continue;
      done += 1;
      // Runs that began when another had ended find their project there: they take its suffix.
      const { answers } = JSON.parse(stdout) as { answers: Answers };
      const whole = [...renderProject(answers)].sort(([a], [b]) => (a < b ? -1 : 1));
      expect(there).toEqual(new Map(whole));
    }
    if (done === 0) expect(there.size).toBe(0);
    const left = [cwd, target].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
    expect(left.filter((name) => name.includes('unfinished'))).toEqual([]);
  }
});
