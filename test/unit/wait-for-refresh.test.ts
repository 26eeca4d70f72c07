import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { renderTemplate } from '../../src/render/templates.js';
import { scratchFolder } from '../support/scratch.js';

const script = renderTemplate('ec2-asg/scripts/wait-for-refresh.sh', {});
const arn = 'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0b1c:autoScalingGroupName/ledger-dev1-app';

/** What `aws` answers, by what it is asked for; the last answer of a list is given for ever, and none is a failure. */
interface Answers {
  /** The refresh that is going on. */
  goingOn?: string[];
  /** Status, percentage and reason of the refresh that is waited for. */
  state?: string[];
  version?: string[];
  running?: string[];
  /** The refresh that ended last. */
  last?: string[];
  lastState?: string[];
  since?: string[];
  activities?: string[];
}

/** What a query has in it that no other has, in the order in which they are looked for. */
const queries: Record<keyof Answers, string> = {
  activities: 'Activities[?',
  goingOn: 'contains(',
  last: 'sort_by(',
  lastState: '[Status, StatusReason]',
  state: '[Status, PercentageComplete, StatusReason]',
  running: 'Instances[?',
  version: 'LaunchTemplate.Version',
  since: 'StartTime',
};

function project(answers: Answers) {
  const folder = scratchFolder();
  for (const name of ['bin', 'project/scripts', 'answers']) mkdirSync(path.join(folder, name), { recursive: true });
  const file = path.join(folder, 'project/scripts/wait-for-refresh.sh');
  writeFileSync(file, script);
  const commands = {
    terraform: `[ "$*" = '-chdir=${folder}/project/scripts/.. output -raw autoscaling_group_arn' ] && echo '${arn}'`,
    aws: [
      `echo "$*" >> '${folder}/calls'`,
      'case $* in',
      ...Object.entries(queries).map(([name, part]) => `*'${part}'*) name=${name} ;;`),
      'esac',
      `file='${folder}/answers/'$name`,
      `[ -s "$file" ] || exit 9`,
      `head -1 "$file" | tr '|' '\\n'`,
      `[ "$(wc -l < "$file")" -lt 2 ] || { tail -n +2 "$file" > "$file.next" && mv "$file.next" "$file"; }`,
    ].join('\n'),
    sleep: `echo "sleep $1" >> '${folder}/calls'; [ ! -e '${folder}/slow' ] || exec /bin/sleep 30`,
  };
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(path.join(folder, 'bin', name), `#!/bin/sh\n${text}\n`);
    chmodSync(path.join(folder, 'bin', name), 0o755);
  }
  for (const [word, lines] of Object.entries(answers))
    writeFileSync(path.join(folder, 'answers', word), `${(lines as string[]).join('\n')}\n`);
  const env = { ...process.env, PATH: `${path.join(folder, 'bin')}${path.delimiter}${process.env.PATH}` };
  const calls = () => readFileSync(path.join(folder, 'calls'), 'utf8').trim().split('\n');
  return { folder, file, env, calls };
}

function wait(answers: Answers, args: string[] = []) {
  const { file, env, calls } = project(answers);
  const { status, stdout, stderr } = spawnSync('sh', [file, ...args], { env, encoding: 'utf8' });
  return { status, stdout, stderr, calls: calls() };
}

const begun: Answers = { goingOn: ['r1'] };
const done = 'Successful\t100\tNone';
const failure: Answers = {
  ...begun,
  since: ['2026-11-30T10:00:00+00:00'],
  activities: [
    [
      '2026-11-30T10:04:00.123000+00:00\tLaunching a new EC2 instance.\tClient.InternalError: Client error on launch',
      '2026-11-30T09:00:00+00:00\tLaunching a new EC2 instance.\tthat of another refresh',
    ].join('|'),
  ],
};

