import { nearest } from '../../nearest.js';
import { isOverride } from '../../terraform/module-files.js';
import { languageFaults, type LanguageFault } from '../../terraform/language.js';
import { lineFaults } from '../../terraform/line-ends.js';
import { blockLocation, locationIn, type Location } from '../../terraform/location.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import { argument } from '../../terraform/references.js';
import type { Attribute, BlockSyntax, SourceFile } from '../../terraform/syntax.js';
import type { Project } from '../../terraform/project.js';
import { referenceFaults } from '../lib/condition-references.js';
import { missingConfigurations } from '../lib/provider-configurations.js';
import { evaluatedByOpenTofu, isProviderName, isStar, staticFaults } from '../lib/static-values.js';
import { misfit, notAType } from '../lib/type-constraints.js';
import { defineRules } from '../rule.js';

/** The blocks at the top of the project's files, each with its file. */
function* blocksOf(project: Project): Generator<{ file: SourceFile; block: BlockSyntax }> {
  for (const file of project.files(true)) for (const block of file.body.blocks) yield { file, block };
}

function faultsOf(file: SourceFile): LanguageFault[] {
  return [...languageFaults(file.body, isOverride(file.path))];
}

function hint({ known }: LanguageFault): string {
  const near = known && nearest(known.name, known.names);
  return near === undefined ? '' : `; there is ${near}`;
}

/** https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#identifiers */
const identifier = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u;

/** Blocks whose labels are names that expressions use, and blocks with providers' names. */
const named = new Set(['resource', 'data', 'ephemeral', 'action', 'variable', 'output', 'module', 'check']);

/** https://developer.hashicorp.com/terraform/language/values/variables#declaring-an-input-variable */
const reservedVariables = new Set([
  'source',
  'version',
  'providers',
  'count',
  'for_each',
  'depends_on',
  'lifecycle',
  'locals',
  'provider',
  '_',
]);

/** What is wrong with the names of a block. */
function badName({ type, labels }: BlockSyntax): string | undefined {
  if (type === 'provider') {
    const [name = ''] = labels;
    return !isProviderName(name)
      ? `${name} is no name of a provider, which has neither capitals nor underscores`
      : undefined;
  }
  if (!named.has(type)) return undefined;
  const bad = labels.find((label) => !identifier.test(label));
  if (bad !== undefined)
    return `"${bad}" is no name: a name has letters, digits, _ and -, and starts with a letter or _`;
  const [name = ''] = labels;
  return type === 'variable' && reservedVariables.has(name) ? `a variable cannot be called ${name}` : undefined;
}

/** Blocks that an override file cannot add: https://developer.hashicorp.com/terraform/language/files/override */
const overriding = new Set(['resource', 'data', 'module', 'variable', 'output']);

/** What an override file says of something that no other file has. */
function* overridesOfNothing({ blocks }: ModuleFolder): Generator<{ location: Location; what: string }> {
  // What overrides a block has become part of it, but for local values.
  const left = blocks.filter(({ file }) => isOverride(file));
  if (left.length === 0) return;
  const locals = blocks
    .filter(({ syntax: { type }, file }) => type === 'locals' && !isOverride(file))
    .flatMap(({ syntax: { body } }) => body.attributes);
  const names = new Set(locals.map(({ name }) => name));
  for (const { syntax: block, file } of left) {
    if (overriding.has(block.type))
      yield { location: blockLocation(file, block), what: [block.type, ...block.labels].join(' ') };
    if (block.type !== 'locals') continue;
    for (const attribute of block.body.attributes)
      if (!names.has(attribute.name)) yield { location: locationIn(file, attribute), what: `local.${attribute.name}` };
  }
}

const repeatable = new Set(['resource', 'data', 'ephemeral', 'module', 'action']);

const syntax = 'https://developer.hashicorp.com/terraform/language/syntax/configuration';

