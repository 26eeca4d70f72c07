import { spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';

import { onTestFinished } from 'vitest';

import { renderTemplate } from '../../src/render/templates.js';
import { scratchFolder } from '../support/scratch.js';

export const bootScript = renderTemplate('ec2-asg/instance/boot.sh', {});

/** What Terraform tells the script. */
export interface Settings {
  REGION: string;
  PROJECT: string;
  PACKAGES: string;
  RELEASE_BUCKET: string;
  RELEASE_VERSION: string;
  LOG_GROUPS: string;
  METRIC_NAMESPACE: string;
  ENVIRONMENT: string;
}

const settings: Settings = {
  REGION: 'eu-west-1',
  PROJECT: 'ledger-dev1',
  PACKAGES: '',
  RELEASE_BUCKET: 'ledger-dev1-euw1-releases-123456789012',
  RELEASE_VERSION: '',
  LOG_GROUPS: '/ec2/ledger-dev1',
  METRIC_NAMESPACE: 'ledger-dev1',
  ENVIRONMENT: 'DB_HOST=ledger.example\nPORT=8080',
};

/** The user data as Terraform puts it together. */
export function userData(changed: Partial<Settings> = {}): string {
  const assignments = Object.entries({ ...settings, ...changed }).map(([name, value]) => `${name}='${value}'`);
  return ['#!/bin/sh', 'set -eu', ...assignments, bootScript].join('\n');
}

/** A place that stands for an instance: its root, what stands in for commands, and the ports that are its own. */
export interface Instance {
  root: string;
  port: number;
  /** Each command that stands in for another, with its arguments, in order. */
  calls: () => string[];
  /** The text of a file of the instance, with paths as the instance has them. */
  text: (file: string) => string;
  /** Boots it; `output` is what cloud-init would keep. */
  boot: (changed?: Partial<Settings>) => Promise<{ status: number; output: string }>;
}

/** Folders of an instance; commands of the script that use them are given the ones below the instance's root. */
const folders = /(?<![\w.$/-])\/(?=(?:etc|opt|run|srv|var)\/)/g;

export async function makeInstance({ nginx, failures = 0 }: { nginx: string; failures?: number }): Promise<Instance> {
  const root = scratchFolder();
  const bin = path.join(root, 'bin');
  const [port, appPort] = [await freePort(), await freePort()];
  for (const folder of ['bin', 'etc', 'run', 'temporary', 'etc/systemd/system', 'etc/logrotate.d', 'bucket', 'var/log'])
    mkdirSync(path.join(root, folder), { recursive: true });
  writeFileSync(path.join(root, 'failures'), String(failures));

  const agent = `${root}/opt/aws/amazon-cloudwatch-agent`;
  const standIns: Record<string, string> = {
    // Brings what the packages bring, after the failures that it is told of.
    dnf: `failures=$(cat '${root}/failures')
if [ "$failures" -gt 0 ]; then echo $((failures - 1)) > '${root}/failures'; echo 'Error: Failed to download metadata'; exit 1; fi
case " $* " in *' no-such-package '*) echo 'Error: Unable to find a match: no-such-package'; exit 1;; esac
mkdir -p '${root}/etc/nginx' '${root}/var/log/nginx' '${agent}/bin' '${agent}/etc'
echo 'types { text/html html; text/css css; }' > '${root}/etc/nginx/mime.types'
cp '${bin}/agent-ctl' '${agent}/bin/amazon-cloudwatch-agent-ctl'`,
    'agent-ctl': ':',
    useradd: ':',
    id: 'exit 1',
    sleep: 'exec /bin/sleep 0.02',
    aws: `[ "$1 $2" = 's3 cp' ] || exit 2
for argument; do case $argument in s3://*) from=$argument;; esac; to=$argument; done
cp '${root}/bucket/'"\${from##*/}" "$to" || { echo 'fatal error: (404) HeadObject: Key does not exist' >&2; exit 1; }`,
    nginx: `exec '${nginx}' -e '${root}/var/log/nginx/start.log' -p '${root}/' -c '${root}/etc/nginx/nginx.conf' "$@"`,
    // Starts what the script enables, the application by its unit.
    systemctl: `[ "$1 $2" = 'enable --now' ] || exit 0
case $3 in
nginx) exec nginx ;;
app)
  unit='${root}/etc/systemd/system/app.service'
  of() { sed -n "s/^$1=//p" "$unit"; }
  log=$(of StandardOutput)
  (
    cd "$(of WorkingDirectory)" || exit 1
    while IFS= read -r line; do export "\${line?}"; done < "$(of EnvironmentFile)"
    exec setsid "$(of ExecStart)" >> "\${log#append:}" 2>&1 < /dev/null
  ) &
  echo $! > '${root}/run/app.pid'
  ;;
esac`,
  };
  for (const [name, text] of Object.entries(standIns)) {
    const file = path.join(bin, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> '${root}/calls'\n${text}\n`);
    chmodSync(file, 0o755);
  }
  onTestFinished(() => {
    for (const file of ['nginx.pid', 'app.pid']) {
      const pid =
        existsSync(path.join(root, 'run', file)) && Number(readFileSync(path.join(root, 'run', file), 'utf8'));
      if (pid)
        try {
          process.kill(pid, 'SIGTERM');
        } catch {
          // It has ended by itself.
        }
    }
  });

  return {
    root,
    port,
    calls: () => readFileSync(path.join(root, 'calls'), 'utf8').replaceAll(root, '').trim().split('\n'),
    text: (file) => readFileSync(path.join(root, file), 'utf8').replaceAll(root, ''),
    boot: async (changed = {}) => {
      const text = userData({ ENVIRONMENT: `DB_HOST=ledger.example\nPORT=${appPort}`, ...changed })
        .replaceAll(folders, `${root}/`)
        // The place for an instance has no user of nginx, its ports are others', and nginx was built for other folders.
        .replace('user nginx;', process.getuid?.() === 0 ? 'user root;' : '')
        .replace('listen 443 ', `listen 127.0.0.1:${port} `)
        .replace(
          'http {\n',
          `http {\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `  ${of}_temp_path ${root}/temporary/${of};\n`).join('')}`,
        );
      writeFileSync(path.join(root, 'user-data'), text);
      const log = path.join(root, 'var/log/cloud-init-output.log');
      const output = openSync(log, 'a');
      const status = await new Promise<number>((done, fail) => {
        spawn('sh', [path.join(root, 'user-data')], {
          stdio: ['ignore', output, output],
          env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` },
        })
          .on('error', fail)
          .on('exit', (code) => done(code ?? -1));
      });
      closeSync(output);
      return { status, output: readFileSync(log, 'utf8').replaceAll(root, '') };
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

export interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** Asks as the load balancer does: with TLS, and without a look at who signed the certificate. */
export function ask({ port }: Instance, url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((done, fail) => {
    https
      .get({ host: '127.0.0.1', port, path: url, headers, rejectUnauthorized: false, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () => done({ status: response.statusCode!, headers: response.headers, body }));
      })
      .on('error', fail);
  });
}

interface Connection {
  error?: string | undefined;
  cipher?: string;
  certificate?: tls.PeerCertificate;
}

/** What a connection with this version of TLS alone comes to: cipher and certificate, or the error. */
export function connect({ port }: Instance, version: tls.SecureVersion): Promise<Connection> {
  return new Promise((done) => {
    const socket = tls.connect({
      host: '127.0.0.1',
      port,
      minVersion: version,
      maxVersion: version,
      // OpenSSL of today offers the old versions only to who asks for no security.
      ciphers: 'DEFAULT@SECLEVEL=0',
      rejectUnauthorized: false,
    });
    socket.on('error', (error: NodeJS.ErrnoException) => done({ error: error.code }));
    socket.on('secureConnect', () => {
      done({ cipher: socket.getCipher().name, certificate: socket.getPeerCertificate() });
      socket.destroy();
    });
  });
}
