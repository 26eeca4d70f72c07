import { describe, expect, it } from 'vitest';

import { readFlags } from '../../src/answers/flags.js';
import { ask, type Prompter } from '../../src/answers/prompts.js';
import { resolve } from '../../src/answers/resolve.js';
import { matching } from '../../src/answers/terminal.js';
import { regionCodes, describeRegion } from '../../src/aws/regions.js';
import { defaultStack } from '../../src/stacks/index.js';
import { surroundings } from '../support/answers.js';

interface Asked {
  message: string;
  kind: string;
  default: unknown;
  choices?: string[];
}

/** Answers the questions in `answers` by their first words, takes the default of others, and notes what was asked. */
function scripted(answers: Record<string, unknown>): { prompter: Prompter; asked: Asked[] } {
  const asked: Asked[] = [];
  const answer =
    (kind: string) =>
    (question: {
      message: string;
      default?: unknown;
      choices?: { value: string }[];
      validate?(value: string): string | undefined;
    }) => {
      asked.push({
        message: question.message,
        kind,
        default: question.default,
        ...(question.choices ? { choices: question.choices.map((choice) => choice.value) } : {}),
      });
      const key = Object.keys(answers).find((start) => question.message.startsWith(start));
      const value = key === undefined ? (question.default ?? '') : answers[key];
      const complaint = question.validate?.(value as string);
      if (complaint) throw new Error(complaint);
      return Promise.resolve(value as never);
    };
  return {
    prompter: {
      input: answer('input'),
      confirm: answer('confirm'),
      select: answer('select'),
      search: answer('search'),
    },
    asked,
  };
}

async function session(answers: Record<string, unknown>, ...argv: string[]) {
  const { prompter, asked } = scripted(answers);
  const { given: answered } = readFlags(['--stack', defaultStack.id, ...argv]).reading;
  const given = await ask(answered, surroundings, prompter);
  return { asked, messages: asked.map((question) => question.message), ...resolve(given, surroundings) };
}

describe('ask', () => {
  it('asks what everybody is asked, in order, and takes defaults on Enter', async () => {
    const { messages, asked, answers, faults, missing } = await session({});
    expect(messages).toEqual([
      'Project name',
      'AWS region',
      'Environment suffix (empty: one is drawn)',
      'Profile',
      'HTTPS on the load balancer?',
      'DNS record in a Route 53 hosted zone?',
      'Database Insights (Performance Insights), free for 7 days of data?',
      'Class of the database instances',
    ]);
    expect(asked.map((question) => question.default)).toEqual([
      'my-payments',
      'us-east-1',
      undefined,
      'ephemeral',
      false,
      false,
      true,
      'db.t4g.medium',
    ]);
    expect([faults, missing]).toEqual([[], []]);
    expect(answers).toMatchObject({ name: 'my-payments', region: 'us-east-1', suffix: 'drawn1' });
  });

  it('asks only what follows from an answer', async () => {
    const https = await session({
      HTTPS: true,
      'ARN of': 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012',
    });
    expect(https.messages).toContain('ARN of the certificate (AWS Certificate Manager)');
    expect(https.messages).not.toContain('Name of the hosted zone');

    const dns = await session({ HTTPS: true, DNS: true, 'Name of': 'example.com', Domain: 'pay.example.com' });
    expect(dns.messages).toEqual(expect.arrayContaining(['Name of the hosted zone', 'Domain name of the application']));
    expect(dns.messages).not.toContain('ARN of the certificate (AWS Certificate Manager)');
    expect(dns.answers).toMatchObject({ zoneName: 'example.com', domain: 'pay.example.com' });
  });

  it('proposes HTTPS in production, and not in a trial', async () => {
    const proposed = async (profile: string) =>
      (await session({ Profile: profile, HTTPS: false })).asked.find(({ message }) => message.startsWith('HTTPS'))!
        .default;
    expect(await proposed('production')).toBe(true);
    expect(await proposed('ephemeral')).toBe(false);
  });

  it('does not ask what was given', async () => {
    const { messages } = await session(
      {},
      '--name',
      'pay',
      '--region',
      'il-central-1',
      '--suffix',
      'x',
      '--profile',
      'production',
      '--no-https',
      '--no-route53',
      '--performance-insights',
    );
    expect(messages).toEqual(['Class of the database instances']);
  });

  it('offers only classes of the region', async () => {
    const { asked } = await session({ AWS: 'il-central-1' });
    const classes = asked.find((question) => question.message.startsWith('Class'))!;
    expect(classes.choices).not.toContain('db.t4g.medium');
    expect(classes.default).toBe('db.t3.medium');
  });

  it.each([
    [{ Project: 'Nope!' }, 'lower-case'],
    [{ Environment: 'TOO' }, '1 to 8'],
    [{ Project: 'a'.repeat(20), Environment: 'staging1' }, 'too long'],
    [{ HTTPS: true, 'ARN of': 'x' }, 'Certificate Manager'],
    [{ HTTPS: true, 'ARN of': '' }, 'Please answer'],
    [{ DNS: true, 'Name of': 'example.com', Domain: 'pay.example.org' }, 'not in the zone'],
  ])('refuses %j while it is being answered', async (answers, complaint) => {
    await expect(session(answers)).rejects.toThrow(complaint);
  });

  it('leaves a directory name that is no project name out of the default', async () => {
    const { prompter, asked } = scripted({ Project: 'pay' });
    const { given } = readFlags(['--stack', defaultStack.id]).reading;
    await ask(given, { ...surroundings, directoryName: 'My Project' }, prompter);
    expect(asked[0]!.default).toBeUndefined();
  });
});

describe('the region search', () => {
  const choices = regionCodes.map((code) => ({ value: code, name: describeRegion(code) }));

  it('finds a region by code and by name', () => {
    expect(matching(choices, 'frankf', undefined).map((choice) => choice.value)).toEqual(['eu-central-1']);
    expect(matching(choices, 'us west oregon', undefined).map((choice) => choice.value)).toEqual(['us-west-2']);
    expect(matching(choices, 'atlantis', undefined)).toEqual([]);
  });

  it('starts with the default', () => {
    expect(matching(choices, undefined, 'us-east-1')[0]!.value).toBe('us-east-1');
    expect(matching(choices, undefined, 'us-east-1')).toHaveLength(34);
  });

  it('marks the regions that must be enabled first', () => {
    expect(choices.filter((choice) => choice.name.includes('must be enabled'))).toHaveLength(17);
  });
});
