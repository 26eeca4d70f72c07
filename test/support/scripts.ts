import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** Starts what `npm run SCRIPT -- ARGS` would start, with `temporary` for its temporary files and more environment. */
export function startScript(
  script: string,
  args: readonly string[],
  temporary: string,
  environment: NodeJS.ProcessEnv = {},
): { child: ChildProcess; output: () => string } {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [node, ...words] = scripts[script]!.split(' ');
  const child = spawn(node!, [...words, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary, ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return { child, output: () => output };
}

/** Waits until `holds` of a script that was started. Throws with its output where it ends before. */
export async function until({ child, output }: ReturnType<typeof startScript>, holds: () => boolean): Promise<void> {
  while (!holds()) {
    if (child.exitCode !== null) throw new Error(`it ended too early, with ${child.exitCode}:\n${output()}`);
    await new Promise((later) => setTimeout(later, 100));
  }
}

/** The processes that work in `folder` or below, where the system tells. */
export function processesIn(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  });
}
