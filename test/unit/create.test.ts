import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { readFlags } from '../../src/answers/flags.js';
import type { Prompter } from '../../src/answers/prompts.js';
import { create } from '../../src/commands/create.js';
import { UserError } from '../../src/errors.js';
import { scratchFolder } from '../support/scratch.js';

interface Asked {
  message: string;
  validate?(value: string): string | undefined;
}

/** Answers by the first word of the question, and with defaults; notes what was asked. */
function person(answers: Record<string, unknown>, asked: string[] = [], atLast?: () => void): Prompter {
  const answer = (question: Asked & { default?: unknown }) => {
    asked.push(question.message);
    if (question.message.startsWith('Write')) atLast?.();
    const key = Object.keys(answers).find((start) => question.message.startsWith(start));
    const value = key === undefined ? (question.default ?? '') : answers[key];
    const complaint = question.validate?.(value as string);
    return complaint ? Promise.reject(new Error(complaint)) : Promise.resolve(value as never);
  };
  return { input: answer, confirm: answer, select: answer, search: answer };
}

async function session(argv: string[], options: { prompter?: Prompter; cwd?: string; drawn?: string } = {}) {
  const { directory, run, reading } = readFlags(argv);
  let draws = 0;
  const result = await create({
    ...(directory === undefined ? {} : { directory }),
    run,
    reading,
    cwd: options.cwd ?? scratchFolder(),
    environment: {},
    ...(options.prompter ? { prompter: options.prompter } : {}),
    drawSuffix: (length) => {
      draws += 1;
      return (options.drawn ?? 'drawn234').slice(0, length);
    },
  });
  return { ...result, draws };
}

const faultsOf = (session: Promise<unknown>) =>
  session.then(
    () => [],
    (error: unknown) => (error as UserError).faults.map((fault) => fault.option),
  );

describe('create, asking', () => {
  it('draws one suffix, as long as the name leaves room for', async () => {
    const prompter = person({ Project: 'a'.repeat(22) });
    const { answers, draws } = await session(['pay'], { prompter });
    expect([answers.suffix, draws]).toEqual(['dra', 1]);
  });

  it.each([
    [['pay', '--region', 'nowhere'], ['--region']],
    [
      ['pay', '--stack', 'ecs-fargate', '--vpc', 'existing'],
      ['--vpc-id', '--public-subnet-ids', '--private-subnet-ids', '--database-subnet-ids'],
    ],
    [
      ['pay', '--nat', 'nnoe', '--suffix', 'TOO'],
      ['--nat', '--suffix'],
    ],
  ])('refuses %j before it asks anything', async (argv, options) => {
    const asked: string[] = [];
    expect(await faultsOf(session(argv, { prompter: person({}, asked) }))).toEqual(options);
    expect(asked).toEqual([]);
  });

  it.each([
    [
      [
        'pay',
        '--https',
        '--certificate-arn',
        'arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012',
      ],
      { AWS: 'eu-west-1' },
    ],
    [['pay', '--zone-name', 'example.com'], { DNS: true, Domain: 'pay.example.com' }],
    [['pay', '--db-instance-class', 'db.r8g.large'], { AWS: 'eu-west-1' }],
  ])('does not hold %j against a question that is still to come', async (argv, answers) => {
    const { written } = await session(argv, { prompter: person(answers) });
    expect(written).toBe(true);
  });

  it('takes an answer that its check takes once it is normalised', async () => {
    const prompter = person({ DNS: true, Name: 'Example.COM.', Domain: 'Pay.Example.com' });
    const { answers } = await session(['pay'], { prompter });
    expect(answers).toMatchObject({ zoneName: 'example.com', domain: 'pay.example.com' });
  });

  it('asks again for a text that holds what cannot be seen', async () => {
    const prompter = person({ Project: 'pay\u200bments' });
    await expect(session(['pay'], { prompter })).rejects.toThrow('U+200B');
  });

  it('never replaces what appears while somebody thinks', async () => {
    const cwd = scratchFolder();
    const target = path.join(cwd, 'pay');
    const prompter = person({}, [], () => writeFileSync(target, 'mine'));
    await expect(session(['pay'], { cwd, prompter })).rejects.toMatchObject({ exitCode: 3 });
    expect(readdirSync(cwd)).toEqual(['pay']);
  });
});

describe('create, asking nobody', () => {
  it('completes a project that was begun with its own suffix', async () => {
    const cwd = scratchFolder();
    const { directory } = await session(['pay'], { cwd, drawn: 'first234' });
    const { changes, answers } = await session(['pay', '--dry-run'], { cwd, drawn: 'other234' });
    expect(existsSync(directory)).toBe(true);
    expect(answers.suffix).toBe('first2');
    expect(new Set(changes.map((change) => change.kind))).toEqual(new Set(['same']));
  });

  it('says nothing of what depends on a value of no use', async () => {
    expect(
      await faultsOf(
        session(['pay', '--vpc', 'exsiting', '--vpc-id', 'vpc-0123456789abcdef0', '--vpc-cidr', '10.0.0.0/16']),
      ),
    ).toEqual(['--vpc']);
    expect(await faultsOf(session(['pay', '--https=maybe', '--certificate-arn', 'x']))).toEqual([
      '--https=maybe'.split('=')[0],
      '--certificate-arn',
    ]);
  });

  it('names the directory where its name is of no use', async () => {
    expect(await faultsOf(session(['My Project']))).toEqual(['[directory]']);
  });
});