export default defineRules(
  {
    name: 'block-contents',
    severity: 'error',
    title: 'files and blocks have the blocks and arguments that Terraform knows',
    why: 'Terraform reads nothing of the file: "Unsupported block type: Blocks of type "varyable" are not expected here", "Unsupported argument", "Missing required argument", "Duplicate lifecycle block". Whatever is in a block of another name would not be made.',
    remedy:
      'Correct the name, or move it to the block that it belongs to; terraform validate says what it does not know.',
    catalogue: ['S000-31'],
    since: '0.12',
    stages: ['hcl'],
    source: syntax,
    example: {
      broken: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"

  lifecycle {
    prevent_destruction = true
  }
}
`,
      sound: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"

  lifecycle {
    prevent_destroy = true
  }
}
`,
    },
    check(project, { finding }) {
      for (const file of project.files(true)) {
        for (const fault of faultsOf(file))
          if (fault.kind !== 'labels') finding(locationIn(file.path, fault.at), `${fault.message}${hint(fault)}`);
      }
      for (const folder of project.folders) {
        for (const { location, what } of overridesOfNothing(folder))
          finding(location, `there is no ${what} to override`);
      }
    },
  },
  {
    name: 'block-labels',
    severity: 'error',
    title: 'every block has the labels that its kind needs',
    why: 'Terraform reads nothing of the file: "Missing name for resource: All resource blocks must have 2 labels (type, name)", "Extraneous label for variable".',
    remedy: 'Give a resource or data source its type and a name, and other blocks one name.',
    catalogue: ['S000-31'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/syntax/configuration#blocks',
    example: {
      broken: `resource "aws_vpc" {
  cidr_block = "10.0.0.0/16"
}
`,
      sound: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}
`,
    },
    check(project, { finding }) {
      for (const file of project.files(true)) {
        for (const { kind, at, message } of faultsOf(file))
          if (kind === 'labels') finding(locationIn(file.path, at), message);
      }
    },
  },
  {
    name: 'line-ends',
    severity: 'error',
    title: 'arguments and blocks each end with a line',
    why: 'Terraform reads nothing of the file: "Missing newline after argument", "Missing newline after block definition", "Invalid single-argument block definition", "Missing attribute separator".',
    remedy: 'Write each argument and each block in a line of its own; a block in one line holds one argument at most.',
    catalogue: ['S000-31'],
    since: '0.12',
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#structural-elements',
    example: {
      broken: `resource "aws_vpc" "this" { cidr_block = "10.0.0.0/16"
  enable_dns_hostnames = true }
`,
      sound: `resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_vpc" "other" { cidr_block = "10.1.0.0/16" }
`,
    },
    check(project, { finding }) {
      for (const file of project.files(true)) {
        // JSON has its own grammar, which its parser holds.
        if (file.path.endsWith('.json')) continue;
        for (const { at, message } of lineFaults(file)) finding(locationIn(file.path, at), message);
      }
    },
  },
  {
    name: 'count-or-for-each',
    severity: 'error',
    title: 'a block has count or for_each, not both',
    why: 'Terraform stops: "Invalid combination of "count" and "for_each": … are mutually-exclusive".',
    remedy: 'Keep the one that is meant: for_each where instances have names, count where they only have numbers.',
    catalogue: ['S000-31'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/meta-arguments/for_each',
    example: {
      broken: `resource "aws_sqs_queue" "jobs" {
  count    = 2
  for_each = toset(["a", "b"])
}
`,
      sound: `resource "aws_sqs_queue" "jobs" {
  for_each = toset(["a", "b"])
}
`,
    },
    check(project, { finding }) {
      for (const { file, block } of blocksOf(project)) {
        const forEach = argument(block.body, 'for_each');
        if (repeatable.has(block.type) && forEach && argument(block.body, 'count'))
          finding(locationIn(file.path, forEach), `the ${block.type} block has both count and for_each`);
      }
    },
  },
  {
    name: 'names-are-identifiers',
    severity: 'error',
    title: 'resources, variables, outputs, modules and providers have names that Terraform takes',
    why: 'Terraform stops: "Invalid resource name: A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes", "Invalid variable name: The variable name "source" is reserved", "Invalid provider local name".',
    remedy: 'Choose another name; only what is in quotes as an argument may have blanks and dots.',
    catalogue: ['S000-31'],
    since: '0.12',
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers',
    example: {
      broken: `variable "source" {
  description = "Where the files are from."
  type        = string
}
`,
      sound: `variable "origin" {
  description = "Where the files are from."
  type        = string
}
`,
    },
    check(project, { finding }) {
      for (const { file, block } of blocksOf(project)) {
        const message = badName(block);
        if (message !== undefined) finding(blockLocation(file.path, block), message);
      }
    },
  },
  {
    name: 'written-out-arguments',
    severity: 'error',
    title: 'arguments that Terraform reads before it evaluates anything are written out',
    why: 'Terraform stops: "Variables not allowed", "Function calls not allowed", "Unsuitable value type", "A static list expression is required", "Invalid ignore_changes wildcard", "Invalid "when" keyword".',
    remedy:
      'Write the value itself: true or false in lifecycle, names of attributes in ignore_changes, names of resources in depends_on, a plain value as the default of a variable.',
    catalogue: ['S000-31'],
    since: '0.12',
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#literal-values-only',
    example: {
      broken: `variable "protect" {
  description = "Whether the table may not be destroyed."
  type        = bool
  default     = true
}

resource "aws_dynamodb_table" "orders" {
  name = "orders"

  lifecycle {
    prevent_destroy = var.protect
  }
}
`,
      sound: `resource "aws_dynamodb_table" "orders" {
  name = "orders"

  lifecycle {
    prevent_destroy = true
  }
}
`,
    },
    check(project, { finding }) {
      // https://developer.hashicorp.com/terraform/language/v1.1.x/upgrade-guides/0-15
      const isOld = project.isBefore('0.15');
      const isTaken = ({ name, expression }: Attribute) =>
        (project.tool === 'opentofu' && evaluatedByOpenTofu.has(name)) ||
        (isOld && name === 'ignore_changes' && isStar(expression));
      for (const { file, block } of blocksOf(project)) {
        for (const { at, message } of staticFaults(block, isTaken)) finding(locationIn(file.path, at), message);
      }
    },
  },
  {
    name: 'variable-types',
    severity: 'error',
    title: 'a variable has a type that is one, and a default of that type',
    why: 'Terraform stops: "Invalid default value for variable: This default value is not compatible with the variable\'s type constraint", "Invalid type specification", "Invalid quoted type constraints".',
    remedy:
      'Correct the type or the default; a type is written without quotes, with the type of its elements: list(string).',
    catalogue: ['S000-28'],
    since: '0.12',
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/expressions/type-constraints',
    example: {
      broken: `variable "zones" {
  description = "Zones to work in."
  type        = list(string)
  default     = "eu-west-1a"
}
`,
      sound: `variable "zones" {
  description = "Zones to work in."
  type        = list(string)
  default     = ["eu-west-1a"]
}
`,
    },
    check(project, { finding }) {
      for (const { file, syntax: block } of project.folders.flatMap(({ blocks }) => blocks)) {
        // In JSON a type is a text.
        if (block.type !== 'variable' || file.endsWith('.json')) continue;
        const [type, value, nullable] = ['type', 'default', 'nullable'].map((name) => argument(block.body, name));
        // Types were texts: https://developer.hashicorp.com/terraform/language/v1.1.x/upgrade-guides/0-15
        if (type?.expression.kind === 'literal' && project.isBefore('0.15')) continue;
        const bad = type && notAType(type.expression);
        if (type && bad !== undefined) finding(locationIn(file, type), `type: ${bad}`);
        if (!value) continue;
        const at = locationIn(file, value);
        const is = (one: typeof value | undefined, literal: null | false) =>
          one?.expression.kind === 'literal' && one.expression.value === literal;
        if (is(nullable, false) && is(value, null)) finding(at, 'default is null, and nullable is false');
        const why = type && bad === undefined ? misfit(value.expression, type.expression) : undefined;
        if (why !== undefined) finding(at, `default is not of the type: ${why}`);
      }
    },
  },
  {
    name: 'conditions-refer',
    severity: 'error',
    title: 'conditions refer to what they are about, and destroy provisioners to nothing but their resource',
    why: 'Terraform stops: "Invalid variable validation condition: The condition for variable "…" must refer to var.…", "Invalid precondition expression: The condition expression must refer to at least one object", "Configuration for … may not refer to itself", "Invalid reference from destroy provisioner".',
    remedy:
      'Refer to the variable, or to self; give a destroy provisioner what it needs through an argument of its resource.',
    catalogue: ['S000-31'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/expressions/custom-conditions',
    example: {
      broken: `variable "size" {
  description = "How many there are."
  type        = number

  validation {
    condition     = 2 > 1
    error_message = "There must be more."
  }
}
`,
      sound: `variable "size" {
  description = "How many there are."
  type        = number

  validation {
    condition     = var.size > 1
    error_message = "There must be more."
  }
}
`,
    },
    check(project, { finding }) {
      for (const { file, block } of blocksOf(project)) {
        for (const { at, message } of referenceFaults(block)) finding(locationIn(file.path, at), message);
      }
    },
  },
  {
    name: 'provider-configured',
    severity: 'error',
    title: 'the configuration of a provider that is asked for by its alias is there',
    why: 'validate and plan stop: "Provider configuration not present: To work with aws_vpc.replica its original provider configuration at provider["registry.terraform.io/hashicorp/aws"].replica is required", or "Missing required provider configuration" for a module that waits for one.',
    remedy:
      'Add the provider block with this alias, name it in configuration_aliases of a module, and give it to the module in providers.',
    catalogue: ['S000-31'],
    stages: ['hcl'],
    source:
      'https://developer.hashicorp.com/terraform/language/providers/configuration#alias-multiple-provider-configurations',
    example: {
      broken: `provider "aws" {
  region = "eu-west-1"
}

resource "aws_sqs_queue" "copy" {
  provider = aws.replica
}
`,
      sound: `provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "replica"
  region = "eu-central-1"
}

resource "aws_sqs_queue" "copy" {
  provider = aws.replica
}
`,
    },
    check(project, { finding }) {
      for (const { location, message } of missingConfigurations(project)) finding(location, message);
    },
  },
);
