import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { recordFile } from '../../src/record/record.js';
import { defaultStack } from '../../src/stacks/index.js';
import { scratchFolder } from '../support/scratch.js';
import { keys, Screen } from './screen.js';

const answersIn = (folder: string) =>
  (JSON.parse(readFileSync(path.join(folder, recordFile), 'utf8')) as { answers: object }).answers;

/** The first question is which of the stacks; most of these sessions are about the others. */
const stack = ['--stack', defaultStack.id];

describe.skipIf(process.platform === 'win32')('in a terminal', () => {
  it('asks, sums up, asks once more and writes', async () => {
    const cwd = scratchFolder();
    const screen = new Screen([], cwd);
    await screen.answer('? Directory', `pay${keys.enter}`);
    await screen.answer('? What to build', keys.enter);
    await screen.answer('? Project name (pay)', keys.enter);
    await screen.answer('? AWS region', 'frankfurt');
    await screen.answer('❯ eu-central-1', keys.enter);
    await screen.answer('? Environment suffix (empty: one is drawn)', `Q7${keys.enter}`);
    await screen.answer('is not 1 to 8 lower-case letters and digits', `\u007f\u007fq7${keys.enter}`);
    await screen.answer('? Profile', keys.down + keys.enter);
    await screen.answer('? HTTPS on the load balancer?', `y${keys.enter}`);
    await screen.answer('? DNS record in a Route 53 hosted zone?', `y${keys.enter}`);
    await screen.answer('? Name of the hosted zone', `example.com${keys.enter}`);
    await screen.answer('? Domain name of the application', `pay.example.com${keys.enter}`);
    await screen.answer('? Database Insights (Performance Insights), free', `n${keys.enter}`);
    await screen.answer('? Class of the database instances', keys.enter);
    await screen.answer('? Write these files?', keys.enter);
    expect(await screen.ended).toBe(0);

    expect(answersIn(path.join(cwd, 'pay'))).toMatchObject({
      stack: defaultStack.id,
      name: 'pay',
      region: 'eu-central-1',
      suffix: 'q7',
      profile: 'production',
      https: true,
      route53: true,
      zoneName: 'example.com',
      domain: 'pay.example.com',
      performanceInsights: false,
      dbInstanceClass: 'db.r7g.large',
    });
    for (const line of [
      'https://pay.example.com',
      'new VPC 10.0.0.0/16, 3 zones, a NAT gateway each',
      'files to pay.',
      'terraform init -backend-config=backend.hcl',
    ])
      expect(screen.text()).toContain(line);
  });

  it('marks the regions that must be enabled first', async () => {
    const screen = new Screen(['pay', ...stack, '--name', 'pay'], scratchFolder());
    await screen.answer('? AWS region', 'hong kong');
    await screen.answer('Asia Pacific (Hong Kong), must be enabled on the account first', keys.ctrlC);
    expect(await screen.ended).toBe(130);
  });

  it.each([
    ['at the first question', [['? Project name', '']]],
    [
      'in a list',
      [
        ['? Project name', keys.enter],
        ['? AWS region', ''],
      ],
    ],
  ])('Ctrl-C %s leaves nothing behind and exits with 130', async (_title, steps) => {
    const cwd = scratchFolder();
    const screen = new Screen(['pay', ...stack], cwd);
    for (const [shown, answer] of steps) await screen.answer(shown!, answer!);
    await new Promise((later) => setTimeout(later, 50));
    await screen.answer('?', keys.ctrlC);
    expect(await screen.ended).toBe(130);
    expect(screen.text()).toContain('Interrupted; nothing was written.');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it.each([
    ['Ctrl-C', keys.ctrlC],
    ['"no"', `n${keys.enter}`],
  ])('%s at the last question writes nothing', async (_title, answer) => {
    const cwd = scratchFolder();
    const screen = new Screen(
      [
        'pay',
        ...stack,
        '--region',
        'us-east-1',
        '--suffix',
        'x',
        '--profile',
        'ephemeral',
        '--name',
        'pay',
        '--no-https',
        '--no-route53',
        '--no-performance-insights',
        '--db-instance-class',
        'db.t4g.medium',
      ],
      cwd,
    );
    await screen.answer('? Write these files?', answer);
    expect(await screen.ended).toBe(130);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('says what is wrong with flags before it asks anything', async () => {
    const screen = new Screen(['pay', '--region', 'nowhere'], scratchFolder());
    expect(await screen.ended).toBe(2);
    expect(screen.text()).toContain('--region "nowhere"');
    expect(screen.text()).not.toContain('?  ');
    expect(screen.text()).not.toContain('Project name');
  });

  it('says that the target is not empty before it asks anything else', async () => {
    const cwd = scratchFolder();
    mkdirSync(path.join(cwd, 'pay'));
    writeFileSync(path.join(cwd, 'pay/main.tf'), '');
    const screen = new Screen(['pay'], cwd);
    expect(await screen.ended).toBe(3);
    expect(screen.text()).toContain('main.tf');
    expect(screen.text()).not.toContain('Project name');
  });

  it('asks for a name where the directory has none that would do', async () => {
    const screen = new Screen(['My Project', ...stack], scratchFolder());
    await screen.answer('? Project name', keys.ctrlC);
    expect(await screen.ended).toBe(130);
  });

  it.each([
    ['--yes', ['--yes'], {}],
    ['CI', [], { CI: 'true' }],
  ])('asks nothing with %s', async (_title, argv, env) => {
    const cwd = scratchFolder();
    const screen = new Screen(['pay', ...argv], cwd, env);
    expect(await screen.ended).toBe(0);
    expect(existsSync(path.join(cwd, 'pay/main.tf'))).toBe(true);
  });
});
