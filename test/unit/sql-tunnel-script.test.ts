import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { renderTemplate } from '../../src/render/templates.js';
import { scratchFolder } from '../support/scratch.js';

const script = renderTemplate('sql-tunnel/scripts/sql.sh', {});
const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-0b1c-AbCdEf';
const host = 'ledger-dev1-mysql.abc.eu-west-1.rds.amazonaws.com';
const target = `eu-west-1 ledger-dev1-app ${host} 3306 app ${secret}`;
const opened =
  'Starting session with SessionId: me-0a1b\nPort 40123 opened for sessionId me-0a1b.\nWaiting for connections...';

/** Where the script differs from a run in which all is well. */
interface Given {
  instance?: string;
  secret?: string;
  /** What the tunnel prints, and whether it then ends. */
  tunnel?: string;
  tunnelEnds?: boolean;
  client?: 'mysql' | 'mariadb' | undefined;
  /** What the client says it is. */
  clientVersion?: string;
  clientStatus?: number;
  plugin?: boolean;
}

/** Commands that the script is to find where PATH has nothing else. */
const basics = ['cat', 'dirname', 'env', 'kill', 'mktemp', 'rm', 'sed', 'sh', 'sleep'];

function project(given: Given) {
  const folder = scratchFolder();
  const bin = path.join(folder, 'bin');
  for (const name of ['bin', 'project/scripts', 'tmp']) mkdirSync(path.join(folder, name), { recursive: true });
  const file = path.join(folder, 'project/scripts/sql.sh');
  writeFileSync(file, script);
  const found = {
    instance: 'i-0a1b',
    tunnel: opened,
    secret: '{"username":"dbadmin","password":"p\\\\s#w;%$`"}',
    ...given,
  };
  writeFileSync(path.join(folder, 'secret'), found.secret);
  writeFileSync(path.join(folder, 'opened'), `\n${found.tunnel}\n`);
  const log = `echo "$0 $*" | sed "s|^${bin}/||" >> '${folder}/calls'`;
  const commands: Record<string, string> = {
    terraform: `[ "$*" = '-chdir=${folder}/project/scripts/.. output -raw sql_target' ] && echo '${target}'`,
    aws: `${log}
case $* in
autoscaling*) echo '${found.instance}' ;;
secretsmanager*) cat '${folder}/secret' ;;
'ssm start-session'*) cat '${folder}/opened'; ${given.tunnelEnds ? 'exit 254' : `echo $$ > '${folder}/tunnel'; exec sleep 60`} ;;
esac`,
  };
  const { client = 'mysql', plugin = true } = given;
  if (plugin) commands['session-manager-plugin'] = ':';
  if (!('client' in given) || given.client)
    commands[client] =
      `[ "$1" != --version ] || { echo '${given.clientVersion ?? 'mysql  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)'}'; exit 0; }
${log}
file=\${1#--defaults-file=}
cat "$file" > '${folder}/options'; ls -l "$file" > '${folder}/mode'; env > '${folder}/environment'
cat > '${folder}/statements'
echo printed
exit ${given.clientStatus ?? 0}`;
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(path.join(bin, name), 0o755);
  }
  for (const name of [...basics, 'ls'])
    if (!commands[name]) {
      const real = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
      if (real.startsWith('/')) {
        const note = name === 'sleep' ? `echo "$1" >> '${folder}/sleeps'` : '';
        writeFileSync(path.join(bin, name), `#!/bin/sh\n${note}\nexec ${real} "$@"\n`);
        chmodSync(path.join(bin, name), 0o755);
      }
    }
  const text = (name: string) =>
    existsSync(path.join(folder, name)) ? readFileSync(path.join(folder, name), 'utf8') : '';
  const left = () => readdirSync(path.join(folder, 'tmp'));
  return {
    folder,
    file,
    env: { PATH: bin, TMPDIR: path.join(folder, 'tmp') },
    text,
    left,
    calls: () => text('calls').trim().split('\n'),
  };
}

