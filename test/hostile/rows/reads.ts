import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'vitest';

import { secret, type Place, type Row } from '../attack.js';

/** A bucket whose name is refused, and so shown, with what an expression gives. */
function shown(...expressions: string[]): string {
  return expressions.map((text, at) => `resource "aws_s3_bucket" "b${at}" {\n  bucket = "X ${text}"\n}\n`).join('');
}

/** Ways to name the file beside the checked folder, or what the kernel tells of the process. */
const ways: Readonly<Record<string, (place: Place) => string>> = {
  'up a folder': () => '../outside/secret.txt',
  'up from the module': () => '${path.module}/../outside/secret.txt',
  'up from the root': () => '${path.root}/../outside/secret.txt',
  'up from the working folder': () => '${path.cwd}/../outside/secret.txt',
  'down and up': () => 'sub/../../outside/secret.txt',
  'up with a dot between': () => './.././outside/secret.txt',
  'the whole path': ({ outside }) => `${outside}/secret.txt`,
  'the whole path with two slashes': ({ outside }) => `/${outside}/secret.txt`,
  'the whole path through /proc': ({ outside }) => `/proc/self/root${outside}/secret.txt`,
  'the working folder of the process': () => '/proc/self/cwd/../outside/secret.txt',
  'the home folder': () => '~/secret.txt',
  'a link': () => 'link.txt',
  'a link to a folder': () => 'folder/secret.txt',
  'a link in two steps': () => 'second.txt',
  'the environment': () => '/proc/self/environ',
  'the environment of the parent': () => '/proc/thread-self/environ',
  'what the repository keeps for itself': () => '.git/config',
  'what the repository keeps, written otherwise': () => './sub/../.git/config',
};

const links = ({ root, outside }: Place) => {
  symlinkSync(path.join(outside, 'secret.txt'), path.join(root, 'link.txt'));
  symlinkSync('link.txt', path.join(root, 'second.txt'));
  symlinkSync(outside, path.join(root, 'folder'));
};

/** The functions of Terraform that read. */
const readers: Readonly<Record<string, (file: string) => string>> = {
  file: (file) => `file("${file}")`,
  'file backwards': (file) => `strrev(file("${file}"))`,
  'file in other letters': (file) => `upper(file("${file}"))`,
  'file in base64': (file) => `base64encode(file("${file}"))`,
  'a letter a time': (file) => `join(" ", split("", file("${file}")))`,
  'by a match': (file) => `regex("hushed[^\\\\s]*", file("${file}"))`,
  filebase64: (file) => `filebase64("${file}")`,
  templatefile: (file) => `templatefile("${file}", {})`,
};

const everyWay = Object.entries(ways).map(([title, way]): Row => ({
  title: `file() of ${title}`,
  isRead: true,
  files: (place) => ({
    'main.tf': shown(
      ...Object.values(readers).map((call) => `\${${call(way(place))}}`),
      // A letter a time has no part of eight letters.
      `\${length(file("${way(place)}"))} \${substr(file("${way(place)}"), 0, 8)}`,
    ),
    'sub/a.txt': 'a',
  }),
  prepare: links,
}));

