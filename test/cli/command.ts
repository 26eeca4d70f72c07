import { spawn } from 'node:child_process';

import { inject } from 'vitest';

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
}

/** The environment without what would answer for the user. */
export function cleanEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env))
    if (!/^(CI|CSI_.*|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|VITEST.*)$/.test(name)) env[name] = value;
  return { ...env, ...extra };
}

/** Runs the installed command in a pipe. */
export function run(argv: string[], { cwd, env = {} }: RunOptions): Promise<Ran> {
  const { node, bin } = inject('installed');
  return new Promise((done, fail) => {
    const child = spawn(node, [bin, ...argv], { cwd, env: cleanEnvironment(env), stdio: ['pipe', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    child.on('error', fail).on('close', (code) => done({ code, ...output }));
    child.stdin.end('y\n\n\n');
  });
}