describe.skipIf(process.platform === 'win32')('scripts/wait-for-refresh.sh', () => {
  it('tells how the refresh goes until it is successful', () => {
    const states = ['Pending\tNone\tNone', 'InProgress\t50\tWaiting for i-1 to warm up.', 'Baking\t100\tNone', done];
    const { status, stdout, stderr, calls } = wait({ ...begun, state: states });
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: 'Pending, 0 %\nInProgress, 50 %: Waiting for i-1 to warm up.\nBaking, 100 %\nSuccessful, 100 %\n',
      stderr: '',
    });
    expect(calls.filter((call) => call === 'sleep 15')).toHaveLength(3);
    expect(calls[0]).toContain(
      'autoscaling describe-instance-refreshes --region eu-west-1 --auto-scaling-group-name ledger-dev1-app',
    );
  });

  it.each(['Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed'])(
    'fails with the reasons where it is %s',
    (end) => {
      const states = ['InProgress\t50\tNone', `${end}\t50\tWhat AWS says.`];
      const { status, stdout, stderr } = wait({ ...failure, state: states });
      expect(status).toBe(1);
      expect(stdout).toContain(`${end}, 50 %: What AWS says.`);
      expect(stderr).toContain('Launching a new EC2 instance.: Client.InternalError: Client error on launch');
      expect(stderr).not.toContain('another refresh');
      expect(stderr).toContain('aws logs tail /ec2/ledger-dev1/boot --since 1h --region eu-west-1');
      expect(stderr).not.toContain('cancel-instance-refresh');
    },
  );

  it.each(['Cancelling', 'RollbackInProgress'])('waits for the end while it is %s', (state) => {
    const { status } = wait({ ...failure, state: [`${state}\t50\tNone`, 'Cancelled\t50\tNone'] });
    expect(status).toBe(1);
  });

  it('waits for a refresh that begins some seconds after the apply', () => {
    const { status, calls } = wait({
      goingOn: ['None', 'None', 'r1'],
      version: ['4'],
      running: ['3\t3', '3\t4'],
      state: [done],
    });
    expect(status).toBe(0);
    expect(calls.filter((call) => call === 'sleep 15')).toHaveLength(2);
    expect(calls.at(-1)).toContain("InstanceRefreshId=='r1'");
  });

  it('ends at once where none is going on and every instance runs the newest version', () => {
    const { status, stdout, calls } = wait({ goingOn: ['None'], version: ['4'], running: ['4\t4\t4'] });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('runs version 4 of the launch') });
    expect(calls).not.toContain('sleep 15');
  });

  it.each([
    ['some run another version', '4\t3'],
    ['none is in service', ''],
    ['a version only ends alike', '14'],
  ])('fails a minute later where no refresh begins and %s', (_, running) => {
    const { status, stderr, calls } = wait({ goingOn: ['None'], version: ['4'], running: [running], last: ['None'] });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('No instance refresh has begun') });
    expect(calls.filter((call) => call === 'sleep 15')).toHaveLength(4);
  });

  it('then tells why the last one failed', () => {
    const { status, stderr } = wait({
      ...failure,
      goingOn: ['None'],
      version: ['4'],
      running: ['3'],
      last: ['r0'],
      lastState: ['Failed\tWhat AWS says.'],
    });
    expect(status).toBe(1);
    expect(stderr).toContain('The last one: Failed\tWhat AWS says.');
    expect(stderr).toContain('Client.InternalError');
  });

  it('and blames none that was successful', () => {
    const versions = { goingOn: ['None'], version: ['4'], running: ['3'] };
    const { status, stderr } = wait({ ...failure, ...versions, last: ['r0'], lastState: ['Successful\tNone'] });
    expect(status).toBe(1);
    expect(stderr).not.toContain('Client.InternalError');
  });

  it('waits for the refresh that it is given', () => {
    const { status, calls } = wait({ state: [done] }, ['r7']);
    expect(status).toBe(0);
    expect(calls).toEqual([expect.stringContaining("InstanceRefreshId=='r7'")]);
  });

  it('fails where AWS does not know that', () => {
    const { status, stdout, stderr } = wait({ state: ['None'] }, ['r7']);
    expect({ status, stdout, stderr }).toEqual({
      stdout: '',
      status: 1,
      stderr: 'AWS knows no refresh r7 of the group ledger-dev1-app.\n',
    });
  });

  const cancel = 'aws autoscaling cancel-instance-refresh --region eu-west-1 --auto-scaling-group-name ledger-dev1-app';

  it('fails where AWS does not answer, and says that it goes on', () => {
    const { status, stderr } = wait(begun);
    expect({ status, stderr }).toEqual({ status: 9, stderr: expect.stringContaining(cancel) });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('says at %s that it goes on, and how to end it', async (signal, code) => {
    const { folder, file, env } = project({ ...begun, state: ['InProgress\t50\tNone'] });
    writeFileSync(path.join(folder, 'slow'), '');
    const child = spawn('sh', [file], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    await expect
      .poll(() => existsSync(path.join(folder, 'calls')) && readFileSync(path.join(folder, 'calls'), 'utf8'))
      .toContain('sleep');
    const ended = new Promise((end) => child.on('close', end));
    process.kill(-child.pid!, signal);
    expect(await ended).toBe(code);
    expect(stderr).toContain(cancel);
  });
});
