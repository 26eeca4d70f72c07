import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
const cacheFolder = path.resolve(here, '../../node_modules/.cache/create-secure-infra');

/** A file of requirements, with the one package that decides whether this machine's own python will do. */
export interface PythonTools {
  /** What `pip install` is given. */
  requirements: string;
  constraints: string;
  /** `moto`: the package whose version must be the one in the requirements. */
  package: string;
}

export const simulatorTools: PythonTools = {
  requirements: path.join(here, 'requirements.txt'),
  constraints: path.join(here, 'constraints.txt'),
  package: 'moto',
};

/**
 * The python to run these tools with: the machine's, where it has the package in the very version that is required, else
 * one in a virtual environment that is made once and kept in node_modules/.cache.
 * Throws with pip's own words where neither can be had.
 */
export function pythonWith(tools: PythonTools): string {
  const wanted = requiredVersion(tools);
  if (installedVersion('python3', tools.package) === wanted) return 'python3';

  const inputs = [tools.requirements, tools.constraints].map((file) => readFileSync(file, 'utf8')).join();
  const digest = createHash('sha256').update(inputs).digest('hex').slice(0, 12);
  const environment = path.join(cacheFolder, `${tools.package}-${wanted}-${digest}`);
  const python = path.join(environment, 'bin/python');
  if (existsSync(python)) return python;

  mkdirSync(cacheFolder, { recursive: true });
  const unfinished = `${environment}.${process.pid}`;
  try {
    succeed('python3', ['-m', 'venv', unfinished]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    succeed(path.join(unfinished, 'bin/python'), [
      ...pip,
      '--requirement',
      tools.requirements,
      '--constraint',
      tools.constraints,
    ]);
    if (!existsSync(environment)) renameSync(unfinished, environment);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return python;
}

/** The version that the requirements pin the package to. */
function requiredVersion(tools: PythonTools): string {
  const pin = new RegExp(`^${tools.package}(?:\\[[^\\]]*\\])?==(\\S+)$`, 'm').exec(
    readFileSync(tools.requirements, 'utf8'),
  );
  if (!pin?.[1]) throw new Error(`${tools.requirements} does not pin ${tools.package}`);
  return pin[1];
}

function installedVersion(python: string, name: string): string | undefined {
  const question = `import importlib.metadata as m; print(m.version("${name}"))`;
  const { status, stdout } = spawnSync(python, ['-c', question], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function succeed(command: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')}\n${error?.message ?? stderr}`);
}
