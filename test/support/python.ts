import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { bounds } from './bounds.mjs';
import { cacheFolder, placeOnceMade } from './cache.js';

/** Packages that a command of ours runs with. */
export interface PythonTools {
  /** What the virtual environment is called after. */
  name: string;
  /** What `pip install` is given: packages with their exact versions, and those of what comes with them. */
  requirements: string;
  constraints: string;
  /** Modules that must import. */
  modules: string[];
}

/**
 * The python to run these tools with: the machine's, where it has the packages in the very versions that are required,
 * else one in a virtual environment that is made once and kept in node_modules/.cache.
 * Throws with pip's own words where neither can be had.
 */
export function pythonWith(tools: PythonTools): string {
  const machine = 'python3';
  if (hasTools(machine, tools)) return machine;

  const digest = createHash('sha256').update(output(machine, ['--version']) ?? '');
  for (const file of [tools.requirements, tools.constraints]) digest.update(readFileSync(file));
  const environment = path.join(cacheFolder, `${tools.name}-${digest.digest('hex').slice(0, 12)}`);
  const python = path.join(environment, 'bin/python');
  if (hasTools(python, tools)) return python;

  placeOnceMade(environment, (unfinished) => {
    succeed(machine, ['-m', 'venv', unfinished]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const pinned = ['--requirement', tools.requirements, '--constraint', tools.constraints];
    succeed(path.join(unfinished, 'bin/python'), pip.concat(pinned));
  });
  return python;
}

/** Whether this python has every required package in the required version, and they import. */
function hasTools(python: string, tools: PythonTools): boolean {
  const pins = readFileSync(tools.requirements, 'utf8').matchAll(/^([\w.-]+)(?:\[[^\]]*\])?==(\S+)$/gm);
  const question = [
    'import importlib, importlib.metadata as metadata',
    ...[...pins].map(([, name, version]) => `assert metadata.version("${name}") == "${version}"`),
    ...tools.modules.map((module) => `importlib.import_module("${module}")`),
  ].join('\n');
  return output(python, ['-c', question]) !== undefined;
}

function output(command: string, args: string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

function succeed(command: string, args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: bounds.command });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')}\n${error?.message ?? stdout + stderr}`);
}
