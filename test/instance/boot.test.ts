import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, inject, it } from 'vitest';

import { renderTemplate } from '../../src/render/templates.js';
import { scratchFolder } from '../support/scratch.js';
import { ask, connect, makeInstance, userData, type Instance } from './instance.js';

const tools = inject('instanceTools');
const nginx = tools?.nginx ?? '';

/** Puts an archive with these files into the bucket: text, or a program where the name is start. */
function upload({ root }: Instance, version: string, files: Record<string, string>, mode = 0o755): void {
  const folder = scratchFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
    // As somebody's umask made it, so that the script has to see to it that nginx and the application can read it.
    chmodSync(path.join(folder, name), name === 'start' ? mode : 0o600);
  }
  const archive = path.join(root, 'bucket', `${version}.tar.gz`);
  expect(spawnSync('tar', ['--create', '--gzip', '--file', archive, '--directory', folder, '.']).status).toBe(0);
}

/** An application that says what it is asked and what it knows. */
const application = `#!${process.execPath}
console.log('listening on ' + process.env.PORT);
require('node:http').createServer((request, response) => {
  response.statusCode = request.url === '/health' && process.env.SICK ? 503 : 200;
  response.end(JSON.stringify({ url: request.url, headers: request.headers, environment: process.env, folder: process.cwd() }));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

const mode = ({ root }: Instance, file: string) => (statSync(path.join(root, file)).mode & 0o777).toString(8);

describe.skipIf(!tools)('instance/boot.sh', () => {
  it('makes a web server that says where to put an application', async () => {
    const instance = await makeInstance({ nginx });
    const { status, output } = await instance.boot();
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('done: nginx serves the page') });

    const health = await ask(instance, '/health');
    expect(health).toMatchObject({ status: 200, body: 'ok\n', headers: { 'content-type': 'text/plain' } });
    expect(health.headers.server).toBe('nginx');
    const page = await ask(instance, '/');
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html' } });
    expect(page.body).toContain('release_version');
    expect((await ask(instance, '/elsewhere')).status).toBe(404);
  });

  it('speaks TLS 1.2 and 1.3 alone, with a key that only root can read', async () => {
    const instance = await makeInstance({ nginx });
    await instance.boot();
    expect(await connect(instance, 'TLSv1.1')).toEqual({ error: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
    const { cipher, certificate } = await connect(instance, 'TLSv1.2');
    expect(cipher).toMatch(/^ECDHE-ECDSA-AES(128|256)-GCM-SHA\d+$/);
    expect(certificate).toMatchObject({ subject: { CN: 'ledger-dev1' }, asn1Curve: 'prime256v1' });
    expect(await connect(instance, 'TLSv1.3')).toMatchObject({ cipher: expect.stringMatching(/^TLS_/) });
    expect(mode(instance, 'etc/pki/nginx/private/server.key')).toBe('600');
    expect(mode(instance, 'etc/pki/nginx/private')).toBe('700');
    expect(instance.text('etc/nginx/nginx.conf').match(/listen .*/g)).toHaveLength(1);
  });

  it('sends logs and metrics, from before it installs what the project asks for', async () => {
    const instance = await makeInstance({ nginx });
    await instance.boot({ PACKAGES: 'nodejs22 jq' });
    const calls = instance.calls().filter((call) => /^(dnf|agent-ctl|systemctl)/.test(call));
    const config = '/opt/aws/amazon-cloudwatch-agent/etc/cloudwatch-agent.json';
    expect(calls).toEqual([
      'dnf install --assumeyes nginx openssl tar gzip logrotate amazon-cloudwatch-agent',
      'systemctl enable --now logrotate.timer',
      `agent-ctl -a fetch-config -m ec2 -s -c file:${config}`,
      'dnf install --assumeyes nodejs22 jq',
      'systemctl enable --now nginx',
    ]);
    const { agent, metrics, logs } = JSON.parse(instance.text(config)) as Record<string, any>;
    expect(agent).toEqual({ region: 'eu-west-1', omit_hostname: true });
    expect(metrics).toEqual({
      namespace: 'ledger-dev1',
      aggregation_dimensions: [[]],
      metrics_collected: {
        mem: { measurement: ['used_percent'] },
        disk: { measurement: ['used_percent'], resources: ['/'], drop_original_metrics: ['disk_used_percent'] },
      },
    });
    const collected = logs.logs_collected.files.collect_list as Record<string, string>[];
    expect(collected.map((file) => `${file.file_path} ${file.log_group_name} ${file.log_stream_name}`)).toEqual([
      '/var/log/cloud-init-output.log /ec2/ledger-dev1/boot {instance_id}',
      '/var/log/nginx/access.log /ec2/ledger-dev1/web {instance_id}/access',
      '/var/log/nginx/error.log /ec2/ledger-dev1/web {instance_id}/error',
      '/var/log/app/app.log /ec2/ledger-dev1/app {instance_id}',
    ]);
  });

  it('serves what a release has in public/', async () => {
    const instance = await makeInstance({ nginx });
    upload(instance, '1.0.0', { 'public/index.html': '<h1>Ledger</h1>', 'public/docs/index.html': 'Docs' });
    const { status, output } = await instance.boot({ RELEASE_VERSION: '1.0.0' });
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('done: nginx serves 1.0.0') });
    expect(instance.calls()).toContain(
      'aws s3 cp --region eu-west-1 --only-show-errors s3://ledger-dev1-euw1-releases-123456789012/1.0.0.tar.gz /srv/app/1.0.0.tar.gz',
    );
    expect(await ask(instance, '/')).toMatchObject({ status: 200, body: '<h1>Ledger</h1>' });
    expect(await ask(instance, '/health')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await ask(instance, '/docs')).toMatchObject({ status: 301, headers: { location: '/docs/' } });
    expect(instance.calls().join('\n')).not.toContain('app.service');
    expect(mode(instance, 'srv/app/1.0.0')).toMatch(/^[57]55$/);
    expect(mode(instance, 'srv/app/1.0.0/public/index.html')).toBe('644');
    expect(readdirSync(path.join(instance.root, 'srv/app'))).toEqual(['1.0.0']);
  });

  it('writes down who asked for what, and neither what follows "?" nor health checks', async () => {
    const instance = await makeInstance({ nginx });
    await instance.boot();
    await ask(instance, '/a"b?token=hidden', { 'x-forwarded-for': '192.0.2.7', referer: 'https://x.example/?hidden' });
    await ask(instance, '/health');
    await expect.poll(() => instance.text('var/log/nginx/access.log')).toContain('\n');
    const text = instance.text('var/log/nginx/access.log');
    expect(text).not.toContain('hidden');
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([expect.objectContaining({ client: '192.0.2.7', method: 'GET', path: '/a"b', status: 404 })]);
  });

  it('runs what a release has as start, and hands on requests as the load balancer wrote them', async () => {
    const instance = await makeInstance({ nginx });
    upload(instance, '1.0.0', { start: application });
    expect((await instance.boot({ RELEASE_VERSION: '1.0.0' })).status).toBe(0);
    const forwarded = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https', host: 'ledger.example.com' };
    const { status, body } = await ask(instance, '/pay?a=1', forwarded);
    const told = JSON.parse(body.replaceAll(instance.root, '')) as Record<string, any>;
    expect({ status, ...told }).toMatchObject({
      status: 200,
      url: '/pay?a=1',
      headers: forwarded,
      environment: { DB_HOST: 'ledger.example' },
      folder: '/srv/app/1.0.0',
    });
    expect((await ask(instance, '/health')).body).toContain('"url":"/health"');
    expect(instance.text('var/log/app/app.log')).toMatch(/^listening on \d+\n$/);
    expect(mode(instance, 'etc/app.env')).toBe('600');
    expect(mode(instance, 'srv/app/1.0.0/start')).toBe('755');
    expect(instance.calls()).toContain('useradd --system --home-dir /var/lib/app --shell /sbin/nologin app');
    const unit = instance.text('etc/systemd/system/app.service');
    for (const line of ['User=app', 'NoNewPrivileges=yes', 'ProtectSystem=strict', 'PrivateTmp=yes', 'Restart=always'])
      expect(unit.split('\n')).toContain(line);
  });

  it('serves public/ first where a release has both, and leaves /health to the application', async () => {
    const instance = await makeInstance({ nginx });
    upload(instance, '1.0.0', { start: application, 'public/style.css': 'body {}', 'public/health': 'no' });
    expect((await instance.boot({ RELEASE_VERSION: '1.0.0' })).status).toBe(0);
    expect(await ask(instance, '/style.css')).toMatchObject({
      body: 'body {}',
      headers: { 'content-type': 'text/css' },
    });
    expect((await ask(instance, '/api')).body).toContain('"url":"/api"');
    expect((await ask(instance, '/health')).body).toContain('"url":"/health"');
  });

  it.each<[string, string, Record<string, string> | undefined, number]>([
    ['is not in the bucket', '1.0.0.tar.gz could not be fetched from ledger-dev1-euw1-releases', undefined, 0o755],
    [
      'has neither start nor public/',
      'has neither start nor public/ at its top, but: ledger',
      { 'ledger/start': '' },
      0o755,
    ],
    ['has a start that cannot be executed', 'cannot be executed', { start: application }, 0o644],
    ['ends at once', 'no such table', { start: '#!/bin/sh\necho no such table\nexit 1\n' }, 0o755],
    [
      'is not healthy',
      '/health; its last lines are above',
      { start: application.replace('process.env.SICK', 'true') },
      0o755,
    ],
  ])('leaves the instance without nginx, and says why, where a release %s', async (_, reason, files, startMode) => {
    const instance = await makeInstance({ nginx });
    if (files) upload(instance, '1.0.0', files, startMode);
    const { status, output } = await instance.boot({ RELEASE_VERSION: '1.0.0' });
    expect(status).toBe(1);
    expect(output).toContain(reason);
    expect(output).toContain('ended with exit code 1 and did not start nginx');
    expect(instance.calls().some((call) => call.startsWith('agent-ctl -a fetch-config'))).toBe(true);
    expect(instance.calls()).not.toContain('systemctl enable --now nginx');
    await expect(ask(instance, '/health')).rejects.toThrow('ECONNREFUSED');
  });

  it('leaves it without nginx where what was fetched is no archive', async () => {
    const instance = await makeInstance({ nginx });
    writeFileSync(path.join(instance.root, 'bucket/1.0.0.tar.gz'), 'no archive');
    const { status, output } = await instance.boot({ RELEASE_VERSION: '1.0.0' });
    expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining('is no archive') });
  });

  it('tries packages again where the network comes up late', async () => {
    const instance = await makeInstance({ nginx, failures: 3 });
    expect((await instance.boot()).status).toBe(0);
    expect((await ask(instance, '/health')).status).toBe(200);
  });

  it.each([
    ['the network never comes up', { failures: 99 }, {}, 'could not be installed: nginx openssl'],
    ['a package is not there', {}, { PACKAGES: 'no-such-package' }, 'could not be installed: no-such-package'],
  ])('gives up where %s', async (_, given, changed, reason) => {
    const instance = await makeInstance({ nginx, ...given });
    const { status, output } = await instance.boot(changed);
    expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining(reason) });
    expect(instance.calls()).not.toContain('systemctl enable --now nginx');
  });

  it('fails where nginx takes the configuration for wrong', async () => {
    const instance = await makeInstance({ nginx });
    const { status, output } = await instance.boot({ ENVIRONMENT: 'PORT=99999999' });
    expect(status).toBe(1);
    expect(output).toContain('invalid port');
  });

  it('fits into user data with the longest settings', () => {
    const longest = userData({
      REGION: 'ap-southeast-99',
      PROJECT: 'p'.repeat(63),
      PACKAGES: Array.from({ length: 20 }, (_unused, at) => `a-package-with-a-long-name-${at}`).join(' '),
      RELEASE_BUCKET: 'b'.repeat(63),
      RELEASE_VERSION: 'v'.repeat(64),
      LOG_GROUPS: `/ec2/${'p'.repeat(63)}`,
      METRIC_NAMESPACE: 'p'.repeat(63),
      ENVIRONMENT: Array.from({ length: 12 }, () => `NAME_OF_A_SETTING=${'x'.repeat(150)}`).join('\n'),
    });
    expect(Buffer.byteLength(longest)).toBeLessThan(16_384);
  });
});

describe.skipIf(!tools)('ShellCheck', () => {
  it.each([
    ['the user data of an instance', userData()],
    ['instance/boot.sh', renderTemplate('ec2-asg/instance/boot.sh', {})],
    ['scripts/wait-for-refresh.sh', renderTemplate('ec2-asg/scripts/wait-for-refresh.sh', {})],
    ['scripts/sql.sh through a tunnel', renderTemplate('sql-tunnel/scripts/sql.sh', {})],
    ['scripts/sql.sh in a task', renderTemplate('sql/scripts/sql.sh', {})],
  ])('has nothing to say of %s', (_, text) => {
    const shellcheck = spawnSync(tools!.shellcheck, ['-'], { input: text, encoding: 'utf8' });
    expect(shellcheck.stdout + shellcheck.stderr).toBe('');
    expect(spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});
