import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { paintFor } from '../../src/commands/paint.js';
import { doneText, dryRunText, faultsText, nextSteps, resultJson, summaryText } from '../../src/commands/report.js';
import { costOf, type Cost } from '../../src/render/cost.js';
import { renderProject } from '../../src/render/render.js';
import { soundAnswers } from '../support/answers.js';
import { unseenIn } from '../support/hostile.js';
import { scratchFolder } from '../support/scratch.js';

const plain = (_format: string, text: string) => text;

describe('colours', () => {
  it.each([
    [true, {}, true],
    [true, { NO_COLOR: '1' }, false],
    [false, {}, false],
  ])('terminal %s, environment %j: %s', (isTTY, environment, coloured) => {
    const paint = paintFor({ isTTY, write: () => undefined }, environment);
    expect(paint('bold', 'x') !== 'x').toBe(coloured);
  });
});

describe('texts', () => {
  it('show control characters instead of sending them to the terminal', () => {
    const text = faultsText([{ option: '--\u001b[2J', value: '\u009b', why: 'is \u0007', remedy: '\u2028.' }], plain);
    expect(text).toContain('--\\u001b[2J \\u009b');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
  });

  it.skipIf(process.platform === 'win32').each([
    ['pay', 'cd pay && '],
    ['a b', "cd 'a b' && "],
    ['$(x)`y`', "cd '$(x)`y`' && "],
    ["it's", "cd 'it'\\''s' && "],
    ['~pay', "cd '~pay' && "],
    ['-pay', "cd './-pay' && "],
  ])('name the folder %s so that it can be pasted', (folder, command) => {
    const [first] = nextSteps({ directory: path.resolve('/w', folder), answers: soundAnswers() }, path.resolve('/w'));
    expect(first).toContain(command);
  });

  it('name a folder that is far away and would act without letting it', () => {
    const folder = path.resolve('/far\u001b[31m\n::error::x');
    const answers = soundAnswers();
    const result = { directory: folder, answers, files: new Map(), cost: costOf(answers), changes: [], written: true };
    const cwd = path.resolve('/a/b/c/d');
    for (const text of [summaryText(result, cwd, plain), dryRunText(result, cwd), doneText(result, cwd, plain)]) {
      expect(text).toContain('far\\u001b[31m\\u000a::error::x');
      expect(unseenIn(text)).toEqual([]);
    }
    if (process.platform === 'win32') expect(nextSteps(result, cwd)[0]).toMatch(/^# Enter the folder/);
    else expect(nextSteps(result, cwd)[0]).toMatch(/^cd \$'\/far\\033\[31m\\012::error::x' && /);
  });

  it('call the current folder that', () => {
    const changes = [{ path: 'a.tf', kind: 'create' as const }];
    const answers = soundAnswers();
    const result = { directory: '/w', answers, files: new Map(), cost: costOf(answers), changes, written: true };
    expect(doneText(result, '/w', plain)).toContain('Wrote 1 file to this folder.');
    const same = { ...result, changes: [{ path: 'a.tf', kind: 'same' as const }] };
    expect(doneText(same, '/w', plain)).toContain('All of it is in this folder already.');
    expect(nextSteps(result, '/w')[0]).toMatch(/^terraform/);
  });
});

describe('the cost', () => {
  const resultOf = (given: object, cost: Partial<Cost> = {}) => {
    const answers = soundAnswers(given);
    const whole = { ...costOf(answers), ...cost };
    return { directory: '/w/pay', answers, files: new Map(), cost: whole, changes: [], written: false };
  };
  const two: Partial<Cost> = {
    components: [
      { component: 'Databases', quantity: 2, monthlyUsd: 1106.58 },
      { component: 'Gateways', quantity: 1, monthlyUsd: 32.85 },
      { component: 'Alarms', quantity: 8, monthlyUsd: 0.8 },
    ],
    monthlyUsd: 1140.23,
    priced: '2026-11-29',
    savings: [{ answer: '--no-gateways', monthlyUsd: 32.85, but: 'nothing gets out' }],
  };

  it('is in the summary before the last question, in whole dollars, without what is next to nothing', () => {
    expect(summaryText(resultOf({}, two), '/w', plain)).toContain(
      [
        '  Cost      $1140 a month or more while idle, at list prices of us-east-1 of 2026-11-29',
        '            $1107  Databases',
        '              $33  Gateways',
        '            --no-gateways saves $33: nothing gets out',
        '',
      ].join('\n'),
    );
  });

  it('says what it leaves out, and which region its prices are not of', () => {
    const components = [...two.components!, { component: 'Others', quantity: 1 }];
    const text = summaryText(
      resultOf({ region: 'eu-west-1' }, { ...two, components, notPriced: ['Others'], savings: [] }),
      '/w',
      plain,
    );
    expect(text).toContain(
      "  Cost      $1140 a month or more while idle, at list prices of us-east-1 of 2026-11-29; eu-west-1's differ\n",
    );
    expect(text).toContain('\n                   $33  Gateways\n            not priced  Others\n');
    expect(text).not.toContain('$0');
  });

  it('is in the session that README.md shows as it would be', () => {
    const entry = { https: true, route53: true, zoneName: 'example.com', domain: 'pay.example.com' };
    const answers = soundAnswers({ region: 'eu-west-1', suffix: 'b4x4d4', ...entry });
    const files = renderProject(answers);
    const result = { directory: '/w/my-payments', answers, files, cost: costOf(answers), changes: [], written: false };
    expect(readFileSync('README.md', 'utf8')).toContain(summaryText(result, '/w', plain));
  });

  it('is at the end of --dry-run', () => {
    expect(dryRunText(resultOf({}, two), '/w')).toMatch(
      /\n\nIt costs \$1140 a month [^\n]*:\n\n {2}\$1107 {2}Databases\n[^]*saves \$33: nothing gets out\n\nNothing was written\.\n$/,
    );
  });

  it('is in the result for machines, whole', () => {
    const result = resultOf({});
    expect(resultJson(result, '1.2.3', '/w')).toMatchObject({ cost: costOf(result.answers) });
  });
});

describe.skipIf(process.platform === 'win32')('standard output', () => {
  const script = path.resolve('bin/create-secure-infra.js');

  it('is whole in a file, and a reader that goes away is no error', () => {
    const file = path.join(scratchFolder(), 'out');
    const descriptor = openSync(file, 'w');
    execFileSync(process.execPath, [script, '--list', '--json'], { stdio: ['ignore', descriptor, 'pipe'] });
    closeSync(descriptor);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('regions');
    const command = `"${process.execPath}" "${script}" --list --json | true; echo "\${PIPESTATUS[0]}"`;
    expect(execFileSync('bash', ['-c', command], { encoding: 'utf8' })).toBe('0\n');
  });

  it('arrives whole through a pipe that takes a little at a time', () => {
    const program = `
      import fcntl, os, subprocess, sys, time
      read, write = os.pipe()
      os.set_blocking(write, False)
      fcntl.fcntl(write, 1031, 4096)
      child = subprocess.Popen(sys.argv[1:], stdout=write)
      os.close(write)
      time.sleep(0.3)
      total = b""
      while chunk := os.read(read, 512): total += chunk
      sys.exit(0 if child.wait() == 0 and total.rstrip().endswith(b"}") else 1)
    `.replaceAll('\n      ', '\n');
    const ran = () => execFileSync('python3', ['-c', program, process.execPath, script, '--list', '--json']);
    expect(ran).not.toThrow();
  });
});
