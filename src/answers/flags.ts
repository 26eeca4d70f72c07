import { own } from '../own.js';
import { parseArgs } from 'node:util';

import type { Fault } from '../errors.js';
import { nearest } from '../nearest.js';
import type { Option } from './option.js';
import { options } from './options.js';
import { printable, quote } from '../printable.js';
import { accept, emptyReading, environmentVariable, hasOurs, ranks, toBoolean, type Reading } from './sources.js';

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

/** One row a run flag: like the option table, but for --help and the documentation alone. */
export interface RunFlag {
  key: keyof RunFlags;
  flag: string;
  short?: string;
  placeholder?: string;
  help: string;
  /** Can be given as a `CSI_*` variable too. */
  inEnvironment?: true;
}

export const runFlags: readonly RunFlag[] = [
  {
    key: 'yes',
    flag: 'yes',
    short: 'y',
    help: 'take the default of what is not given; ask nothing',
    inEnvironment: true,
  },
  {
    key: 'answers',
    flag: 'answers',
    placeholder: 'FILE',
    help: "replay answers from a JSON file, such as a project's .create-secure-infra.json",
    inEnvironment: true,
  },
  { key: 'dryRun', flag: 'dry-run', help: 'list what would be written and write nothing', inEnvironment: true },
  {
    key: 'json',
    flag: 'json',
    help: 'print the result as one JSON object on stdout; text for people goes to stderr',
    inEnvironment: true,
  },
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

/**
 * Reads the command line `argv` (without node and the script), and what `environment` says of the run itself.
 * Faults are noted, never thrown.
 */
export function readFlags(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): CommandLine {
  const tokens = tokenize(argv);
  const run: RunFlags = { yes: false, dryRun: false, json: false, list: false, help: false, version: false };
  const reading = emptyReading();
  readRunEnvironment(environment, run, reading.faults);

  const tags: string[] = [];
  const seen = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const known = knownFlag(token.name);
    const fault = known ? malformed(token, known) : unknownFlag(token.rawName);
    if (fault) {
      reading.faults.push(fault);
      continue;
    }
    const value = known!.negated ? false : (token.value ?? true);
    if (known!.option?.type === 'tags') {
      tags.push(token.value!);
      continue;
    }
    const before = seen.get(known!.flag);
    const typed = token.value === undefined ? token.rawName : `${token.rawName} ${token.value}`;
    if (before !== undefined && before !== typed) {
      reading.faults.push({
        option: printable(typed),
        why: `contradicts ${printable(before)}, which was given before it`,
        remedy: 'Give one of the two.',
      });
      continue;
    }
    seen.set(known!.flag, typed);
    if (known!.option) accept(reading, known!.option, value, token.rawName, ranks.flag);
    else Object.assign(run, { [known!.runFlag!.key]: value });
  }
  const tagOption = options.find((option) => option.type === 'tags')!;
  if (tags.length > 0) accept(reading, tagOption, tags, `--${tagOption.flag}`, ranks.flag);

  const directories = tokens.filter((token) => token.kind === 'positional').map((token) => token.value);
  if (directories.length > 1 || directories[0]?.trim() === '') {
    reading.faults.push({
      option: '[directory]',
      value: quote(directories.join(' ')),
      why: directories.length > 1 ? 'is more than one directory' : 'is empty',
      remedy: 'Give one; a value belongs right after its flag.',
    });
  }
  const directory = directories[0];
  return { ...(directory === undefined ? {} : { directory }), run, reading };
}

/** Reads the variables that are about the run, and refuses those that look like one of ours misspelt. */
function readRunEnvironment(environment: NodeJS.ProcessEnv, run: RunFlags, faults: Fault[]): void {
  if (!hasOurs(environment)) return;
  const known = [...options, ...runFlags.filter((row) => row.inEnvironment)].map(environmentVariable);
  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith('CSI_') || known.includes(variable)) continue;
    // Other programs have variables of this prefix too; those are far from any of ours.
    const near = nearest(
      variable.slice('CSI_'.length),
      known.map((name) => name.slice('CSI_'.length)),
    );
    if (near)
      faults.push({ option: variable, why: 'is no variable that is known', remedy: `Did you mean CSI_${near}?` });
  }
  for (const row of runFlags) {
    const variable = environmentVariable(row);
    const text = row.inEnvironment && own(environment, variable);
    if (!text) continue;
    const read = row.placeholder ? { value: text } : toBoolean(text);
    if ('why' in read) faults.push({ option: variable, value: quote(text), ...read });
    else Object.assign(run, { [row.key]: read.value });
  }
}

/** What a flag's name stands for. */
interface KnownFlag {
  flag: string;
  negated: boolean;
  option?: Option;
  runFlag?: RunFlag;
}

function knownFlag(name: string): KnownFlag | undefined {
  const option = options.find((row) => row.flag === name);
  if (option) return { flag: option.flag, negated: false, option };
  const negated = options.find((row) => row.type === 'boolean' && `no-${row.flag}` === name);
  if (negated) return { flag: negated.flag, negated: true, option: negated };
  const runFlag = runFlags.find((row) => row.flag === name);
  return runFlag && { flag: runFlag.flag, negated: false, runFlag };
}

function malformed(token: OptionToken, { option, runFlag, negated }: KnownFlag): Fault | undefined {
  const { rawName, value, inlineValue } = token;
  const takesValue = option ? option.type !== 'boolean' : runFlag!.placeholder !== undefined;
  // An empty value is mostly a shell variable that is not set.
  if (takesValue && (!value || (!inlineValue && value.startsWith('-')))) {
    const example = (option ?? runFlag!).placeholder ?? option!.choices!.join('|');
    return { option: rawName, why: 'needs a value', remedy: `Give it as ${rawName} ${example}.` };
  }
  if ((negated || (runFlag && !takesValue)) && value !== undefined) {
    return { option: rawName, value: quote(value), why: 'takes no value', remedy: 'Leave the value out.' };
  }
  return undefined;
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
  const typed = (isSwitch: boolean) => ({ type: isSwitch ? ('boolean' as const) : ('string' as const) });
  const flags = Object.fromEntries([
    ...options.map((option) => [option.flag, typed(option.type === 'boolean')] as const),
    ...runFlags.map(
      ({ flag, placeholder, short }) => [flag, { ...typed(!placeholder), ...(short ? { short } : {}) }] as const,
    ),
  ]);
  const { tokens } = parseArgs({
    args: [...argv],
    options: flags,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens as Token[];
}

function unknownFlag(flag: string): Fault {
  const negations = options.filter((option) => option.type === 'boolean').map((option) => `--no-${option.flag}`);
  const near = nearest(flag, [...[...options, ...runFlags].map((row) => `--${row.flag}`), ...negations]);
  return { option: flag, why: 'is no flag that is known', remedy: near ? `Did you mean ${near}?` : 'See --help.' };
}
