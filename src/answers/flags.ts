import { parseArgs } from 'node:util';

import type { Fault } from '../errors.js';
import { nearest } from './nearest.js';
import { options, quote } from './options.js';
import { accept, ranks, type Reading } from './sources.js';

/** Flags that are about the run and not about the project. */
export interface RunFlags {
  yes: boolean;
  answers?: string;
  dryRun: boolean;
  json: boolean;
  list: boolean;
  help: boolean;
  version: boolean;
}

/** One row a run flag: like the option table, but for --help alone. */
export interface RunFlag {
  key: keyof RunFlags;
  flag: string;
  short?: string;
  placeholder?: string;
  help: string;
}

export const runFlags: readonly RunFlag[] = [
  { key: 'yes', flag: 'yes', short: 'y', help: 'take the default of what is not given; ask nothing' },
  {
    key: 'answers',
    flag: 'answers',
    placeholder: 'FILE',
    help: "replay answers from a JSON file, such as a project's .create-secure-infra.json",
  },
  { key: 'dryRun', flag: 'dry-run', help: 'list what would be written and write nothing' },
  { key: 'json', flag: 'json', help: 'print the result as one JSON object on stdout; text for people goes to stderr' },
  { key: 'list', flag: 'list', help: 'show stacks, options and regions' },
  { key: 'help', flag: 'help', short: 'h', help: 'show this help' },
  { key: 'version', flag: 'version', short: 'v', help: 'show the version' },
];

/** A command line, read: what it says of the run and of the project, and what is wrong with it. */
export interface CommandLine {
  directory?: string;
  run: RunFlags;
  reading: Reading;
}

/** Reads the command line `argv` (without node and the script). Faults are noted, never thrown. */
export function readFlags(argv: readonly string[]): CommandLine {
  const run: RunFlags = { yes: false, dryRun: false, json: false, list: false, help: false, version: false };
  const reading: Reading = { given: {}, faults: [] };
  const directories: string[] = [];
  const tags: string[] = [];
  const seen = new Map<string, unknown>();

  for (const token of tokenize(argv)) {
    if (token.kind === 'positional') directories.push(token.value);
    if (token.kind !== 'option') continue;
    const option = options.find((row) => row.flag === token.name);
    const negated = options.find((row) => row.type === 'boolean' && `no-${row.flag}` === token.name);
    const runFlag = runFlags.find((row) => row.flag === token.name);
    const takesValue = option ? option.type !== 'boolean' : runFlag?.placeholder !== undefined;

    if (!option && !negated && !runFlag) {
      reading.faults.push(unknownFlag(token.rawName));
    } else if (takesValue && (token.value === undefined || (!token.inlineValue && token.value.startsWith('-')))) {
      reading.faults.push({
        option: token.rawName,
        why: 'needs a value',
        remedy: `Give it as ${token.rawName} ${(option ?? runFlag)!.placeholder ?? option!.choices?.join('|')}.`,
      });
    } else if ((negated || (runFlag && !takesValue)) && token.value !== undefined) {
      reading.faults.push({
        option: token.rawName,
        value: quote(token.value),
        why: 'takes no value',
        remedy: 'Leave the value out.',
      });
    } else if (runFlag) {
      Object.assign(run, { [runFlag.key]: token.value ?? true });
    } else if (option?.type === 'tags') {
      tags.push(token.value!);
    } else {
      const row = (option ?? negated)!;
      const value = negated ? false : (token.value ?? true);
      if (seen.has(row.key) && String(seen.get(row.key)) !== String(value)) {
        reading.faults.push({
          option: token.rawName,
          value: quote(value),
          why: `contradicts what was given before it: ${quote(seen.get(row.key))}`,
          remedy: 'Give one of the two.',
        });
        continue;
      }
      seen.set(row.key, value);
      accept(reading, row, value, token.rawName, ranks.flag);
    }
  }

  if (tags.length > 0)
    accept(
      reading,
      options.find((row) => row.type === 'tags')!,
      tags,
      '--tag',
      ranks.flag,
    );
  if (directories.length > 1) {
    reading.faults.push({
      option: '[directory]',
      value: quote(directories.join(' ')),
      why: 'is more than one directory',
      remedy: 'Give one; a value belongs right after its flag.',
    });
  }
  const directory = directories[0];
  return { ...(directory === undefined ? {} : { directory }), run, reading };
}

interface OptionToken {
  kind: 'option';
  name: string;
  rawName: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}

type Token = OptionToken | { kind: 'positional'; value: string } | { kind: 'option-terminator' };

function tokenize(argv: readonly string[]): Token[] {
  const flags: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const option of options) flags[option.flag] = { type: option.type === 'boolean' ? 'boolean' : 'string' };
  for (const flag of runFlags) {
    flags[flag.flag] = { type: flag.placeholder ? 'string' : 'boolean', ...(flag.short ? { short: flag.short } : {}) };
  }
  return parseArgs({ args: [...argv], options: flags, strict: false, allowPositionals: true, tokens: true })
    .tokens as Token[];
}

/** Every flag that can be typed. */
function knownFlags(): string[] {
  const negations = options.filter((option) => option.type === 'boolean').map((option) => `--no-${option.flag}`);
  return [...options.map((option) => `--${option.flag}`), ...negations, ...runFlags.map((flag) => `--${flag.flag}`)];
}

function unknownFlag(flag: string): Fault {
  const near = nearest(flag, knownFlags());
  return { option: flag, why: 'is no flag that is known', remedy: near ? `Did you mean ${near}?` : 'See --help.' };
}