function runScript(given: Given, args: string[], input = '') {
  const { file, env, text, left, calls, folder } = project(given);
  const { status, stdout, stderr } = spawnSync('/bin/sh', [file, ...args], { input, env, encoding: 'utf8' });
  const tunnel = Number(text('tunnel'));
  return { status, stdout, stderr, text, left, calls: calls(), tunnel, folder };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === 'win32')('scripts/sql.sh through a tunnel', () => {
  it('runs SQL through an instance, and prints and ends as mysql does', async () => {
    const { status, stdout, calls, text, left, tunnel } = runScript({ clientStatus: 1 }, ['SELECT 1']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'printed\n' });
    expect(calls).toEqual([
      expect.stringMatching(/^aws autoscaling describe-auto-scaling-groups --region eu-west-1 .* ledger-dev1-app /),
      expect.stringContaining(`aws secretsmanager get-secret-value --region eu-west-1 --secret-id ${secret}`),
      'aws ssm start-session --region eu-west-1 --target i-0a1b --document-name AWS-StartPortForwardingSessionToRemoteHost' +
        ` --parameters {"host":["${host}"],"portNumber":["3306"]}`,
      expect.stringMatching(/^mysql --defaults-file=\S+ --port=40123$/),
      'aws ssm terminate-session --region eu-west-1 --session-id me-0a1b',
    ]);
    expect(text('statements')).toBe('SELECT 1\n');
    expect(left()).toEqual([]);
    await expect.poll(() => isRunning(tunnel)).toBe(false);
  });

  it('gives the password in a file that nobody else can read, and asks for TLS', () => {
    const { calls, text } = runScript({}, ['SELECT 1']);
    expect(text('options')).toBe(
      [
        '[client]',
        'host=127.0.0.1',
        'protocol=TCP',
        'user="dbadmin"',
        // A backslash, as an option file writes it.
        'password="p\\\\s#w;%$`"',
        'database="app"',
        'connect-timeout=30',
        'ssl-mode=REQUIRED',
        '',
      ].join('\n'),
    );
    expect(text('mode')).toMatch(/^-rw-------/);
    expect(calls.join('\n') + text('environment')).not.toContain('s#w');
  });

  it.each<[string, Given]>([
    ['mysql of MariaDB', { clientVersion: 'mysql  Ver 15.1 Distrib 10.11.6-MariaDB' }],
    ['mariadb where there is no mysql', { client: 'mariadb' }],
  ])('asks for TLS with the options of %s', (_, given) => {
    const { status, text } = runScript(given, ['SELECT 1']);
    expect(status).toBe(0);
    expect(text('options')).toContain('\nssl=1\nssl-verify-server-cert=0\n');
    expect(text('options')).not.toContain('ssl-mode');
  });

  it.each([
    ['an argument', ["SELECT 'it''s', \"$HOME\", \\x, `id`\nFROM t;"], ''],
    ['a file', [], "SELECT 'it''s', `id`, $(id)\n\nFROM t;\n"],
    ['a long file', [], 'SELECT 1;\n'.repeat(30_000)],
  ])('hands on every character of %s', (_, args, input) => {
    const { text } = runScript({}, args, input);
    expect(text('statements')).toBe(args.length > 0 ? `${args[0]}\n` : input);
  });

  it.each<[string, Given, number, string]>([
    ['no client', { client: undefined }, 69, 'there is neither mysql nor mariadb on PATH'],
    ['no plugin', { plugin: false }, 69, 'session-manager-working-with-install-plugin.html'],
    ['no healthy instance', { instance: 'None' }, 1, 'ledger-dev1-app has no instance that is healthy'],
    ['no password in the secret', { secret: '{"username":"dbadmin"}' }, 1, `${secret} has no user name and password`],
    [
      'no tunnel',
      { tunnel: 'TargetNotConnected: i-0a1b is not connected.', tunnelEnds: true },
      1,
      'TargetNotConnected',
    ],
  ])('says so where there is %s', (_, given, code, message) => {
    const { status, stderr, left, text } = runScript(given, ['SELECT 1']);
    expect({ status, stderr }).toEqual({ status: code, stderr: expect.stringContaining(message) });
    expect(left()).toEqual([]);
    expect(text('options')).toBe('');
    // It waits for no tunnel that has ended.
    expect(text('sleeps').split('\n').length).toBeLessThan(10);
  });

  it('closes the tunnel at Ctrl-C', async () => {
    const { folder, file, env, left, calls, text } = project({});
    // A statement that takes long.
    rmSync(path.join(folder, 'bin/mysql'));
    writeFileSync(
      path.join(folder, 'bin/mysql'),
      `#!/bin/sh\n[ "$1" != --version ] || exit 0\necho > '${folder}/began'\nexec sleep 60\n`,
    );
    chmodSync(path.join(folder, 'bin/mysql'), 0o755);
    const child = spawn('/bin/sh', [file, 'SELECT SLEEP(60)'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    await expect.poll(() => existsSync(path.join(folder, 'began'))).toBe(true);
    const ended = new Promise((end) => child.on('exit', end));
    process.kill(-child.pid!, 'SIGINT');
    expect(await ended).toBe(130);
    expect(calls().at(-1)).toBe('aws ssm terminate-session --region eu-west-1 --session-id me-0a1b');
    expect(left()).toEqual([]);
    await expect.poll(() => isRunning(Number(text('tunnel')))).toBe(false);
  });
});

describe('scripts/app-user.sql', () => {
  it('is there only where the application logs in with IAM, and grants rows alone', () => {
    expect(renderTemplate('sql-tunnel/scripts/app-user.sql', { iamLogin: false })).toBe('');
    const sql = renderTemplate('sql-tunnel/scripts/app-user.sql', { iamLogin: true });
    expect(sql).toContain(
      "CREATE USER IF NOT EXISTS app IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL;",
    );
    expect(sql.match(/GRANT [A-Z, ]+ ON/g)).toEqual(['GRANT SELECT, INSERT, UPDATE, DELETE ON']);
  });
});
