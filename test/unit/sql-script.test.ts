import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { renderProject } from '../../src/render/render.js';
import { soundAnswers } from '../support/answers.js';
import { scratchFolder } from '../support/scratch.js';

const script = renderProject(soundAnswers()).get('scripts/sql.sh')!;
const task = 'arn:aws:ecs:eu-west-1:123456789012:task/ledger-dev1/0123456789abcdef';

/** What `aws` answers, by how the rest of its command line begins; the last answer of a list is given for ever. */
type Answers = Record<string, string[]>;

/** Runs the script in a made-up project, where `terraform` prints outputs and `aws` what it is told to. */
function runScript(answers: Answers, args: string[], input = '') {
  const folder = scratchFolder();
  for (const name of ['bin', 'project/scripts', 'answers']) mkdirSync(path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, 'project/scripts/sql.sh'), script);
  const commands = {
    terraform:
      'case $4 in sql_command) echo "aws run $(printf %s \'$(printf %s "$SQL" | gzip | base64 | tr -d "\\n")\')";; *) echo group;; esac',
    aws: [
      `echo "$*" >> '${folder}/calls'`,
      `for word in run lastStatus exitCode stoppedReason reason filter-log-events; do case " $* " in *"$word "*) break;; esac; done`,
      `file='${folder}/answers/'$word`,
      `[ -s "$file" ] || exit 9`,
      `head -1 "$file"`,
      `[ "$(wc -l < "$file")" -lt 2 ] || { tail -n +2 "$file" > "$file.next" && mv "$file.next" "$file"; }`,
    ].join('\n'),
    sleep: ':',
  };
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(path.join(folder, 'bin', name), `#!/bin/sh\n${text}\n`);
    chmodSync(path.join(folder, 'bin', name), 0o755);
  }
  for (const [word, lines] of Object.entries(answers))
    writeFileSync(path.join(folder, 'answers', word), `${lines.join('\n')}\n`);
  const { status, stdout, stderr } = spawnSync('sh', [path.join(folder, 'project/scripts/sql.sh'), ...args], {
    input,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${path.join(folder, 'bin')}${path.delimiter}${process.env.PATH}` },
  });
  const calls = spawnSync('cat', [path.join(folder, 'calls')], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n');
  return { status, stdout, stderr, calls };
}

const sound: Answers = {
  run: [`${task}\tNone`],
  lastStatus: ['PROVISIONING', 'RUNNING', 'STOPPED'],
  'filter-log-events': ['CREATE ROLE'],
  exitCode: ['0'],
};

describe.skipIf(process.platform === 'win32')('scripts/sql.sh', () => {
  it('waits for the task, prints its log and ends with its exit code', () => {
    const { status, stdout, calls } = runScript({ ...sound, exitCode: ['3'] }, ['SELECT 1']);
    expect({ status, stdout }).toEqual({ status: 3, stdout: 'CREATE ROLE\n' });
    const of = '--region eu-west-1 --cluster ledger-dev1';
    expect(
      calls.filter((call) => call.includes(`ecs describe-tasks ${of} --tasks ${task} --query tasks[0].lastStatus`))
        .length,
    ).toBe(3);
    expect(calls).toContainEqual(
      expect.stringContaining('--region eu-west-1 --log-group-name group --log-stream-names sql/sql/0123456789abcdef'),
    );
  });

  it.each([
    ['an argument', ["SELECT 'it''s', \"$HOME\", \\x\nFROM t;"], ''],
    ['a file', [], "SELECT 'it''s', `id`, $(id)\n\nFROM t;"],
  ])('hands on every character of %s', (_, args, input) => {
    const { calls } = runScript(sound, args, input);
    const sent = calls.find((call) => call.startsWith('run '))!.slice('run '.length);
    expect(gunzipSync(Buffer.from(sent, 'base64')).toString()).toBe(args[0] ?? input);
  });

  it('fails where ECS starts no task', () => {
    const { status, stderr, calls } = runScript({ ...sound, run: ['None\tRESOURCE:ENI'] }, ['SELECT 1']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'ECS started no task: None\tRESOURCE:ENI\n' });
    expect(calls).toHaveLength(1);
  });

  it('fails and says why where the container never ran', () => {
    const reasons = { stoppedReason: ['TaskFailedToStart'], reason: ['CannotPullContainerError'] };
    const answers = { ...sound, exitCode: ['None'], ...reasons, 'filter-log-events': [] };
    const { status, stderr } = runScript(answers, ['SELECT 1']);
    expect(status).toBe(1);
    expect(stderr).toContain('TaskFailedToStart CannotPullContainerError');
  });

  it('fails where AWS does not answer, and says that the task goes on', () => {
    const { status, stderr } = runScript({ run: [`${task}\tNone`] }, ['SELECT 1']);
    expect(status).toBe(9);
    expect(stderr).toContain('aws ecs stop-task --region eu-west-1 --cluster ledger-dev1 --task 0123456789abcdef');
  });

  it('fails where ECS no longer knows the task', () => {
    const { status, stderr } = runScript({ ...sound, lastStatus: ['None'] }, ['SELECT 1']);
    expect(status).toBe(1);
    expect(stderr).toContain('sql/sql/0123456789abcdef');
    expect(stderr).not.toContain('stop-task');
  });

  it('hands on more than an environment would hold', () => {
    expect(runScript(sound, [], 'SELECT 1;\n'.repeat(30_000)).status).toBe(0);
  });
});
