import { parseArgs } from 'node:util';

import { nearest } from '../nearest.js';
import type { Fault } from '../errors.js';
import { printable, quote } from '../printable.js';
import { limits } from '../terraform/budget.js';
import { severities, type Severity } from '../rules/rule.js';

/** How `check` prints what it found. */
export const formats = ['text', 'json', 'sarif', 'github'] as const;

export type Format = (typeof formats)[number];

/** One row a flag, as in the option table: parsing, --help and the documentation read it. */
export interface CheckFlag {
  flag: string;
  short?: string;
  placeholder?: string;
  choices?: readonly string[];
  /** May be given more than once. */
  multiple?: true;
  help: string;
}

/** The flags of `check`. */
export const checkFlags: readonly CheckFlag[] = [
  { flag: 'plan', placeholder: 'FILE', help: 'look at a plan too, as terraform show -json prints it' },
  { flag: 'state', placeholder: 'FILE', help: 'look at a state too, as terraform show -json prints it' },
  {
    flag: 'var-file',
    placeholder: 'FILE',
    multiple: true,
    help: 'take values for variables from this .tfvars file, wherever it is; may be given again',
  },
  {
    flag: 'root',
    placeholder: 'DIR',
    help: 'read nothing outside of this folder [the git checkout that the folder is in, or the folder]',
  },
  {
    flag: 'time-limit',
    placeholder: 'SECONDS',
    help: `stop after so many seconds, and say what was not looked at [${limits.seconds}]`,
  },
  { flag: 'format', placeholder: formats.join('|'), choices: formats, help: 'how to print what was found [text]' },
  { flag: 'json', help: 'the same as --format json' },
  {
    flag: 'fail-on',
    placeholder: severities.join('|'),
    choices: severities,
    help: 'exit with 1 from this severity on [error]',
  },
  {
    flag: 'strict',
    help: 'exit with 2 where not everything was looked at: a module or file that is not there, a limit, what is not understood',
  },
  {
    flag: 'no-suppressions',
    help: 'let the project put no finding aside: for changes by strangers, which could hide what they bring',
  },
  { flag: 'verbose', help: 'also show where a rule could not tell, and lists whole' },
  { flag: 'help', short: 'h', help: 'show this help' },
];

/** What the command line of `check` says. */
export interface CheckRequest {
  /** Relative to the current directory; absent where only a plan or state is looked at. */
  folder?: string;
  plan?: string;
  state?: string;
  variableFiles: string[];
  /** Outside of it nothing is read; absent unless it is given. */
  root?: string;
  /** How long reading and checking may take. */
  seconds: number;
  format: Format;
  failOn: Severity;
  /** Whether a run fails that has not looked at everything. */
  strict: boolean;
  /** Whether the project may put findings aside. */
  suppressions: boolean;
  verbose: boolean;
  help: boolean;
  /** Whether faults are printed as JSON too. */
  json: boolean;
  faults: Fault[];
}

/** Reads the words after `check`. Faults are noted, never thrown. */
export function readCheckFlags(argv: readonly string[]): CheckRequest {
  const { values, positionals, faults } = readWords(argv, checkFlags);
  if (positionals.length > 1) {
    faults.push({
      option: '[folder]',
      value: quote(positionals.join(' ')),
      why: 'is more than one folder',
      remedy: 'Give one; run check again for each other root module.',
    });
  }
  const one = (name: string) => values.get(name)?.at(-1);
  const json = values.has('json');
  const format = (one('format') ?? (json ? 'json' : 'text')) as Format;
  if (json && format !== 'json') {
    faults.push({ option: '--json', why: `contradicts --format ${format}`, remedy: 'Give one of the two.' });
  }
  const [plan, state, root] = [one('plan'), one('state'), one('root')];
  const seconds = one('time-limit') ?? String(limits.seconds);
  if (!/^[1-9]\d{0,4}$/.test(seconds)) {
    faults.push({
      option: '--time-limit',
      value: quote(seconds),
      why: 'is no whole number of seconds from 1 to 99999',
      remedy: 'Give one, such as 60.',
    });
  }
  const folder = positionals[0] ?? (plan === undefined && state === undefined ? '.' : undefined);
  return {
    ...(folder === undefined ? {} : { folder }),
    ...(plan === undefined ? {} : { plan }),
    ...(state === undefined ? {} : { state }),
    ...(root === undefined ? {} : { root }),
    seconds: Number(seconds),
    variableFiles: values.get('var-file') ?? [],
    format,
    failOn: (one('fail-on') ?? 'error') as Severity,
    strict: values.has('strict'),
    suppressions: !values.has('no-suppressions'),
    verbose: values.has('verbose'),
    help: values.has('help'),
    json: format === 'json',
    faults,
  };
}

