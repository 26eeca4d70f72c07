import path from 'node:path';

import type { Fault } from '../errors.js';
import { plainText, printable, quote, withUnseen } from '../printable.js';
import type { Cost } from '../render/cost.js';
import { findStack } from '../stacks/index.js';
import type { CreateResult } from './create.js';
import type { Paint } from './paint.js';

/** The faults for people: what, with which value, why, and what would do. */
export function faultsText(faults: readonly Fault[], paint: Paint): string {
  const blocks = faults.map(({ option, value, why, remedy }) => {
    const what = paint('bold', printable(value === undefined ? option : `${option} ${value}`));
    return `  ${what}\n    ${printable(why)}.\n    ${printable(remedy)}\n`;
  });
  const count = faults.length === 1 ? 'One thing has' : `${faults.length} things have`;
  return `${paint('red', `${count} to be mended first:`)}\n\n${blocks.join('\n')}`;
}

/** What will be written, before the last question. */
export function summaryText({ directory, answers, files, cost }: CreateResult, cwd: string, paint: Paint): string {
  const rows: [string, string][] = [
    ['Folder', shown(directory, cwd)],
    ['Names', `${answers.name}-${answers.suffix}-…`],
    ['Region', answers.region],
    ['Profile', answers.profile],
    ...findStack(answers.stack).summary(answers),
    ['State', answers.stateBucket ?? 'a bucket that bootstrap/ creates'],
    ['Files', String(files.size)],
    ...costLines(cost, answers.region).map((line, index): [string, string] => [index === 0 ? 'Cost' : '', line]),
  ];
  return `\n${rows.map(([label, value]) => `  ${paint('dim', label.padEnd(10))}${printable(value)}`).join('\n')}\n\n`;
}

/** The sum and the day of its prices, what makes most of it, and which other answers cost less; whole dollars. */
function costLines(cost: Cost, region: string): string[] {
  const dollars = (usd: number) => `$${Math.round(usd)}`;
  const { components, monthlyUsd, savings } = cost;
  const sum = `${dollars(monthlyUsd)} a month or more while idle`;
  const differ = region === cost.region ? '' : `; ${region}'s differ`;
  const rows = components.flatMap(({ component, monthlyUsd: usd }) => {
    if (usd === undefined) return [['not priced', component]];
    return usd >= leastShown ? [[dollars(usd), component]] : [];
  });
  const width = Math.max(0, ...rows.map(([amount]) => amount!.length));
  return [
    `${sum}, at list prices of ${cost.region} of ${cost.priced}${differ}`,
    ...rows.map(([amount, component]) => `${amount!.padStart(width)}  ${component}`),
    ...savings.map(({ answer, monthlyUsd: usd, but }) => `${answer} saves ${dollars(usd)}: ${but}`),
  ];
}

/** Components that cost less a month, in dollars, are only in the sum. */
const leastShown = 2;

/** The list of --dry-run, and the cost. */
export function dryRunText({ directory, answers, changes, cost }: CreateResult, cwd: string): string {
  const list = changes.map(({ path: file, kind }) => `  ${kind.padEnd(6)}  ${printable(file)}`).join('\n');
  const [sum, ...lines] = costLines(cost, answers.region);
  const costs = [`It costs ${sum}:`, '', ...lines.map((line) => `  ${line}`)].join('\n');
  return `Would write to ${where(directory, cwd)}:\n\n${list}\n\n${costs}\n\nNothing was written.\n`;
}

