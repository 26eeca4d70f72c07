import { sensitiveAttributes } from '../../aws/sensitive-attributes.js';
import { own } from '../../own.js';
import { children, type BlockSyntax, type Body, type Expression } from '../../terraform/syntax.js';
import {
  argument,
  declarationsOf,
  isDeployed,
  isReadWhole,
  literalText,
  placeOf,
  referencesIn,
  type Reference,
} from '../../terraform/references.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import { defineRules } from '../rule.js';

/** The variables that the blocks of a module use, each in other blocks than its own. */
function variablesUsed(folder: ModuleFolder): Set<string> {
  const used = new Set<string>();
  for (const { syntax } of folder.blocks) {
    for (const name of variablesIn(syntax.body))
      if (!(syntax.type === 'variable' && syntax.labels[0] === name)) used.add(name);
  }
  return used;
}

function* variablesIn(body: Body): Generator<string> {
  for (const { expression } of body.attributes) {
    for (const {
      path: [first, name],
    } of referencesIn(expression))
      if (first === 'var' && name !== undefined) yield name;
  }
  for (const block of body.blocks) yield* variablesIn(block.body);
}

/** The sensitive value that an expression hands on, as it is or as a part of a text, list or object. */
function sensitiveValueIn(folder: ModuleFolder, expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'template':
    case 'list':
    case 'object':
      return children(expression)
        .map((part) => sensitiveValueIn(folder, part))
        .find((found) => found !== undefined);
    case 'attribute':
    case 'index':
    case 'splat':
      return [...referencesIn(expression)].find((reference) => isSensitive(folder, reference))?.path.join('.');
    default:
      // A function may be nonsensitive(), or give what is not secret any more.
      return undefined;
  }
}

function isSensitive(folder: ModuleFolder, { path: names }: Reference): boolean {
  if (names[0] === 'var') {
    const variable = declarationsOf(folder).variables.get(names[1] ?? '');
    return variable !== undefined && isTrue(variable.syntax.body, 'sensitive');
  }
  const [type, , attribute] = names[0] === 'data' ? names.slice(1) : names;
  return (
    type !== undefined && attribute !== undefined && (own(sensitiveAttributes, type)?.includes(attribute) ?? false)
  );
}

function isTrue(body: Body, name: string): boolean {
  const expression = argument(body, name)?.expression;
  return expression?.kind === 'literal' && (expression.value === true || expression.value === 'true');
}

function missingWords({ body }: BlockSyntax, ...wanted: string[]): string[] {
  return wanted.filter((name) => !argument(body, name) || literalText(body, name)?.trim() === '');
}

const variables = 'https://developer.hashicorp.com/terraform/language/values/variables';
const outputs = 'https://developer.hashicorp.com/terraform/language/values/outputs';

export default defineRules(
  {
    name: 'variable-used',
    severity: 'note',
    title: 'every variable that is declared is used',
    why: 'Whoever sets it believes that it does something, and nothing tells them that it does not.',
    remedy: 'Use it, or take it out of variables.tf and of the .tfvars files.',
    catalogue: ['S000-28'],
    stages: ['hcl'],
    source: variables,
    example: {
      broken: `variable "retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "app"
  retention_in_days = 7
}
`,
      sound: `variable "retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "app"
  retention_in_days = var.retention_days
}
`,
    },
    check(project, { finding }) {
      for (const folder of project.folders) {
        if (!isReadWhole(project, folder)) continue;
        const used = variablesUsed(folder);
        for (const [name, block] of declarationsOf(folder).variables)
          if (!used.has(name)) finding(placeOf(block), `the variable ${name} is not used`);
      }
    },
  },
  {
    name: 'variable-described',
    severity: 'note',
    title: 'a variable has a type and a description',
    why: 'Without a type a text passes where a list is meant, and fails far from where it was given. Without a description one has to read the code to know what may be set.',
    remedy: 'Give it type and description.',
    catalogue: ['S000-28'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/style#variables',
    example: {
      broken: `variable "vpc_cidr" {
  default = "10.0.0.0/16"
}

resource "aws_vpc" "this" {
  cidr_block = var.vpc_cidr
}
`,
      sound: `variable "vpc_cidr" {
  description = "Address range of the VPC."
  type        = string
  default     = "10.0.0.0/16"
}

resource "aws_vpc" "this" {
  cidr_block = var.vpc_cidr
}
`,
    },
    check(project, { finding }) {
      for (const folder of project.folders) {
        for (const [name, block] of declarationsOf(folder).variables) {
          const missing = missingWords(block.syntax, 'type', 'description');
          if (missing.length > 0) finding(placeOf(block), `the variable ${name} has no ${missing.join(' and no ')}`);
        }
      }
    },
  },
  {
    name: 'output-described',
    severity: 'note',
    title: 'an output has a description',
    why: 'Whoever reads the output, or the module that has it, has to guess what the value is for.',
    remedy: 'Give it a description.',
    catalogue: ['S000-29'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/style#outputs',
    example: {
      broken: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

output "vpc_id" {
  value = aws_vpc.this.id
}
`,
      sound: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}
`,
    },
    check(project, { finding }) {
      for (const folder of project.folders) {
        for (const [name, block] of declarationsOf(folder).outputs)
          if (missingWords(block.syntax, 'description').length > 0)
            finding(placeOf(block), `the output ${name} has no description`);
      }
    },
  },
  {
    name: 'output-sensitive',
    severity: 'error',
    title: 'an output of a secret says that it is sensitive',
    why: 'Terraform refuses it: "Output refers to sensitive values: To reduce the risk of accidentally exporting sensitive data that was intended to be only internal, Terraform requires that any root module output containing sensitive data be explicitly marked as sensitive".',
    remedy: 'Set sensitive = true, or put out the ARN of the secret in place of its value.',
    catalogue: ['S000-29'],
    stages: ['hcl'],
    source: outputs,
    example: {
      broken: `provider "aws" {
  region = "eu-west-1"
}

resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "ci" {
  user = aws_iam_user.ci.name
}

output "ci_secret_key" {
  description = "Secret key of the pipeline's user."
  value       = aws_iam_access_key.ci.secret
}
`,
      sound: `provider "aws" {
  region = "eu-west-1"
}

resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "ci" {
  user = aws_iam_user.ci.name
}

output "ci_secret_key" {
  description = "Secret key of the pipeline's user."
  value       = aws_iam_access_key.ci.secret
  sensitive   = true
}
`,
    },
    check(project, { finding }) {
      const [root] = project.folders;
      if (!root || !isDeployed(project)) return;
      for (const [name, block] of declarationsOf(root).outputs) {
        const value = argument(block.syntax.body, 'value')?.expression;
        const secret = value && sensitiveValueIn(root, value);
        // Attributes of resources count since 0.15: https://developer.hashicorp.com/terraform/language/v1.1.x/upgrade-guides/0-15
        const isTaken = secret === undefined || project.isBefore(secret.startsWith('var.') ? '0.14' : '0.15');
        if (!isTaken && !argument(block.syntax.body, 'sensitive'))
          finding(placeOf(block), `the output ${name} hands out ${secret} and is not sensitive`);
      }
    },
  },
);
