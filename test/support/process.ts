import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';

export interface Outcome {
  /** The exit code; undefined for a command that was ended, because its time was up or the whole run was stopped. */
  status: number | undefined;
  /** What it printed, both streams. */
  output: string;
  /** What it printed as its result. */
  stdout: string;
}

export interface RunOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** File that the output is also appended to. */
  log: string;
  /** After so long the command and all that it started are ended. */
  boundMilliseconds: number;
  /** Called with each piece of output, as it comes; only with this may the command ask, and be answered. */
  onOutput?: (text: string, command: Running) => void;
}

/** A command that runs, with all that it started. */
export interface Running {
  /** Writes a line to its standard input. */
  answer(line: string): void;
}

const running = new Set<ChildProcess>();
process.on('exit', endAll);

/** Runs a command to its end, or to its bound. Throws only where it cannot be started. */
export function run(name: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  const log = openSync(options.log, 'a');
  writeSync(log, `$ ${[name, ...args].join(' ')}\n`);
  return new Promise<Outcome>((done, fail) => {
    // A group of its own, so that the provider, which terraform starts, is ended with it.
    const child = spawn(name, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    // What has ended takes no answer any more.
    child.stdin.on('error', () => undefined);
    if (!options.onOutput) child.stdin.end();
    const command: Running = { answer: (line) => child.stdin.write(`${line}\n`) };
    let output = '';
    let result = '';
    let timeIsUp = false;
    const bound = setTimeout(() => {
      timeIsUp = true;
      signalGroup(child, 'SIGKILL');
    }, options.boundMilliseconds);
    const take = (text: string) => {
      output += text;
      writeSync(log, text);
      options.onOutput?.(text, command);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      result += text;
      take(text);
    });
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', fail);
    child.on('close', (status) => {
      if (timeIsUp) take(`\nEnded: it took longer than ${options.boundMilliseconds / 1000} s.\n`);
      done({ status: timeIsUp ? undefined : (status ?? undefined), output, stdout: result });
    });
    child.once('close', () => {
      clearTimeout(bound);
      running.delete(child);
    });
  }).finally(() => closeSync(log));
}

/** Ends every command that is still running, and what it started; none outlives this process. */
export function endAll(): void {
  for (const child of running) signalGroup(child, 'SIGKILL');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}
