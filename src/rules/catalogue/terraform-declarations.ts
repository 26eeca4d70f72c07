import path from 'node:path';

import type { Attribute, BlockSyntax, Body } from '../../terraform/syntax.js';
import { isOverride } from '../../terraform/module-files.js';
import { argument, placeOf, resourceAddress } from '../../terraform/references.js';
import type { ModuleFolder, PlacedBlock } from '../../terraform/module-folder.js';
import { blockLocation, locationIn, type Location } from '../../terraform/location.js';
import { defineRules } from '../rule.js';

/** What Terraform tells one declaration from others by: `aws_vpc.this`, `variable region`, `provider aws.replica`. */
function declarationName(syntax: BlockSyntax): string | undefined {
  const { type, labels, body } = syntax;
  const address = resourceAddress(syntax);
  if (address) return address;
  if (['variable', 'output', 'module', 'check'].includes(type)) return `${type} ${labels[0]}`;
  if (type !== 'provider') return undefined;
  const alias = argument(body, 'alias')?.expression;
  if (alias && alias.kind !== 'literal') return undefined;
  return `provider ${labels[0]}${alias ? `.${String(alias.value)}` : ''}`;
}

interface Declaration {
  name: string;
  location: Location;
}

function* declarationsIn({ syntax, file }: PlacedBlock): Generator<Declaration> {
  const location = placeOf({ syntax, file });
  const name = declarationName(syntax);
  if (name) yield { name, location };
  if (syntax.type === 'locals') {
    // The same name twice in one block is another rule's.
    const byName = new Map(syntax.body.attributes.map((attribute) => [attribute.name, attribute]));
    for (const attribute of byName.values())
      yield { name: `local.${attribute.name}`, location: locationIn(file, attribute) };
  }
  if (syntax.type !== 'terraform') return;
  for (const block of syntax.body.blocks) {
    const { type } = block;
    if (type === 'required_providers') yield { name: 'required_providers', location: blockLocation(file, block) };
    if (['backend', 'cloud', 'state_store'].includes(type))
      yield { name: 'the backend', location: blockLocation(file, block) };
  }
}

/** The declarations of a module that repeat one before, each with the place of the first. */
function* repetitions(folder: ModuleFolder): Generator<Declaration & { first: Location }> {
  const seen = new Map<string, Location>();
  for (const block of folder.blocks) {
    if (isOverride(block.file)) continue;
    for (const declaration of declarationsIn(block)) {
      const first = seen.get(declaration.name);
      if (first) yield { ...declaration, first };
      else seen.set(declaration.name, declaration.location);
    }
  }
}

/** Arguments that are written twice in one block, whatever the depth. */
function* repeatedArguments(body: Body): Generator<{ attribute: Attribute; first: Attribute }> {
  const seen = new Map<string, Attribute>();
  for (const attribute of body.attributes) {
    const first = seen.get(attribute.name);
    if (first) yield { attribute, first };
    else seen.set(attribute.name, attribute);
  }
  for (const block of body.blocks) yield* repeatedArguments(block.body);
}

/** Files that a generated project may have `terraform` and `provider` blocks in. */
const providerFiles: Readonly<Record<string, readonly string[]>> = {
  required_providers: ['provider.tf', 'providers.tf', 'versions.tf', 'terraform.tf'],
  provider: ['provider.tf', 'providers.tf', 'versions.tf', 'terraform.tf'],
  backend: ['backend.tf', 'provider.tf', 'versions.tf', 'terraform.tf'],
};

function layoutKind({ type, body }: BlockSyntax): 'required_providers' | 'provider' | 'backend' | undefined {
  if (type === 'provider') return type;
  if (type !== 'terraform') return undefined;
  const isBackend = body.blocks.some((block) => block.type === 'backend');
  return isBackend && body.blocks.length === 1 && body.attributes.length === 0 ? 'backend' : 'required_providers';
}

export default defineRules(
  {
    name: 'declared-once',
    severity: 'error',
    title: 'resources, variables, local values, outputs, modules and providers are declared once in a module',
    why: 'terraform init stops: "Duplicate required providers configuration", "Duplicate provider configuration", "Duplicate resource "aws_vpc" configuration", "Duplicate variable declaration". The same name in two files of a folder is the usual cause.',
    remedy: 'Keep one of them, or give the second another name; a second configuration of a provider needs an alias.',
    catalogue: ['S000-01', 'S000-31'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/files',
    example: {
      broken: `provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  region = "eu-central-1"
}
`,
      sound: `provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "replica"
  region = "eu-central-1"
}
`,
    },
    check(project, { finding }) {
      for (const folder of project.folders) {
        for (const { name, location, first } of repetitions(folder))
          finding(location, `${name} is declared a second time; the first is at ${first.path}:${first.line}`);
      }
    },
  },
  {
    name: 'argument-once',
    severity: 'error',
    title: 'an argument is written once in a block',
    why: 'Terraform reads nothing of the file: "Attribute redefined: The argument "tags" was already set at …. Each argument may be set only once."',
    remedy: 'Keep one of them; join two maps with merge().',
    catalogue: ['S000-31'],
    since: '0.12',
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/syntax/configuration',
    example: {
      broken: `resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  cidr_block           = "10.1.0.0/16"
}
`,
      sound: `resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}
`,
    },
    check(project, { finding }) {
      for (const { path: file, body } of project.files(true)) {
        for (const { body: inner } of body.blocks) {
          for (const { attribute, first } of repeatedArguments(inner))
            finding(
              locationIn(file, attribute),
              `${attribute.name} is set a second time; the first is in line ${first.line}`,
            );
        }
      }
    },
  },
  {
    name: 'provider-file',
    severity: 'note',
    scope: 'generated',
    title: 'versions, provider and backend are each in one file of their own',
    why: 'Whoever looks for the version or the region of the project finds it at once, and no second block is added elsewhere by mistake, which init refuses.',
    remedy:
      'Keep required_providers and the provider block in provider.tf and the backend in backend.tf, not in main.tf or beside resources.',
    catalogue: ['S000-01'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/style#file-names',
    example: {
      broken: `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}
#>> .create-secure-infra.json
{}
`,
      sound: `#>> provider.tf
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}
#>> .create-secure-infra.json
{}
`,
    },
    check(project, { finding }) {
      for (const block of project.folders[0]?.blocks ?? []) {
        const kind = layoutKind(block.syntax);
        const files = kind && providerFiles[kind];
        if (files && !files.includes(path.posix.basename(block.file)))
          finding(placeOf(block), `a ${block.syntax.type} block is in ${block.file}, not in ${files[0]}`);
      }
    },
  },
);
