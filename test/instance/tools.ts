import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { bounds } from '../support/bounds.mjs';
import { cacheFolder, placeOnceMade } from '../support/cache.js';
import { pythonWith, type PythonTools } from '../support/python.js';

/** What looks at the scripts of instances: nginx to be configured by them, and ShellCheck. */
export interface InstanceTools {
  nginx: string;
  shellcheck: string;
}

const shellcheckTools: PythonTools = {
  name: 'shellcheck',
  requirements: path.join(import.meta.dirname, 'requirements.txt'),
  constraints: path.join(import.meta.dirname, 'constraints.txt'),
  modules: [],
};

/** The tools, from PATH or installed once into node_modules/.cache. Throws where one cannot be had. */
export function prepareInstanceTools(): InstanceTools {
  const python = pythonWith(shellcheckTools);
  const scripts = succeed(python, ['-c', 'import sysconfig; print(sysconfig.get_path("scripts"))']).trim();
  return { nginx: onPath('nginx') ?? nginxOfDistribution(), shellcheck: path.join(scripts, 'shellcheck') };
}

/** The tools where they are on PATH, on Linux, which alone the script is for; what is not there leaves the tests out. */
export function foundInstanceTools(): InstanceTools | undefined {
  if (process.platform !== 'linux') return undefined;
  const [nginx, shellcheck] = [onPath('nginx') ?? cachedNginx(), onPath('shellcheck')];
  return nginx && shellcheck ? { nginx, shellcheck } : undefined;
}

const unpacked = path.join(cacheFolder, 'nginx');

function cachedNginx(): string | undefined {
  const nginx = path.join(unpacked, 'usr/sbin/nginx');
  return existsSync(nginx) && runs(nginx) ? nginx : undefined;
}

/** Debian's or Ubuntu's nginx, unpacked and not installed: that needs no right to install, and nothing is started. */
function nginxOfDistribution(): string {
  const cached = cachedNginx();
  if (cached) return cached;
  placeOnceMade(unpacked, (folder) => {
    const download = () => spawnSync('apt-get', ['download', 'nginx'], { cwd: folder, encoding: 'utf8' });
    if (download().status !== 0) {
      // Without package lists, or with old ones.
      const update = process.getuid?.() === 0 ? ['apt-get', 'update'] : ['sudo', '-n', 'apt-get', 'update'];
      succeed(update[0]!, update.slice(1));
      const again = download();
      if (again.status !== 0) throw new Error(`apt-get download nginx\n${again.error?.message ?? again.stderr}`);
    }
    const [archive] = readdirSync(folder).filter((file) => file.endsWith('.deb'));
    succeed('dpkg-deb', ['--extract', path.join(folder, archive!), folder]);
  });
  const nginx = cachedNginx();
  if (!nginx) throw new Error(`${unpacked}/usr/sbin/nginx does not run here; install nginx`);
  return nginx;
}

function onPath(command: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => path.join(folder, command)).find((file) => existsSync(file));
}

function runs(nginx: string): boolean {
  return spawnSync(nginx, ['-v']).status === 0;
}

function succeed(command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: bounds.command });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')}\n${error?.message ?? stdout + stderr}`);
  return stdout;
}
