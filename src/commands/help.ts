import { runFlags } from '../answers/flags.js';
import type { Option } from '../answers/option.js';
import { appliesText, defaultText, defaultTextFor, fixedFor, options, optionsOf } from '../answers/options.js';
import { environmentVariable } from '../answers/sources.js';
import { nearest } from '../nearest.js';
import { exitCodeMeanings, UserError } from '../errors.js';
import { quote } from '../printable.js';
import { stacks } from '../stacks/index.js';
import type { Stack } from '../stacks/stack.js';
import { columns } from './columns.js';
import { describeRegion, regionCodes, regions } from '../aws/regions.js';
import { own } from '../own.js';

/**
 * The text of --help, or of `--help STACK`. A word that is no stack is the directory of a command line that --help was
 * added to; its stack, where it names one, is what is asked about. Throws UserError for a word that is nearly a stack.
 */
export function helpFor(word: string | undefined, givenStack: unknown): string {
  const stack = stacks.get(word ?? '') ?? stacks.get(String(givenStack));
  if (stack) return stackHelpText(stack);
  const near = word === undefined ? undefined : nearest(word, [...stacks.keys()]);
  if (near === undefined) return helpText();
  throw new UserError([
    { option: '--help', value: quote(word), why: 'is no stack', remedy: `Did you mean ${near}? --list shows all.` },
  ]);
}

/** The text of --help. */
export function helpText(): string {
  const sections = optionSections(options, describe);
  const runRows = runFlags.map((flag): [string, string] => [
    `${flag.short ? `-${flag.short}, ` : ''}--${flag.flag}${flag.placeholder ? ` ${flag.placeholder}` : ''}`,
    flag.help,
  ]);
  const exitRows = Object.entries(exitCodeMeanings).map(([code, meaning]): [string, string] => [code, meaning]);
  return `Usage: create-secure-infra [directory] [flags]
       create-secure-infra check [folder] [flags]
       create-secure-infra explain [rule]

Writes a Terraform project for AWS that deploys on the first try. In a terminal it asks for what is not given;
in a pipe, with CI set or with --yes it takes the defaults. Also: npm create secure-infra [directory] -- [flags].

check finds in any Terraform project for AWS what makes an apply fail or leaves it insecure, and explain tells more of
one of its rules; check --help has their flags. A project that is to be called check is created as ./check.

${sections}

Run
${columns(runRows)}

Answers come from flags, then environment variables (${environmentVariable(options[2]!)} for --${options[2]!.flag}), then --answers, then defaults.

${stacks.size > 1 ? `--help STACK shows what one stack takes, with its own defaults: ${[...stacks.keys()].join(', ')}.\n\n` : ''}Exit codes
${columns(exitRows)}

Examples
  create-secure-infra my-payments
  create-secure-infra my-payments --yes --region eu-central-1 --database-login iam
  create-secure-infra pay --yes --profile production --https --route53 --zone-name example.com --domain pay.example.com
  create-secure-infra check my-payments
`;
}

/** The text of `--help STACK`: what the stack is, and the options that it takes with its own defaults. */
export function stackHelpText(stack: Stack): string {
  const described = (option: Option) => describeFor(option, option.applies?.text, defaultTextFor(option, stack));
  return `Usage: create-secure-infra [directory] --stack ${stack.id} [flags]

${stack.title}.

${optionSections(
  optionsOf(stack).filter(({ key }) => key !== 'stack'),
  described,
)}

--help without a stack shows the flags of the run and the exit codes.
`;
}

/** Options under the names of their groups. */
function optionSections(rows: readonly Option[], described: (option: Option) => string): string {
  const groups = [...new Set(rows.map((option) => option.group))];
  return groups
    .map((group) => {
      const ofGroup = rows.filter((option) => option.group === group);
      return `${group}\n${columns(ofGroup.map((option): [string, string] => [flagUsage(option), described(option)]))}`;
    })
    .join('\n\n');
}

/** The text of --list: stacks with what they take, options with their environment variables, and regions. */
export function listText(): string {
  const stackRows = [...stacks.values()].map((stack): [string, string] => {
    const own = optionsOf(stack).filter((option) => option.everyStack !== true);
    const flags = (rows: Option[]) => rows.map(({ flag }) => `--${flag}`).join(', ');
    const asked = own.filter((option) => !fixedFor(option, stack));
    const decided = own.filter((option) => fixedFor(option, stack));
    const sentences = [
      ...(asked.length > 0 ? [`takes ${flags(asked)}`] : []),
      ...(decided.length > 0 ? [`decides ${flags(decided)} by itself`] : []),
    ];
    return [
      stack.id,
      `${stack.title}. ${sentences.join('; ').replace(/^./, (first) => first.toUpperCase())}`.trimEnd(),
    ];
  });
  const optionRows = options.map((option): [string, string] => [flagUsage(option), environmentVariable(option)]);
  const runRows = runFlags
    .filter((flag) => flag.inEnvironment)
    .map((flag): [string, string] => [
      `--${flag.flag}${flag.placeholder ? ` ${flag.placeholder}` : ''}`,
      environmentVariable(flag),
    ]);
  const everyStack = options.filter((option) => option.everyStack === true).map(({ flag }) => `--${flag}`);
  return `Stacks
${columns(stackRows)}
  Every stack takes ${everyStack.join(', ')} too.

Options and their environment variables
${columns([...optionRows, ...runRows])}

Regions
${regionCodes.map((code) => `  ${describeRegion(code)}`).join('\n')}
`;
}

/** The same for machines. */
export function listJson(): object {
  return {
    stacks: [...stacks.values()].map((stack) => ({
      id: stack.id,
      title: stack.title,
      options: optionsOf(stack).map((option) => {
        const fixed = fixedFor(option, stack);
        return { flag: `--${option.flag}`, ...(fixed ? { fixed } : defaultField(defaultTextFor(option, stack))) };
      }),
    })),
    options: options.map((option) => ({
      key: option.key,
      flag: `--${option.flag}`,
      environmentVariable: environmentVariable(option),
      type: option.type,
      help: option.help,
      ...(option.choices ? { choices: option.choices } : {}),
      ...defaultField(defaultText(option)),
      ...(appliesText(option) ? { applies: appliesText(option) } : {}),
    })),
    regions: regionCodes.map((code) => ({ code, ...own(regions, code) })),
  };
}

/** How an option is typed: `--region CODE`, `--[no-]https`, `--nat per-zone|single`. */
export function flagUsage(option: Option): string {
  if (option.type === 'boolean') return `--[no-]${option.flag}`;
  return `--${option.flag} ${option.choices?.join('|') ?? option.placeholder}`;
}

function defaultField(text: string | undefined): { default?: string } {
  return text === undefined ? {} : { default: text };
}

function describe(option: Option): string {
  return describeFor(option, appliesText(option), defaultText(option));
}

function describeFor({ help }: Option, condition: string | undefined, preferred: string | undefined): string {
  return `${help}${condition ? ` (${condition})` : ''}${preferred ? ` [${preferred}]` : ''}`;
}