/** The flags of `explain`. */
export const explainFlags: readonly CheckFlag[] = [
  { flag: 'json', help: 'print the rule as one JSON object' },
  { flag: 'help', short: 'h', help: 'show this help' },
];

export interface ExplainRequest {
  rule?: string;
  json: boolean;
  help: boolean;
  faults: Fault[];
}

/** Reads the words after `explain`. Faults are noted, never thrown. */
export function readExplainFlags(argv: readonly string[]): ExplainRequest {
  const { values, positionals, faults } = readWords(argv, explainFlags);
  const [rule] = positionals;
  if (positionals.length > 1) {
    faults.push({
      option: '<rule>',
      value: quote(positionals.join(' ')),
      why: 'is more than one rule',
      remedy: 'Give one.',
    });
  }
  return { ...(rule === undefined ? {} : { rule }), json: values.has('json'), help: values.has('help'), faults };
}

interface Words {
  values: Map<string, string[]>;
  positionals: string[];
  faults: Fault[];
}

function readWords(argv: readonly string[], flags: readonly CheckFlag[]): Words {
  const options = Object.fromEntries(
    flags.map(({ flag, placeholder, short }) => [
      flag,
      { type: placeholder ? ('string' as const) : ('boolean' as const), ...(short ? { short } : {}) },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const words: Words = { values: new Map(), positionals: [], faults: [] };
  for (const token of tokens) {
    if (token.kind === 'positional') words.positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const known = flags.find(({ flag }) => flag === token.name);
    const fault = known ? faultOf(known, token) : unknownFlag(token.rawName, flags);
    const before = words.values.get(token.name);
    if (fault) words.faults.push(fault);
    else if (before && !known!.multiple && known!.placeholder && before[0] !== token.value) {
      words.faults.push({
        option: token.rawName,
        value: quote(token.value),
        why: `was given before as ${quote(before[0])}`,
        remedy: 'Give it once.',
      });
    } else words.values.set(token.name, [...(before ?? []), token.value ?? '']);
  }
  return words;
}

interface OptionToken {
  rawName: string;
  value?: string | undefined;
  inlineValue?: boolean | undefined;
}

function faultOf({ placeholder, choices }: CheckFlag, { rawName, value, inlineValue }: OptionToken): Fault | undefined {
  if (!placeholder) {
    return value === undefined
      ? undefined
      : { option: rawName, value: quote(value), why: 'takes no value', remedy: 'Leave the value out.' };
  }
  if (!value || (!inlineValue && value.startsWith('-'))) {
    return { option: rawName, why: 'needs a value', remedy: `Give it as ${rawName} ${placeholder}.` };
  }
  if (choices && !choices.includes(value)) {
    const near = nearest(value, choices);
    return {
      option: rawName,
      value: quote(value),
      why: 'is not one of the choices',
      remedy: `Use ${choices.join(' or ')}.${near ? ` Did you mean ${near}?` : ''}`,
    };
  }
  return undefined;
}

function unknownFlag(rawName: string, flags: readonly CheckFlag[]): Fault {
  const near = nearest(
    rawName,
    flags.map(({ flag }) => `--${flag}`),
  );
  return {
    option: printable(rawName),
    why: 'is no flag that is known',
    remedy: near ? `Did you mean ${near}?` : 'See --help.',
  };
}

/** How a flag is typed: `--format text|json|sarif|github`. */
export function checkFlagUsage({ flag, short, placeholder }: CheckFlag): string {
  return `${short ? `-${short}, ` : ''}--${flag}${placeholder ? ` ${placeholder}` : ''}`;
}

/** The exit codes of `check`; its --help prints this table. */
export const checkExitCodes = { clean: 0, findings: 1, unreadable: 2, ourFault: 70 } as const;

export type CheckExitCode = (typeof checkExitCodes)[keyof typeof checkExitCodes];

/** What each exit code of `check` means. */
export const checkExitCodeMeanings: Record<CheckExitCode, string> = {
  0: 'nothing found of the severity that --fail-on names',
  1: 'something found',
  2: 'input that cannot be read, or not in the time of --time-limit, or with --strict not all of it; or wrong usage',
  70: 'what was found could not be written, or our own fault, which says so',
};
