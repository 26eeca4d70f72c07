import { runFlags } from '../answers/flags.js';
import { options, type Option } from '../answers/options.js';
import { environmentVariable } from '../answers/sources.js';
import { exitCodeMeanings } from '../errors.js';
import { stacks } from '../stacks/index.js';
import { columns } from './columns.js';
import { describeRegion, regionCodes, regions } from '../aws/regions.js';

/** The text of --help. */
export function helpText(): string {
  const groups = [...new Set(options.map((option) => option.group))];
  const sections = groups.map((group) => {
    const rows = options
      .filter((option) => option.group === group)
      .map((option): [string, string] => [flagUsage(option), describe(option)]);
    return `${group}\n${columns(rows)}`;
  });
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

${sections.join('\n\n')}

Run
${columns(runRows)}

Answers come from flags, then environment variables (${environmentVariable(options[2]!)} for --${options[2]!.flag}), then --answers, then defaults.

Exit codes
${columns(exitRows)}

Examples
  create-secure-infra my-payments
  create-secure-infra my-payments --yes --region eu-central-1 --profile production
  create-secure-infra my-payments --yes --https --route53 --zone-name example.com --domain pay.example.com
  create-secure-infra check my-payments
`;
}

/** The text of --list: stacks, options with their environment variables, and regions. */
export function listText(): string {
  const stackRows = Object.values(stacks).map((stack): [string, string] => [stack.id, stack.title]);
  const optionRows = options.map((option): [string, string] => [flagUsage(option), environmentVariable(option)]);
  const runRows = runFlags
    .filter((flag) => flag.inEnvironment)
    .map((flag): [string, string] => [
      `--${flag.flag}${flag.placeholder ? ` ${flag.placeholder}` : ''}`,
      environmentVariable(flag),
    ]);
  return `Stacks
${columns(stackRows)}

Options and their environment variables
${columns([...optionRows, ...runRows])}

Regions
${regionCodes.map((code) => `  ${describeRegion(code)}`).join('\n')}
`;
}

/** The same for machines. */
export function listJson(): object {
  return {
    stacks: Object.values(stacks).map(({ id, title }) => ({ id, title })),
    options: options.map((option) => ({
      key: option.key,
      flag: `--${option.flag}`,
      environmentVariable: environmentVariable(option),
      type: option.type,
      help: option.help,
      ...(option.choices ? { choices: option.choices } : {}),
      ...(option.defaultText ? { default: option.defaultText } : {}),
      ...(option.applies ? { applies: option.applies.text } : {}),
    })),
    regions: regionCodes.map((code) => ({ code, ...regions[code] })),
  };
}

/** How an option is typed: `--region CODE`, `--[no-]https`, `--nat per-zone|single`. */
export function flagUsage(option: Option): string {
  if (option.type === 'boolean') return `--[no-]${option.flag}`;
  return `--${option.flag} ${option.choices?.join('|') ?? option.placeholder}`;
}

function describe(option: Option): string {
  const condition = option.applies ? ` (${option.applies.text})` : '';
  return `${option.help}${condition}${option.defaultText ? ` [${option.defaultText}]` : ''}`;
}