const others: readonly Row[] = [
  {
    title: 'fileset() above',
    files: ({ outside }) => ({
      'main.tf': shown(
        '${join(",", fileset("../outside", "*"))}',
        `\${join(",", fileset("${outside}", "*"))}`,
        '${join(",", fileset(path.module, "../outside/*"))}',
        '${join(",", fileset("folder", "*"))}',
      ),
    }),
    outside: { [`${secret}.txt`]: '' },
    prepare: links,
  },
  {
    title: 'whether a file is there',
    files: ({ outside }) => ({
      'main.tf': shown(
        '${fileexists("../outside/secret.txt") ? "is there" : "is not"}',
        `\${fileexists("${outside}/secret.txt") ? "is there" : "is not"}`,
        '${fileexists("link.txt") ? "is there" : "is not"}',
      ),
    }),
    prepare: links,
    holds: ({ stdout }) => expect(stdout).not.toContain('is there'),
  },
  {
    title: 'what is decoded of a file above',
    files: {
      'main.tf': shown(
        '${jsondecode(file("../outside/secret.json")).secret}',
        '${yamldecode(file("../outside/secret.json")).secret}',
        '${csvdecode(file("../outside/secret.csv"))[0].secret}',
      ),
    },
    outside: { 'secret.csv': `secret\n${secret}\n` },
  },
  {
    title: 'file() in values of variables',
    files: {
      'main.tf': `variable "a" {}\nvariable "b" {\n  default = file("../outside/secret.txt")\n}\nvariable "c" {}\n${shown('${var.a}', '${var.b}', '${var.c}')}`,
      'terraform.tfvars': 'a = file("../outside/secret.txt")\n',
      'more.auto.tfvars': 'c = "${file("../outside/secret.txt")}"\n',
    },
  },
  {
    title: 'file() in a module of the project',
    files: {
      'main.tf': 'module "m" {\n  source = "./m"\n  name   = file("../outside/secret.txt")\n}\n',
      'm/main.tf': `variable "name" {}\n${shown('${var.name}', '${file("../../outside/secret.txt")}', '${file("${path.module}/../../outside/secret.txt")}')}`,
    },
  },
  {
    title: 'a module above, by path',
    files: ({ outside }) => ({
      'main.tf': ['../outside', './../outside', './m/../../outside', outside, `${outside}/`, 'file:///etc']
        .map((source, at) => `module "m${at}" {\n  source = "${source}"\n}\n`)
        .join(''),
    }),
    outside: { 'main.tf': shown(secret) },
    holds: ({ report }) =>
      expect(report!.unreadModules.length + report!.unreadFiles.length, 'what is said to be unread').toBeGreaterThan(0),
  },
  {
    title: 'a module above, by a link',
    files: { 'main.tf': 'module "m" {\n  source = "./m"\n}\nmodule "n" {\n  source = "./n/inner"\n}\n' },
    outside: { 'main.tf': shown(secret), 'inner/main.tf': shown(secret) },
    prepare: ({ root, outside }) => {
      symlinkSync(outside, path.join(root, 'm'));
      symlinkSync(outside, path.join(root, 'n'));
    },
    holds: ({ report }) =>
      expect(report!.unreadModules.length + report!.unreadFiles.length, 'what is said to be unread').toBeGreaterThan(0),
  },
  {
    title: 'a module below a file of a module above',
    files: { 'main.tf': 'module "m" {\n  source = "./m"\n}\n', 'm/main.tf': 'locals {}\n' },
    outside: { 'main.tf': shown(secret) },
    prepare: ({ root, outside }) => symlinkSync(path.join(outside, 'main.tf'), path.join(root, 'm/linked.tf')),
  },
];

/** Files that are read under their own names. */
const named = [
  'linked.tf',
  'linked_override.tf',
  'terraform.tfvars',
  'linked.auto.tfvars',
  'terraform.tfvars.json',
  '.terraform.lock.hcl',
  '.create-secure-infra.json',
  'backend.hcl',
  'README.md',
  'versions.tf',
  'tests/linked.tftest.hcl',
  '.github/workflows/terraform.yml',
];

/** What would show it: an error that quotes it, a name that is refused, a comment's reason. */
const quoted: Readonly<Record<string, string>> = {
  'no HCL': `${secret} ${secret}\n`,
  HCL: `# create-secure-infra:ignore ${secret} ${secret}\n${shown(secret)}run "${secret}" {}\n${secret.replace('-', '_')} = "${secret}"\nprovider "${secret}" {\n  version = "${secret}"\n}\n`,
  JSON: JSON.stringify({ version: secret, files: { [secret]: secret }, answers: { name: secret }, [secret]: secret }),
};

const linked = named.flatMap((name) =>
  Object.entries(quoted).map(([what, text]): Row => ({
    title: `${name} as a link to ${what}`,
    files: { 'main.tf': 'variable "a" {\n  default = "a"\n}\n', [name]: '' },
    outside: { target: text },
    prepare: ({ root, outside }) => {
      rmSync(path.join(root, name));
      symlinkSync(path.join(outside, 'target'), path.join(root, name));
    },
  })),
);

const folders: readonly Row[] = [
  {
    title: 'tests/ as a link to a folder above',
    outside: { 'a.tftest.hcl': `${secret} ${secret}`, 'b.tftest.hcl': `run "${secret}" {\n  command = ${secret}\n}\n` },
    prepare: ({ root, outside }) => symlinkSync(outside, path.join(root, 'tests')),
  },
  {
    title: '.github as a link to a folder above',
    outside: { 'workflows/terraform.yml': secret },
    prepare: ({ root, outside }) => symlinkSync(outside, path.join(root, '.github')),
  },
  {
    title: 'a link to itself, to its folder and to nothing',
    files: {
      'main.tf': 'module "m" {\n  source = "./loop"\n}\nmodule "n" {\n  source = "./circle/circle/circle"\n}\n',
    },
    prepare: ({ root }) => {
      symlinkSync('loop', path.join(root, 'loop'));
      symlinkSync('.', path.join(root, 'circle'));
      symlinkSync('nothing', path.join(root, 'nothing.tf'));
      symlinkSync('itself.tf', path.join(root, 'itself.tf'));
      mkdirSync(path.join(root, 'folder.tf'));
    },
  },
];

/** What is not the project's, and must neither be read nor told. */
export const readRows: readonly Row[] = [...everyWay, ...others, ...linked, ...folders];
