import { execFileSync } from 'node:child_process';
import { mkdirSync, openSync, closeSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';

import { afterAll, expect } from 'vitest';

import type { Place, Row } from '../attack.js';

/** Every name under which something is read. */
const names = [
  'x.tf',
  'x_override.tf',
  'terraform.tfvars',
  'x.auto.tfvars',
  'terraform.tfvars.json',
  '.terraform.lock.hcl',
  '.create-secure-infra.json',
  'backend.hcl',
  'README.md',
  'tests/x.tftest.hcl',
  'm/x.tf',
  'data.txt',
  '.github/workflows/terraform.yml',
];

/** Has all of them read: a module, a file, an own project's backend and tests. */
const files = {
  'main.tf': `module "m" {
  source = "./m"
}
resource "aws_s3_bucket" "b" {
  bucket = file("\${path.module}/data.txt")
}
terraform {
  backend "s3" {}
}
`,
  'm/main.tf': 'locals {}\n',
  'tests/main.tftest.hcl': 'run "a" {}\n',
  '.github/workflows/a.yml': 'on: push\n',
};

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

const makers: Readonly<Record<string, (file: string) => void>> = {
  'a pipe that nobody writes to': (file) => void execFileSync('mkfifo', [file]),
  'a link to what has no end': (file) => symlinkSync('/dev/zero', file),
  'a link to what waits for a key': (file) => symlinkSync('/dev/tty', file),
  'a link to what the kernel makes': (file) => symlinkSync('/proc/self/mem', file),
  'a folder': (file) => void mkdirSync(file),
  'a link to nothing': (file) => symlinkSync('nowhere', file),
  'a link to itself': (file) => symlinkSync(path.basename(file), file),
  'a socket': (file) => void servers.push(createServer().listen(file).unref()),
};

function place({ root }: Place, name: string, make: (file: string) => void): void {
  const file = path.join(root, name);
  rmSync(file, { recursive: true, force: true });
  mkdirSync(path.dirname(file), { recursive: true });
  make(file);
}

const waiting = ['a pipe that nobody writes to', 'a link to what has no end'];

function says(name: string): NonNullable<Row['holds']> {
  return ({ report }) => {
    expect(
      report!.unreadFiles.map(({ file }) => path.basename(file)),
      'what is said to be unread',
    ).toContain(name);
  };
}

/** Each alone, since what is read first is all that is seen of several. */
const alone = waiting.flatMap((kind) =>
  names.map((name): Row => ({
    title: `${kind} as ${name}`,
    files,
    prepare: (at) => place(at, name, makers[kind]!),
    ...(name.endsWith('x.tf') || name.endsWith('.tfvars') ? { holds: says(path.basename(name)) } : {}),
  })),
);

const together = Object.entries(makers).map(([kind, make]): Row => ({
  title: `${kind} under every name`,
  files,
  prepare: (at) => {
    for (const name of names) place(at, name, make);
  },
}));

const functions: Row = {
  title: 'what has no end, by its whole path',
  files: {
    'main.tf': ['/dev/zero', '/dev/urandom', '/dev/stdin', '/dev/fd/0', '/proc/self/mem', '/proc/kmsg', '/dev/tty']
      .map((file, at) => `resource "aws_s3_bucket" "b${at}" {\n  bucket = file("${file}")\n}\n`)
      .join(''),
  },
};

/** Longer than a text of JavaScript's may be; a hole in the disk, so that it is made at once. */
const large = [
  'x.tf',
  'terraform.tfvars',
  '.terraform.lock.hcl',
  '.create-secure-infra.json',
  'data.txt',
  'README.md',
].map((name): Row => ({
  title: `600 MB of nothing as ${name}`,
  files,
  prepare: (at) =>
    place(at, name, (file) => {
      closeSync(openSync(file, 'w'));
      truncateSync(file, 600 * 2 ** 20);
    }),
}));

const shown = (flag: string): Row => ({
  title: `600 MB of nothing as ${flag}`,
  withoutSentinel: true,
  prepare: (at) =>
    place(at, 'shown.json', (file) => {
      closeSync(openSync(file, 'w'));
      truncateSync(file, 600 * 2 ** 20);
    }),
  runs: [['check', flag, 'shown.json', '--json']],
});

/** What is no file, or too large a one, where a file is read. */
export const specialFileRows: readonly Row[] = [
  ...alone,
  ...together,
  functions,
  ...large,
  shown('--plan'),
  shown('--state'),
  ...['--plan', '--state', '--var-file'].map((flag): Row => ({
    title: `a folder as ${flag}`,
    runs: [['check', '.', flag, '.', '--json']],
  })),
];
