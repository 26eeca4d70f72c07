import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect, inject } from 'vitest';

import { cleanEnvironment } from '../cli/command.js';
import { bounds } from '../support/bounds.mjs';
import { scratchFolder } from '../support/scratch.js';

/** Where a row's files are. */
export interface Place {
  /** The folder that is checked, in a repository of its own. */
  root: string;
  /** A folder beside it, which nothing may be read from. */
  outside: string;
}

/** One hostile input: what is written, how the command is run on it, and what must hold beside what always must. */
export interface Row {
  title: string;
  /** Files below the checked folder; the broken load balancer of `sentinel.tf` is added. */
  files?: Files | ((place: Place) => Files);
  /** Files below the folder beside it. */
  outside?: Files;
  /** Makes what is no plain file. */
  prepare?: (place: Place) => void;
  /** The words of each run; `check . --json` where there are none. */
  runs?: readonly (readonly string[])[];
  /** Whether nothing is known of the sentinel: the folder is not read, or the input is none that can be read. */
  withoutSentinel?: true;
  /** Whether Terraform reads it: that it cannot be read is then no answer. */
  isRead?: true;
  /** What must hold of a run that ended with 0 or 1. */
  holds?: (shown: Shown, place: Place) => void;
}

export type Files = Readonly<Record<string, string>>;

/** What `check --json` prints, as far as it is looked at here. */
export interface Report {
  findings: { rule: string; message: string; address?: string; file?: string }[];
  unreadModules: { address: string; source: string }[];
  unreadFiles: { file: string; why: string }[];
  cuts: { what: string; file?: string; line?: number }[];
  resources: number;
}

/** What a run printed. */
export interface Shown {
  words: readonly string[];
  stdout: string;
  /** Of a run with --json. */
  report?: Report;
}

/** What no output may hold, however it is turned: it is in the environment and in files that are not the project's. */
export const secret = 'hushed-7Qx2mV9tLr4Kz8';

/** A resource that is refused whatever stands beside it. */
const sentinel = 'resource "aws_lb" "sentinel" {\n  name    = "x"\n  subnets = ["subnet-11111111"]\n}\n';

const megabyte = 1024;
const limits = {
  /** What takes a quarter of a second, and for ever if what it reads has a say in it. */
  time: bounds.atOnce,
  /** Three times what a large project takes. */
  memory: 700 * megabyte,
};

/** Writes a row's files, runs the command on them, expects what must hold of any input, and counts the runs. */
export async function attack(row: Row): Promise<number> {
  let runs = 0;
  const base = scratchFolder();
  const place: Place = { root: path.join(base, 'repository'), outside: path.join(base, 'outside') };
  write(place.root, {
    ...(row.withoutSentinel ? {} : { 'sentinel.tf': sentinel }),
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.git/config': `[http]\n\textraheader = AUTHORIZATION: basic ${secret}\n`,
    ...(typeof row.files === 'function' ? row.files(place) : row.files),
  });
  write(place.outside, { 'secret.txt': secret, 'secret.json': JSON.stringify({ secret }), ...row.outside });
  row.prepare?.(place);
  for (const words of row.runs ?? [['check', '.', '--json']]) {
    runs += 1;
    const ran = await run(words, place, path.join(base, 'memory'));
    const told = `${words.join(' ').slice(0, 200)}:\n${ran.stdout.slice(0, 2000)}${ran.stderr.slice(0, 2000)}`;
    expect(ran.late, `ended in ${limits.time / 1000} s; ${told}`).toBe(false);
    expect(row.isRead ? [0, 1] : [0, 1, 2], told).toContain(ran.code);
    expect(ran.kilobytes, `kilobytes of memory; ${told}`).toBeGreaterThan(megabyte);
    expect(ran.kilobytes, `kilobytes of memory; ${told}`).toBeLessThan(limits.memory);
    const text = `${ran.stdout}\n${ran.stderr}`;
    expect(leaksIn(text), told).toEqual([]);
    expect(actingIn(text, words), told).toEqual([]);
    if (ran.code === 2) {
      expect(text.trim(), 'why it could not be read').not.toBe('');
      continue;
    }
    const isJson = words.includes('--json') || words.includes('json');
    const report = isJson && words[0] === 'check' ? (JSON.parse(ran.stdout) as Report) : undefined;
    if (report && !row.withoutSentinel)
      expect(
        report.findings.map(({ rule, address }) => `${rule} ${address}`),
        'what is found beside it',
      ).toContain('alb-two-zones aws_lb.sentinel');
    row.holds?.({ words, stdout: ran.stdout, ...(report ? { report } : {}) }, place);
  }
  return runs;
}

function write(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

interface Ran {
  code: number | null;
  late: boolean;
  stdout: string;
  stderr: string;
  kilobytes: number;
}

function run(words: readonly string[], { root, outside }: Place, memory: string): Promise<Ran> {
  const { node, bin } = inject('installed');
  rmSync(memory, { force: true });
  return new Promise((done, fail) => {
    const child = spawn(
      node,
      ['--max-old-space-size=512', '--require', path.join(import.meta.dirname, 'note-memory.cjs'), bin, ...words],
      {
        cwd: root,
        env: cleanEnvironment({ NO_COLOR: '1', CI: 'true', SECRET: secret, HOME: outside, MEMORY: memory }),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const output = { stdout: '', stderr: '' };
    let late = false;
    const bound = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limits.time);
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
    child.on('error', fail).on('close', (code) => {
      clearTimeout(bound);
      const kilobytes = existsSync(memory) ? Number(readFileSync(memory, 'utf8')) : 0;
      done({ code, late, ...output, kilobytes });
    });
  });
}

/** Parts of the secret in a text, also where it is written backwards, in other letters or in another alphabet. */
function leaksIn(text: string): string[] {
  const backwards = [...secret].toReversed().join('');
  const bytes = Buffer.from(secret);
  // Base64 has three forms, by where in the text it begins; what lies at the ends depends on what is beside it.
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(before === 0 ? 0 : 4, -4),
  );
  const forms = [secret, backwards, bytes.toString('hex'), ...base64];
  const lower = text.toLowerCase();
  return forms.flatMap((form) => windowsOf(form, 8)).filter((part) => lower.includes(part.toLowerCase()));
}

function windowsOf(text: string, length: number): string[] {
  return Array.from({ length: text.length - length + 1 }, (_, at) => text.slice(at, at + length));
}

/** What acts on who reads it: characters that steer a terminal or reorder a line, and commands to a workflow's runner. */
export const acting: Readonly<Record<string, RegExp>> = {
  'control character': /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u,
  'line break': /[\u2028\u2029]/u,
  'order of letters': /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
  'no width': /[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/u,
  'workflow command': /^[^\S\n]*::/mu,
  'old workflow command': /##\[|##vso\[/u,
};

/** What acts in an output. The commands that `--format github` is for may, in the one form that it gives them. */
function actingIn(output: string, words: readonly string[]): string[] {
  const own = /^::(?:error|warning|notice) (?:(?:file|line|col|endColumn|title)=[^,:\n]+,?)+::/gmu;
  const text = words.includes('github') ? output.replaceAll(own, '') : output;
  return Object.entries(acting).flatMap(([name, pattern]) => {
    const found = pattern.exec(text);
    return found ? [`${name}: ${JSON.stringify(text.slice(Math.max(0, found.index - 30), found.index + 30))}`] : [];
  });
}
