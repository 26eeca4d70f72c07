import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'vitest';

import type { Row, Shown } from '../attack.js';

const formats = ['json', 'text', 'github', 'sarif'] as const;

/** What the JSON of the same project said was cut or unread, which every other format must say too. */
function saysSo(): NonNullable<Row['holds']> {
  let said: string[] = [];
  return ({ report, stdout, words }: Shown) => {
    const plain = (text: string) => text.replaceAll(/[\s\\]+/g, '');
    if (report) {
      said = [...report.cuts.map(({ what }) => what), ...report.unreadFiles.map(({ file }) => path.basename(file))];
      expect(said, 'what was cut or not read').not.toEqual([]);
    }
    for (const what of said) expect(plain(stdout), words.join(' ')).toContain(plain(what));
  };
}

function cut(title: string, files: Row['files'], more: Partial<Row> = {}): Row {
  return {
    title,
    ...(files ? { files } : {}),
    isRead: true,
    runs: formats.map((format) => ['check', '.', '--format', format]),
    holds: saysSo(),
    ...more,
  };
}

const many = (type: string, arguments_ = '') =>
  Array.from({ length: 30 }, (_, at) => `resource "${type}" "a${at}" {\n  count = 2000\n${arguments_}}\n`).join('');

const hidden: readonly Row[] = [
  // Their names come before the sentinel's, in files and in addresses.
  cut('many that cost nothing', { 'a.tf': many('terraform_data') }),
  cut(
    'many of AWS',
    { 'a.tf': many('aws_s3_bucket', '  bucket = "X ${count.index}"\n') },
    // As many as a run looks at take seconds, and a busy machine more than a run's own limit.
    { runs: ['json', 'text'].map((format) => ['check', '.', '--format', format, '--time-limit', '80']) },
  ),
  cut('one that is there a billion times', { 'a.tf': 'resource "aws_lb" "a" {\n  count = 1000000000\n}\n' }),
  cut('a module that is there a million times', {
    'a.tf': 'module "a" {\n  source = "./a"\n  count  = 1000000\n}\n',
    'a/main.tf': 'resource "aws_lb" "a" {\n  count = 1000\n}\n',
  }),
  cut('a for_each of many', {
    'a.tf':
      'resource "aws_lb" "a" {\n  for_each = toset([for i in setproduct(range(100), range(100), range(100)) : join("-", i)])\n}\n',
  }),
  cut('a dynamic block of many', {
    'a.tf':
      'resource "aws_security_group" "a" {\n  dynamic "ingress" {\n    for_each = flatten([for i in range(1000) : range(1000)])\n    content {\n      from_port   = 22\n      to_port     = 22\n      protocol    = "tcp"\n      cidr_blocks = ["0.0.0.0/0"]\n    }\n  }\n}\n',
  }),
  cut('a local that has no end', {
    'a.tf':
      'locals {\n  a = [for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]\n}\nresource "aws_lb" "a" {\n  name = "X ${length(flatten(local.a))}"\n}\n',
  }),
];

const unread: readonly Row[] = [
  cut(
    'a file in JSON that is a link out',
    {},
    {
      outside: { 'x.tf.json': '{}' },
      prepare: ({ root, outside }) => symlinkSync(path.join(outside, 'x.tf.json'), path.join(root, 'x.tf.json')),
    },
  ),
  cut(
    'a link out',
    {},
    {
      outside: { 'x.tf': 'locals {}\n' },
      prepare: ({ root, outside }) => symlinkSync(path.join(outside, 'x.tf'), path.join(root, 'x.tf')),
    },
  ),
];

/** Folders in which there is nothing to look at: to find nothing there is no answer. */
const empty: readonly Row[] = [
  { title: 'only a folder with the name of a file', prepare: ({ root }) => void mkdirSync(path.join(root, 'x.tf')) },
  { title: 'only a hidden file', files: { '.x.tf': 'locals {}\n' } },
  { title: 'only a file of an editor', files: { 'main.tf~': 'locals {}\n', '#main.tf#': 'locals {}\n' } },
  { title: 'only JSON that is hidden', files: { '.main.tf.json': '{}' } },
  { title: "only Terragrunt's configuration", files: { 'terragrunt.hcl': 'terraform {\n  source = "../x"\n}\n' } },
  { title: 'only values', files: { 'terraform.tfvars': 'a = 1\n' } },
  { title: 'only tests', files: { 'a.tftest.hcl': 'run "a" {}\n' } },
  { title: 'only a link to nothing', prepare: ({ root }) => symlinkSync('nothing', path.join(root, 'x.tf')) },
  { title: 'no file at all', files: {} },
];

function somethingUnread({ report }: Shown): void {
  expect(report!.unreadFiles, 'a run that ended well').not.toEqual([]);
}

const nothing = empty.map((row): Row => ({
  ...row,
  withoutSentinel: true,
  runs: [['check', '.', '--json']],
  holds: somethingUnread,
}));

/** What hides behind much, and what nobody looked at. */
export const countRows: readonly Row[] = [...hidden, ...unread, ...nothing];
