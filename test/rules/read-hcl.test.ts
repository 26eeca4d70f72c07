import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { check } from '../../src/rules/check.js';
import { folderSources } from '../../src/terraform/folder-sources.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';
import { show } from '../../src/terraform/value.js';
import { filesIn } from '../support/rules.js';
import { scratchFolder } from '../support/scratch.js';

function read(text: string) {
  return readHclProject(memorySources(filesIn(text)));
}

describe('where a resource is', () => {
  const regions = async (text: string) =>
    (await read(text)).resources.map(({ address, surroundings }) => `${address} ${show(surroundings.region)}`);

  it('is what its provider says, and what it says itself, for each instance', async () => {
    const text = `provider "aws" {
  region = "eu-west-1"
}
variable "region" {
  type = string
}
resource "aws_sns_topic" "here" {}
resource "aws_sns_topic" "there" {
  for_each = toset(["us-east-1", "us-west-2"])
  region   = each.value
}
resource "aws_sns_topic" "somewhere" {
  region = var.region
}
`;
    expect(await regions(text)).toEqual([
      'aws_sns_topic.here eu-west-1',
      'aws_sns_topic.there["us-east-1"] us-east-1',
      'aws_sns_topic.there["us-west-2"] us-west-2',
      'aws_sns_topic.somewhere ${var.region}',
    ]);
  });

  it('in a module is what the module says, or else its caller', async () => {
    const text = `provider "aws" {
  region = "eu-west-1"
}
module "own" {
  source = "./own"
}
module "given" {
  source = "./given"
}
#>> own/main.tf
provider "aws" {
  region = "us-east-1"
}
resource "aws_sns_topic" "a" {}
#>> given/main.tf
resource "aws_sns_topic" "a" {}
`;
    expect(await regions(text)).toEqual([
      'module.own.aws_sns_topic.a us-east-1',
      'module.given.aws_sns_topic.a eu-west-1',
    ]);
  });

  it('may be another account for a provider with other credentials', async () => {
    const [here, there] = (
      await read(`provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias   = "logs"
  region  = "eu-west-1"
  profile = "logs"
}
resource "aws_sns_topic" "here" {}
resource "aws_sns_topic" "there" {
  provider = aws.logs
}
`)
    ).resources;
    expect(here!.surroundings.account).not.toEqual(there!.surroundings.account);
  });
});

it('the key of what is in a set is the element itself, in for, for_each and dynamic', async () => {
  const project = await read(`variable "names" {
  type    = set(string)
  default = ["b", "a", "b"]
}
resource "some_thing" "all" {
  keys = [for key, name in var.names : key]
  dynamic "rule" {
    for_each = var.names
    iterator = it
    content {
      key = it.key
    }
  }
}
resource "some_thing" "each" {
  for_each = var.names
}
`);
  const [all, ...each] = project.resources;
  expect(show(all!.get('keys'))).toBe('[a, b]');
  expect(all!.blocks('rule').map((rule) => rule.get('key'))).toEqual(['a', 'b']);
  expect(each.map(({ key }) => key)).toEqual(['a', 'b']);
});

it('an override file takes the place of what it names, and of nothing else', async () => {
  const project = await read(`resource "aws_lb" "app" {
  name = "app"
  subnets = ["subnet-1"]
  access_logs {
    bucket = "logs"
  }
}
#>> a_override.tf
locals {
  more = "subnet-2"
}
resource "aws_lb" "app" {
  subnets = ["subnet-1", local.more]
}
resource "aws_lb" "other" {}
`);
  const [app, other] = project.all('aws_lb');
  expect([app!.get('name'), app!.get('access_logs.bucket')]).toEqual(['app', 'logs']);
  expect([app!.get('subnets'), app!.location('subnets')]).toEqual([
    ['subnet-1', 'subnet-2'],
    { path: 'main.tf', line: 1, column: 1, endLine: 1, endColumn: 24 },
  ]);
  expect(other!.location()?.path).toBe('a_override.tf');
});

it('an override file changes the provider of the same alias', async () => {
  const project = await read(`provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "global"
  region = "us-east-1"
}
resource "aws_lb" "app" {}
resource "aws_lb" "global" {
  provider = aws.global
}
#>> a_override.tf
provider "aws" {
  max_retries = 1
}
provider "aws" {
  alias  = "global"
  region = "us-west-2"
}
`);
  expect(project.all('aws_lb').map(({ surroundings }) => surroundings.region)).toEqual(['eu-west-1', 'us-west-2']);
});

describe('what cannot be read is named by file and line', () => {
  it.each([
    ['values that terraform refuses', 'locals {}\n#>> terraform.tfvars\na = 1\nb = ["x"][3]\n', 'terraform.tfvars', 2],
    ['values that are no object', 'locals {}\n#>> a.auto.tfvars.json\n[1]\n', 'a.auto.tfvars.json', 1],
    [
      'modules that call each other in a circle',
      'module "a" {\n  source = "./a"\n}\n#>> a/main.tf\nmodule "b" {\n  source = "../b"\n}\n#>> b/main.tf\nmodule "a" {\n  source = "../a"\n}\n',
      'b/main.tf',
      2,
    ],
  ])('%s', async (_title, text, file, line) => {
    await expect(read(text)).rejects.toMatchObject({ name: 'HclError', path: file, line });
  });

  it('a link that leads out is none, and nothing is said to be missing that may be there', async () => {
    const folder = scratchFolder();
    mkdirSync(path.join(folder, 'project'));
    writeFileSync(path.join(folder, 'variables.tf'), 'variable "name" {\n  type = string\n}\n');
    symlinkSync('../variables.tf', path.join(folder, 'project/variables.tf'));
    writeFileSync(path.join(folder, 'project/main.tf'), 'output "name" {\n  value = var.name\n}\n');
    const { findings, unreadFiles } = check([await readHclProject(folderSources(path.join(folder, 'project')))]);
    expect(findings.map(({ rule }) => rule.name)).not.toContain('variable-declared');
    expect(unreadFiles).toMatchObject([{ path: 'variables.tf' }]);
  });

  it('a file that cannot be opened, though not one that terraform leaves out', async () => {
    const folder = scratchFolder();
    mkdirSync(path.join(folder, 'below'));
    writeFileSync(path.join(folder, 'main.tf'), 'locals {}\n');
    symlinkSync('nowhere', path.join(folder, '.#main.tf'));
    expect((await readHclProject(folderSources(folder))).files()).toHaveLength(1);
    symlinkSync('below', path.join(folder, 'other.tf'));
    await expect(readHclProject(folderSources(folder))).rejects.toMatchObject({ path: 'other.tf', line: 1 });
  });
});