/** The last words: what was written and what comes next. */
export function doneText(result: CreateResult, cwd: string, paint: Paint): string {
  const { directory, answers, changes } = result;
  const count = changes.filter((change) => change.kind === 'create').length;
  const folder = where(directory, cwd);
  const wrote = `Wrote ${count === 1 ? '1 file' : `${count} files`} to ${folder}.`;
  const headline = paint('green', count === 0 ? `All of it is in ${folder} already.` : wrote);
  const warnings = [
    answers.https === false
      ? 'Without HTTPS nothing is encrypted between clients and the load balancer; --https adds it. README.md says more.'
      : undefined,
    findStack(answers.stack).warning?.(answers),
  ].flatMap((warning) => (warning === undefined ? [] : [`\n${warning}\n`]));
  const steps = nextSteps(result, cwd).map((step) => `  ${paint('bold', step)}`);
  return `${headline}\n${warnings.join('')}\nNext, and in a new account step 0 of README.md before it:\n\n${steps.join('\n')}\n`;
}

/** The next three commands. */
export function nextSteps({ directory, answers }: Pick<CreateResult, 'directory' | 'answers'>, cwd: string): string[] {
  const folder = fromHere(directory, cwd);
  const word = shellWord(folder);
  // A command that cannot be written down is not shown as one that would do something else.
  const enter = word === undefined ? '# Enter the folder, whose name cannot be written here.' : `cd ${word}`;
  if (answers.stateBucket !== undefined)
    return [enter, 'terraform init -backend-config=backend.hcl', 'terraform apply'];
  const bootstrap = 'terraform -chdir=bootstrap init && terraform -chdir=bootstrap apply';
  const first = word === undefined ? [enter, bootstrap] : [`${enter} && ${bootstrap}`];
  return [
    ...(folder === '.' ? [bootstrap] : first),
    'terraform -chdir=bootstrap output -raw backend_hcl > backend.hcl',
    'terraform init -backend-config=backend.hcl && terraform apply',
  ];
}

/** A path as a person in `cwd` would type it, as it is: to be shown, it has to be made printable. */
function fromHere(directory: string, cwd: string): string {
  const relative = path.relative(cwd, directory);
  if (relative === '') return '.';
  return relative.split(path.sep).filter((part) => part === '..').length > 2 ? directory : relative;
}

/** The same, to be shown. */
function shown(directory: string, cwd: string): string {
  return printable(fromHere(directory, cwd));
}

/** The same in a sentence. */
function where(directory: string, cwd: string): string {
  const folder = shown(directory, cwd);
  return folder === '.' ? 'this folder' : folder;
}

/**
 * A path as one word of a command line, with nothing in it for the shell, the terminal or a log to act on; undefined
 * where the shell has no way to write it.
 */
export function shellWord(word: string, platform: NodeJS.Platform = process.platform): string | undefined {
  const isWindows = platform === 'win32';
  if ((isWindows ? /^[\w./\\:][\w./\\:-]*$/ : /^[\w./:][\w./:-]*$/).test(word)) return word;
  const isPlain = (plainText(`cd ${word}`) as string) === `cd ${word}` && !word.includes('\n');
  if (isWindows) return isPlain ? `"${word}"` : undefined;
  const operand = word.startsWith('-') ? `./${word}` : word;
  if (isPlain) return `'${operand.replaceAll("'", String.raw`'\''`)}'`;
  return `$'${withUnseen(operand.replaceAll(/['\\]/g, String.raw`\$&`), inOctal).replaceAll('##', String.raw`#\043`)}'`;
}

/** The bytes of a character in UTF-8, each as `$'…'` takes it. https://www.gnu.org/software/bash/manual/bash.html#ANSI_002dC-Quoting */
function inOctal(codePoint: number): string {
  const bytes = [...Buffer.from(String.fromCodePoint(codePoint))];
  return bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** The result for machines: one JSON object. */
export function resultJson(result: CreateResult, version: string, cwd: string): object {
  const { directory, answers, changes, cost, written } = result;
  return {
    ok: true,
    version,
    written,
    directory,
    answers,
    files: changes,
    cost,
    nextSteps: written ? nextSteps(result, cwd) : [],
  };
}

/** The same where nothing came of it. */
export function failureJson(exitCode: number, error: unknown, faults: readonly Fault[]): object {
  const message = error instanceof Error ? error.message : quote(error);
  return { ok: false, exitCode, message, faults };
}
