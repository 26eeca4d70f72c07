import { describe, expect, it } from 'vitest';

import { check } from '../../src/rules/check.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { admitsOnlyBefore } from '../../src/terraform/version-constraints.js';
import { filesIn } from '../support/rules.js';

async function looked(text: string, within?: string) {
  return check([await readHclProject(memorySources(filesIn(text), within))]);
}

async function namesOf(text: string, within?: string): Promise<string[]> {
  return (await looked(text, within)).findings.map(({ rule }) => rule.name);
}

function pinned(constraint: string): string {
  return `terraform {\n  required_version = "${constraint}"\n}\n`;
}

const provider = 'provider "aws" {\n  region = "eu-west-1"\n}\n';

describe('a project that pins an older Terraform', () => {
  it.each([
    [
      '0.11',
      'expressions-evaluate',
      'resource "aws_vpc" "a" {\n  count = 1\n}\noutput "id" {\n  value = aws_vpc.a.id\n}\n',
    ],
    ['0.11', 'line-ends', 'variable "a" { type = "string"\n  default = ""\n}\n'],
    ['0.11', 'names-are-identifiers', 'resource "aws_vpc" "1a" {\n  cidr_block = "10.0.0.0/16"\n}\n'],
    ['0.11', 'block-contents', 'atlas {\n  name = "a"\n}\n'],
    ['0.11', 'argument-exists', 'resource "aws_vpc" "a" {\n  cidr_blok = "10.0.0.0/16"\n}\n'],
    ['0.11', 'argument-once', 'resource "aws_vpc" "a" {\n  tags = {}\n  tags = {}\n}\n'],
    ['0.12', 'providers-declared', `${provider}resource "aws_vpc" "a" {}\n`],
    ['0.14', 'function-exists', 'locals {\n  a = list("b")\n}\n'],
    ['0.14', 'function-exists', 'locals {\n  a = map("b", "c")\n}\n'],
    ['0.14', 'variable-types', 'variable "a" {\n  type = "string"\n}\n'],
    ['0.14', 'variable-types', 'variable "a" {\n  type    = "list"\n  default = []\n}\n'],
    ['0.14', 'written-out-arguments', 'resource "aws_vpc" "a" {\n  lifecycle {\n    ignore_changes = ["*"]\n  }\n}\n'],
    [
      '0.14',
      'output-sensitive',
      `${provider}resource "aws_iam_access_key" "a" {\n  user = "a"\n}\noutput "a" {\n  value = aws_iam_access_key.a.secret\n}\n`,
    ],
    [
      '0.13',
      'output-sensitive',
      `${provider}variable "a" {\n  sensitive = true\n}\noutput "a" {\n  value = var.a\n}\n`,
    ],
  ])('up to %s is not held to %s', async (last, rule, text) => {
    expect(await namesOf(text)).toContain(rule);
    expect(await namesOf(`${pinned(`~> ${last}.0`)}${text}`)).not.toContain(rule);
    const next = `0.${Number(last.slice(2)) + 1}`;
    for (const constraint of [`< ${next}`, `>= 0.9, < ${next}.0`, `<= ${last}.99`, `${last}.3`, `= v${last}.3`])
      expect(await namesOf(`${pinned(constraint)}${text}`), constraint).not.toContain(rule);
    for (const constraint of [`~> ${next}.0`, `~> ${last}`, `>= ${last}.2`, `<= ${next}`, `!= ${next}`, '~> 1'])
      expect(await namesOf(`${pinned(constraint)}${text}`), constraint).toContain(rule);
  });

  const gone = 'locals {\n  a = list("b")\n}\n';

  it.each([
    ['#>> .terraform-version\n0.11.15\n'],
    ['#>> ../.terraform-version\n# of all\n\nv0.11.15\n'],
    ['#>> .terraform-version\nlatest:^0\\.11\n'],
    ['#>> .tfswitchrc\n0.11.15\n'],
    ['#>> ../../.tool-versions\nnodejs 20.1.0\nterraform 0.11.15 0.11.14\n'],
    ['#>> mise.toml\n[tools]\nterraform = "0.11"\n'],
  ])('may do so by %j', async (file) => {
    const { findings, notUnderstood } = await looked(`${gone}${file}`, 'a/b');
    expect(findings.map(({ rule }) => rule.name)).not.toContain('function-exists');
    expect(notUnderstood.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^the project is written for Terraform (?:~> )?0\.11/),
    ]);
  });

  it.each([
    ['#>> ../../.terraform-version\n0.11.15\n#>> ../.terraform-version\n1.5.0\n'],
    ['#>> .terraform-version\n0.11.15\n#>> versions.tf\nterraform {\n  required_version = ">= 1.0"\n}\n'],
    ['#>> .terraform-version\nlatest\n'],
    ['#>> .terraform-version\nmin-required\n'],
    ['#>> .tool-versions\nterraform-docs 0.11.0\n'],
    ['#>> .terraform-version\n0.11.15\n#>> .opentofu-version\n1.9.0\n'],
  ])('does not by %j', async (files) => {
    const { findings, notUnderstood } = await looked(`${gone}${files}`, 'a/b');
    expect(findings.map(({ rule }) => rule.name)).toContain('function-exists');
    expect(notUnderstood).toEqual([]);
  });

  it('is told of once, at what pins it', async () => {
    const text = `${pinned('~> 0.13.0')}module "a" {\n  source = "./a"\n}\n#>> a/main.tf\n${pinned('~> 0.11.2')}`;
    expect((await looked(text)).notUnderstood).toEqual([
      {
        what: 'the project is written for Terraform ~> 0.11.2: rules that hold for newer versions only say nothing',
        location: expect.objectContaining({ path: 'a/main.tf', line: 2 }),
      },
    ]);
    expect((await looked(pinned('~> 0.15.0'))).notUnderstood).toEqual([]);
  });

  it('has lists in lists that are one', async () => {
    const group = (constraint: string, count: string) =>
      namesOf(`${pinned(constraint)}${count}resource "aws_subnet" "a" {
  count             = ${count === '' ? 2 : 'var.zones'}
  availability_zone = "eu-west-1\${count.index == 0 ? "a" : "b"}"
}
resource "aws_db_subnet_group" "a" {
  subnet_ids = ["\${aws_subnet.a.*.id}"]
}
`);
    expect(await group('~> 0.11.2', '')).not.toContain('db-subnet-group-two-zones');
    expect(await group('~> 0.11.2', 'variable "zones" {}\n')).not.toContain('db-subnet-group-two-zones');
    const now = await group('~> 1.2', '');
    expect(now).toContain('argument-type');
    expect(now).not.toContain('db-subnet-group-two-zones');
  });
});

it.each([
  ['~> 0.11', '0.12', false],
  ['~> 0.11', '1.0', true],
  ['~> 0', '1.0', false],
  ['~> 0.14.9', '0.15', true],
  ['~> 0.14.9', '0.14.10', false],
  ['= 0.15.0-beta1', '0.15', false],
  ['>= 0.11, whatever, < 0.12', '0.12', true],
  ['whatever', '0.12', false],
  ['', '0.12', false],
])('%j lets in no version from %s on: %s', (constraint, version, answer) => {
  expect(admitsOnlyBefore(constraint, version)).toBe(answer);
});
