import { expect } from 'vitest';

import type { Row } from '../attack.js';

/** What acts on a terminal, on who reads, on a runner of workflows, and on a viewer of code scanning. */
const acting = [
  '\u001b]0;owned\u0007',
  '\u001b[31m\u001b[2J',
  '\u009b31m',
  '\u202edetrevni\u2066x',
  '\u200b\u200d\u2060\ufeff\u00ad',
  '\u{e0041}',
  '\u2028::error::a',
  '\u0085::error::b',
  '\r::error::c',
  '\n::error::d',
  '\n   ::add-mask::e',
  '\v\f::error::f',
  '%0A::error::g',
  '::stop-commands::h',
  `${'X'.repeat(108)} ::stop-commands::i`,
  `${'X'.repeat(90)} ${'Y'.repeat(110)} ::set-output name=a::b`,
  '##[add-matcher]evil.json',
  '##vso[task.setvariable variable=a]b',
  '[click here](https://evil.example)',
  '![](https://evil.example/x.png)',
  '\u0000\u0008\u007f',
  '</script><img src=x onerror=alert(1)>',
];

/** A text as a literal of HCL, with what no literal may hold written as escapes. */
function literal(text: string): string {
  return `"${text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(/[\u0000-\u001f\u007f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

/** The same with nothing escaped that stands in a line. */
function raw(text: string): string {
  return text.replaceAll(/[\n\r\u0000]/g, '');
}

const all = acting.join(' ');

const project = {
  'values.tf': acting
    .map(
      (text, at) => `resource "aws_s3_bucket" "b${at}" {
  bucket = ${literal(`X ${text}`)}
  tags   = { ${literal(text)} = ${literal(text)} }
}
resource "aws_iam_role_policy" "p${at}" {
  policy = jsonencode({ Statement = [{ Effect = ${literal(text)}, Action = [${literal(text)}, ${literal(`s3:${text}`)}], Resource = ${literal(text)}, ${literal(text)} = 1 }] })
}
resource "aws_db_instance" "d${at}" {
  engine         = ${literal(text)}
  engine_version = ${literal(text)}
  instance_class = ${literal(text)}
  username       = ${literal(text)}
}
resource "aws_lb_listener" "l${at}" {
  protocol   = ${literal(text)}
  ssl_policy = ${literal(text)}
}
resource "aws_lambda_function" "f${at}" {
  runtime = ${literal(text)}
  environment {
    variables = { PASSWORD = ${literal(text)}, ${literal(text)} = "x" }
  }
}
resource "aws_ecs_task_definition" "t${at}" {
  container_definitions = jsonencode([{ name = ${literal(text)}, image = ${literal(text)}, ${literal(text)} = 1, logConfiguration = { logDriver = ${literal(text)} } }])
}
resource "aws_security_group_rule" "r${at}" {
  type        = ${literal(text)}
  protocol    = ${literal(text)}
  cidr_blocks = [${literal(text)}]
  description = ${literal(text)}
}
resource "aws_lb" "each${at}" {
  for_each = { ${literal(text)} = 1 }
  name     = ${literal(text)}
  subnets  = ["subnet-1"]
}
`,
    )
    .join(''),
  'names.tf': acting
    .map(
      (text, at) => `# create-secure-infra:ignore ${raw(text)} ${raw(text)}
# create-secure-infra:ignore alb-two-zones ${raw(text)}
resource "aws_lb" ${literal(`n${text}`)} {
  name    = "x"
  subnets = ["subnet-1"]
}
resource ${literal(`aws_${text}`)} "x" {
}
data ${literal(text)} ${literal(text)} {
}
variable ${literal(text)} {
  description = ${literal(text)}
  default     = ${literal(text)}
}
output ${literal(text)} {
  value = local.nothing
}
module ${literal(`m${text}`)} {
  source  = ${literal(text)}
  version = ${literal(text)}
}
module "path${at}" {
  source = ${literal(`./${text}`)}
}
provider "aws" {
  alias  = ${literal(text)}
  region = ${literal(text)}
}
terraform {
  required_version = ${literal(text)}
  required_providers {
    p${at} = {
      source  = ${literal(text)}
      version = ${literal(text)}
    }
  }
}
`,
    )
    .join(''),
  'calls.tf': `locals {
${acting.map((text, at) => `  a${at} = cidrsubnet(${literal(text)}, 1, 1)\n  b${at} = regex(${literal(text)}, ${literal(text)})\n  c${at} = { a = 1 }[${literal(text)}]\n  d${at} = tonumber(${literal(text)})\n`).join('')}}
`,
  'terraform.tfvars': acting.map((text, at) => `t${at} = ${literal(text)}\n`).join(''),
  'tests/a.tftest.hcl': acting
    .map(
      (text) =>
        `run ${literal(text)} {\n  assert {\n    condition     = true\n    error_message = ${literal(text)}\n  }\n}\n`,
    )
    .join(''),
};

const formats = ['text', 'json', 'sarif', 'github'];
const everyFormat = (...more: string[]) =>
  formats.map((format) => ['check', '.', '--verbose', '--format', format, ...more]);

/** A message of SARIF is no markdown, but what stands in brackets before a parenthesis is a link in it. */
function withoutLinks({ stdout, words }: Parameters<NonNullable<Row['holds']>>[0]): void {
  if (!words.includes('sarif')) return;
  const { runs } = JSON.parse(stdout) as { runs: { results: { message: { text: string } }[] }[] };
  const texts = runs.flatMap(({ results }) => results.map(({ message }) => message.text));
  expect(texts.filter((text) => /(?<!\\)\[(?:[^\]\\]|\\.)*\]\(/.test(text))).toEqual([]);
}

/** What names a file may have; neither a slash nor what no file system has. */
const fileNames = acting.map((text) => text.replaceAll(/[/\u0000]/g, '').slice(0, 60));

const faulty: Readonly<Record<string, (text: string) => string>> = {
  'a string without end': (text) => `locals {\n  a = "${raw(text)}\n`,
  'a name that is none': (text) => `locals {\n  ${raw(text)} = 1\n}\n`,
  'an operator that is none': (text) => `locals {\n  a = 1 ${raw(text)} 2\n}\n`,
  'a block that is none': (text) => `resource ${literal(text)} {\n`,
  'an escape that is none': (text) => `locals {\n  a = "\\q${raw(text)}"\n}\n`,
  'a heredoc without end': (text) => `locals {\n  a = <<${raw(text)}\n${text}\n`,
  'a number that is none': (text) => `locals {\n  a = 1${raw(text)}\n}\n`,
};

const values = Object.fromEntries(acting.map((text, at) => [`k${at}${text}`, text]));

function shown(kind: 'plan' | 'state'): string {
  const resources = acting.flatMap((text, at) => [
    {
      address: `aws_s3_bucket.b${at}["${text}"]`,
      index: text,
      type: 'aws_s3_bucket',
      name: `b${at}`,
      mode: 'managed',
      values: { bucket: `X ${text}`, region: text, arn: text, tags: values },
    },
    { address: text, type: text, name: text, mode: 'managed', values },
    {
      address: `module.${text}.aws_lb.${text}`,
      type: 'aws_lb',
      name: text,
      mode: 'managed',
      values: { name: text, subnets: [text] },
    },
    {
      address: `aws_iam_policy.p${at}`,
      type: 'aws_iam_policy',
      name: `p${at}`,
      mode: 'managed',
      values: { policy: JSON.stringify({ Statement: [{ Effect: text, Action: text, Resource: text, [text]: text }] }) },
    },
  ]);
  const held = { root_module: { resources } };
  return JSON.stringify(kind === 'plan' ? { planned_values: held } : { values: held });
}

/** What acts, in the words of a command line; no word holds a NUL. */
const words = acting.map((text) => text.replaceAll('\u0000', '')).concat(all.replaceAll('\u0000', ''));

/** Texts that would do something to whoever prints them. */
export const textRows: readonly Row[] = [
  { title: 'in values and names', files: project, runs: everyFormat(), holds: withoutLinks },
  {
    title: 'in names of files',
    files: Object.fromEntries(
      fileNames.map((name, at) => [
        `${name}.tf`,
        `resource "aws_lb" "n${at}" {\n  name    = "x"\n  subnets = ["subnet-1"]\n}\n`,
      ]),
    ),
    runs: everyFormat(),
    holds: withoutLinks,
  },
  {
    title: 'in names of folders',
    files: Object.fromEntries(
      fileNames.flatMap((name, at) => [
        [`${name}/a.tf`, 'resource "aws_lb" "n" {\n  name    = "x"\n  subnets = ["subnet-1"]\n}\n'],
        [`m${at}.tf`, `module "m${at}" {\n  source = ${literal(`./${name}`)}\n}\n`],
      ]),
    ),
    runs: everyFormat(),
    holds: withoutLinks,
  },
  {
    title: 'in the name of the folder that is checked',
    files: Object.fromEntries(
      fileNames.map((name) => [
        `${name}/a.tf`,
        'resource "aws_lb" "n" {\n  name    = "x"\n  subnets = ["subnet-1"]\n}\n',
      ]),
    ),
    withoutSentinel: true,
    runs: fileNames.flatMap((name, at) => [['check', `./${name}`, '--format', formats[at % formats.length]!]]),
    holds: withoutLinks,
  },
  {
    title: 'in names of folders below one without files',
    files: Object.fromEntries(fileNames.map((name) => [`${name}/a.tf`, 'locals {}\n'])),
    withoutSentinel: true,
    runs: [
      ['check', '.'],
      ['check', '.', '--json'],
    ],
  },
  {
    title: 'in names of files with faults',
    files: Object.fromEntries(fileNames.map((name) => [`${name}.tf`, 'locals {\n'])),
    runs: everyFormat(),
  },
  ...Object.entries(faulty).map(([title, text], kind): Row => ({
    title: `in ${title}`,
    files: {
      ...Object.fromEntries(
        acting.map((one, at) => [
          `${at}/a.tf`,
          `resource "aws_lb" "n" {\n  name    = "x"\n  subnets = ["subnet-1"]\n}\n${text(one)}`,
        ]),
      ),
      'all.tf': text(all),
    },
    runs: [
      ['check', '.'],
      ['check', '.', '--json'],
      // A third of them for each fault, in every format.
      ...acting.flatMap((_, at) =>
        (at + kind) % 3 === 0 ? [['check', String(at), '--format', formats[(at + kind) % formats.length]!]] : [],
      ),
    ],
    withoutSentinel: true,
  })),
  ...(['plan', 'state'] as const).map((kind): Row => ({
    title: `in a ${kind}`,
    files: { 'shown.json': shown(kind), 'broken.json': `{"a": ${all}`, 'text.json': all },
    runs: [
      ...everyFormat(`--${kind}`, 'shown.json'),
      ['check', `--${kind}`, 'broken.json'],
      ['check', `--${kind}`, 'text.json', '--json'],
    ],
    withoutSentinel: true,
    holds: withoutLinks,
  })),
  {
    title: 'in an own project',
    files: {
      '.create-secure-infra.json': JSON.stringify({ version: all, answers: values, files: values }),
      'README.md': all,
      'backend.hcl': `bucket = ${literal(all)}\n`,
      '.terraform.lock.hcl': `provider ${literal(all)} {\n  version = ${literal(all)}\n}\n`,
    },
    runs: everyFormat(),
  },
  ...words.map((word, at): Row => ({
    title: `in the words of a command, ${at}`,
    withoutSentinel: true,
    runs: [
      ['explain', word],
      ['check', word, ...(at % 2 === 0 ? ['--json'] : [])],
      ['check', '.', `--format=${word}`],
      ['check', '.', `--${word}`],
      ['check', '.', `--plan=${word}`, `--state=${word}`, `--var-file=${word}`],
      ['check', '.', word, word],
      // Two of the six for each.
    ].filter((_, run) => run % 3 === at % 3),
  })),
];
