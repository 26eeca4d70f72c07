import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'vitest';

import type { Row, Shown } from '../attack.js';

const manifest = '.terraform/modules/modules.json';
const strict = [['check', '.', '--json', '--strict']] as const;

function entries(list: readonly (readonly [key: string, folder: string])[]): string {
  const modules = list.map(([key, folder]) => ({ Key: key, Source: key === '' ? '' : 'a/b/aws', Dir: folder }));
  return JSON.stringify({ Modules: modules });
}

function oneUnread({ report }: Shown): void {
  expect(report!.unreadModules).toHaveLength(1);
}

const open = 'resource "aws_db_instance" "hidden" {\n  publicly_accessible = true\n}\n';

function told({ report }: Shown): void {
  expect(report!.findings.map(({ rule }) => rule)).toContain('database-not-public');
}

const call = 'module "a" {\n  source = "a/b/aws"\n}\n';

const json: readonly Row[] = Object.entries({
  'lists in depth': `{"locals":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
  'objects in depth': `${'{"resource":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
  'depth that never ends': '{"a":'.repeat(500_000),
  'a template in depth': `{"locals":{"a":"${'${['.repeat(20_000)}"}}`,
  'templates by the thousand': `{"locals":{${Array.from({ length: 30_000 }, (_, at) => `"a${at}":"\${local.a${at + 1}}"`).join()}}}`,
  'marks of a heredoc': JSON.stringify({
    locals: {
      a: `\${1}EOT\nEOT${'_'.repeat(50_000)}\n`,
      b: `\${1}${'EOT_'.repeat(50_000)}\nEOT\nresource "aws_lb" "x" {}`,
    },
  }),
  'a text of 9 MB': `{"locals":{"a":"${'x'.repeat(9_000_000)}\${1}"}}`,
  'a block a million times': `{"resource":{"aws_sqs_queue":{"q":[${'{},'.repeat(999_999)}{}]}}}`,
  'names that objects inherit':
    '{"__proto__":{"a":1},"constructor":{"b":{}},"resource":{"__proto__":{"toString":{"hasOwnProperty":{}}},"aws_lb":{"valueOf":{"__proto__":{"constructor":"${toString}"}}}}}',
  'the same name again': '{"locals":{"a":1,"a":2},"locals":{"a":3}}',
  'halves of characters': '{"locals":{"\\ud800":"${\\udfff}","a":"\\ud800"}}',
  NUL: '{"locals":{"a":"\\u0000${1}\\u0000"}}\u0000',
  nothing: '',
}).map(([title, text]) => ({ title: `JSON: ${title}`, files: { 'main.tf.json': text } }));

/** What is there to be found by its manifest, and is not the project's. */
const installed: readonly Row[] = [
  ...['../outside', '/proc/self/root', '.terraform/modules/../../../outside', '.terraform/modules/link', '.git'].map(
    (folder): Row => ({
      title: `an installed module in ${folder}`,
      isRead: true,
      files: {
        'main.tf': call,
        [manifest]: entries([
          ['', '.'],
          ['a', folder],
        ]),
      },
      outside: { 'main.tf': 'resource "aws_sqs_queue" "hushed" {}\n' },
      prepare: ({ root, outside }) => {
        mkdirSync(path.join(root, '.terraform/modules'), { recursive: true });
        symlinkSync(outside, path.join(root, '.terraform/modules/link'));
      },
      holds: oneUnread,
    }),
  ),
  {
    title: 'an installed module that calls itself',
    isRead: true,
    files: {
      'main.tf': call,
      [manifest]: entries([
        ['', '.'],
        ['a', '.terraform/modules/a'],
        ['a.a', '.terraform/modules/a'],
      ]),
      '.terraform/modules/a/main.tf': call,
    },
    holds: oneUnread,
  },
  {
    title: 'installed modules that call one another, without end',
    isRead: true,
    files: {
      'main.tf': call,
      [manifest]: entries([
        ['', '.'],
        ['a', '.terraform/modules/a'],
        ['a.a', '.terraform/modules/b'],
        ['a.a.a', '.terraform/modules/a'],
      ]),
      '.terraform/modules/a/main.tf': call,
      '.terraform/modules/b/main.tf': call,
    },
  },
  {
    title: 'a manifest of a hundred thousand entries',
    isRead: true,
    files: {
      'main.tf': call,
      [manifest]: entries([['', '.'], ...Array.from({ length: 100_000 }, (_, at) => [`a${at}.b`, '.'] as const)]),
    },
  },
  ...['', 'latest', '1.2.3.4.5', '__proto__', '\0', '1'.repeat(100_000)].map((version): Row => ({
    title: `a manifest whose version is ${JSON.stringify(version.slice(0, 20))}`,
    isRead: true,
    files: {
      'main.tf': 'module "a" {\n  source  = "a/b/aws"\n  version = "~> 1.0"\n}\n',
      [manifest]: JSON.stringify({
        Modules: [
          { Key: '', Source: '', Dir: '.' },
          { Key: 'a', Source: 'a/b/aws', Version: version, Dir: '.terraform/modules/a' },
        ],
      }),
      '.terraform/modules/a/main.tf': '',
    },
  })),
  {
    title: "a module of the project's own where terraform init puts others",
    isRead: true,
    files: {
      'main.tf': 'module "a" {\n  source = "./.terraform/modules/a"\n}\n',
      '.terraform/modules/a/main.tf': open,
    },
    holds: told,
  },
  {
    title: 'a manifest that leads to another module than is called',
    isRead: true,
    runs: [['check', '.', '--json', '--no-suppressions']],
    files: {
      'main.tf': call,
      [manifest]: entries([
        ['', '.'],
        ['a', '.terraform/modules/a'],
      ]),
      '.terraform/modules/a/main.tf': '',
    },
    holds: oneUnread,
  },
  { title: 'a manifest in depth', isRead: true, files: { 'main.tf': call, [manifest]: '['.repeat(500_000) } },
  {
    title: 'a manifest that is a pipe in words',
    isRead: true,
    files: { 'main.tf': call, [manifest]: '{"Modules":{"length":1e9,"0":{"Key":"a"}}}' },
  },
];

/** Lines that look like paths to folders, and what makes of each a pattern. */
const terragrunt: readonly Row[] = [
  {
    title: "Terragrunt's files by the thousand",
    isRead: true,
    files: Object.fromEntries(
      Array.from({ length: 3000 }, (_, at) => [
        `live/u${at}/terragrunt.hcl`,
        'terraform {\n  source = "../../x//y"\n}\n',
      ]),
    ),
  },
  {
    title: "a file of Terragrunt's of 5 MB",
    isRead: true,
    files: {
      'live/terragrunt.hcl': `source = "${'/${'.repeat(600_000)}${'/a}'.repeat(600_000)}"\n${'"${/'.repeat(300_000)}`,
      'live/root.hcl': `${'a = "../'.repeat(300_000)}\n${' '.repeat(500_000)}=`,
    },
  },
  {
    title: 'submodules and versions that are no files',
    isRead: true,
    files: {
      '.gitmodules': `${'path = '.repeat(100_000)}\n${'path=\n'.repeat(100_000)}`,
      'm.tf': 'module "m" {\n  source = "./gone"\n}\n',
    },
    prepare: ({ root }) => {
      mkdirSync(path.join(root, '.opentofu-version'));
      symlinkSync('/dev/zero', path.join(root, '.tool-versions'));
    },
  },
];

/** What would have a file or a value looked at in another's place. */
const guises: readonly Row[] = [
  {
    title: 'a file for OpenTofu in place of one that Terraform reads',
    isRead: true,
    files: { 'main.tf': open, 'main.tofu': '' },
    holds: ({ report }) => expect(report!.unreadFiles.map(({ file }) => file)).toEqual(['main.tf']),
  },
  {
    title: "values of Terragrunt's in place of a default",
    isRead: true,
    runs: [['check', '.', '--json', '--no-suppressions']],
    files: {
      'main.tf': `variable "open" {\n  default = true\n}\n${open.replace('= true', '= var.open')}`,
      'terragrunt.hcl': 'inputs = {\n  open = false\n}\n',
    },
    holds: told,
  },
  {
    title: 'submodules by the million, and modules that are not there',
    isRead: true,
    files: {
      '.gitmodules': 'path = gone\n'.repeat(800_000),
      'main.tf': Array.from({ length: 3000 }, (_, at) => `module "m${at}" {\n  source = "./gone${at}"\n}\n`).join(''),
      'deep.tf': `module "deep" {\n  source = "./${'a/'.repeat(400_000)}"\n}\n`,
    },
  },
  {
    title: "constraints of a provider's version by the million",
    isRead: true,
    files: {
      'main.tf': Array.from(
        { length: 1500 },
        (_, at) => `provider "aws" {\n  alias   = "a${at}"\n  version = "${'>= 5.1,'.repeat(100)} > 5.${at}"\n}\n`,
      ).join(''),
    },
  },
];

/** Layouts of repositories, made to be misread. */
export const layoutRows: readonly Row[] = [...json, ...installed, ...terragrunt, ...guises].map((row) => ({
  runs: [['check', '.', '--json'], ...strict],
  ...row,
}));
