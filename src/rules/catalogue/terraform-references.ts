import { own } from '../../own.js';
import { children, type BlockSyntax, type Expression } from '../../terraform/syntax.js';
import {
  argument,
  areFilesRead,
  calledFolder,
  declarationsOf,
  isFilled,
  isReadWhole,
  referencesOf,
  referred,
  type Declarations,
  type Reference,
} from '../../terraform/references.js';
import { isFunction } from '../../terraform/functions.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import { blockLocation, locationIn, type Location } from '../../terraform/location.js';
import type { Project } from '../../terraform/project.js';
import { isSurelyMade } from '../lib/dynamic-blocks.js';
import { defineRules, type Report } from '../rule.js';

/** What Terragrunt's `generate` blocks seldom or never write: what is missing of it is missing. */
const neverGenerated = new Set(['module', 'resource', 'path', 'terraform', 'count', 'each', 'self']);

/** Whether what a reference means may be declared in a file that Terragrunt writes into the folder. */
function mayBeGenerated(project: Project, folder: ModuleFolder, first: string): boolean {
  return isFilled(project, folder) && !neverGenerated.has(first) && !first.startsWith('aws_');
}

const generated = 'Terragrunt may declare it in a file that it writes into the folder';

interface Place {
  location: Location;
  block: BlockSyntax;
  folder: ModuleFolder;
  /** Tells what is wrong there; where it is not known that Terraform gets there, that it may be. */
  fault: (message: string) => void;
}

/** Calls `visit` with every reference in the modules whose files are all read. */
function eachReference(project: Project, report: Report, visit: (reference: Reference, at: Place) => void): void {
  for (const folder of project.folders) {
    if (!areFilesRead(project, folder)) continue;
    for (const { syntax: block, file } of folder.blocks) {
      for (const reference of referencesOf(block)) {
        const location = locationIn(file, reference);
        const fault = (message: string) =>
          tell(project, report, { location, block, nested: reference.inDynamic }, message);
        visit(reference, { location, block, folder, fault });
      }
    }
  }
}

function tell(
  project: Project,
  { finding, abstain }: Report,
  { location, block, nested }: { location: Location; block: BlockSyntax; nested: readonly BlockSyntax[] | undefined },
  message: string,
): void {
  if (!nested || isSurelyMade(project, block, nested)) finding(location, message);
  else abstain(location, `it is not known that the dynamic block which it is in is made: ${message}`);
}

const ownNames = new Set(['var', 'local', 'module', 'path', 'terraform', 'tofu', 'count', 'each', 'self']);

/** Where something else of nearly the same address is declared, what it is. */
function hintFor(target: string, { resources, variables, locals }: Declarations): string {
  if (resources.has(`data.${target}`)) return `; there is data.${target}`;
  if (resources.has(target.replace(/^data\./, ''))) return `; there is ${target.replace(/^data\./, '')}`;
  const [kind, name = ''] = target.split('.');
  if (kind === 'local' && variables.has(name)) return `; there is var.${name}`;
  return kind === 'var' && locals.has(name) ? `; there is local.${name}` : '';
}

interface Call {
  call: Expression & { kind: 'call' };
  /** The nested blocks that it stands in, the outermost first, where it is in the content of a dynamic one. */
  nested: readonly BlockSyntax[] | undefined;
}

/** The functions that a block calls, but for the words of the type of a variable or output. */
function* callsIn({ type, body }: BlockSyntax): Generator<Call> {
  const hasType = type === 'variable' || type === 'output';
  for (const { name, expression } of body.attributes)
    if (!(hasType && name === 'type')) for (const call of calls(expression)) yield { call, nested: undefined };
  for (const block of body.blocks) yield* nestedCalls(block, [block], false);
}

function* nestedCalls(
  { type, body }: BlockSyntax,
  around: readonly BlockSyntax[],
  isDynamic: boolean,
): Generator<Call> {
  // What a dynamic block is made for stands outside of it.
  const nested = type === 'dynamic' ? around.slice(0, -1) : around;
  for (const { expression } of body.attributes)
    for (const call of calls(expression)) yield { call, nested: isDynamic ? nested : undefined };
  for (const block of body.blocks) {
    const isContent = type === 'dynamic' && block.type === 'content';
    yield* nestedCalls(block, isContent ? around : [...around, block], isDynamic || isContent);
  }
}

function* calls(expression: Expression): Generator<Expression & { kind: 'call' }> {
  if (expression.kind === 'call') yield expression;
  for (const child of children(expression)) yield* calls(child);
}

/** Functions that Terraform refuses from 0.15 on: https://developer.hashicorp.com/terraform/language/v1.1.x/upgrade-guides/0-15 */
const goneFunctions = new Set(['list', 'map']);

const undeclared = 'https://developer.hashicorp.com/terraform/language/expressions/references';

/** `count`, `each` and `self` where there is none; `undefined` where there is. */
function misplaced({ path: [name], section }: Reference, block: BlockSyntax): string | undefined {
  const meta = own({ count: 'count', each: 'for_each' }, name);
  if (meta !== undefined) {
    if (argument(block.body, meta)) return undefined;
    // OpenTofu's providers can be repeated too; blocks of a check are its own.
    return block.type === 'check' ? undefined : `uses ${name}, and the block has no ${meta}`;
  }
  if (
    name !== 'self' ||
    block.type === 'check' ||
    ['provisioner', 'connection', 'postcondition'].includes(section ?? '')
  )
    return undefined;
  return 'uses self outside of provisioners and postconditions';
}

function checkModuleCalls(project: Project, { finding }: Report): void {
  const folders = new Map(project.folders.map((folder) => [folder.path, folder]));
  for (const folder of project.folders) {
    for (const { syntax, file } of folder.blocks) {
      const called = syntax.type === 'module' ? folders.get(calledFolder(folder, syntax) ?? '?') : undefined;
      if (!called || !isReadWhole(project, called)) continue;
      const { variables } = declarationsOf(called);
      for (const attribute of syntax.body.attributes) {
        const { name } = attribute;
        if (!callArguments.has(name) && !variables.has(name))
          finding(locationIn(file, attribute), `gives ${name} to a module that has no variable of this name`);
      }
      const missing = [...variables]
        .filter(([name, variable]) => !argument(variable.syntax.body, 'default') && !argument(syntax.body, name))
        .map(([name]) => name);
      if (missing.length > 0)
        finding(blockLocation(file, syntax), `calls the module ${called.path || '..'} without ${missing.join(', ')}`);
    }
  }
}

/** Arguments of a module's call that are Terraform's, and OpenTofu's. */
const callArguments = new Set(['source', 'version', 'providers', 'count', 'for_each', 'depends_on', 'enabled']);

const moduleSources = 'https://developer.hashicorp.com/terraform/language/modules/syntax';

export default defineRules(
  {
    name: 'variable-declared',
    severity: 'error',
    title: 'every variable that is used is declared',
    why: 'validate and plan stop: "Reference to undeclared input variable: An input variable with the name "…" has not been declared. This variable can be declared with a variable "…" {} block."',
    remedy: 'Declare it in variables.tf with type and description, or correct the name.',
    catalogue: ['S000-28'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/values/variables',
    example: {
      broken: `resource "aws_vpc" "this" {
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
    check(project, report) {
      eachReference(project, report, ({ path: [first, name] }, { location, folder, fault }) => {
        const declared = declarationsOf(folder);
        if (first !== 'var' || name === undefined || declared.variables.has(name)) return;
        if (mayBeGenerated(project, folder, first)) report.abstain(location, `var.${name}: ${generated}`);
        else fault(`var.${name} is not declared${hintFor(`var.${name}`, declared)}`);
      });
    },
  },
  {
    name: 'reference-declared',
    severity: 'error',
    title: 'every resource, data source, local value and module that is referred to is declared',
    why: 'validate and plan stop: "Reference to undeclared resource: A managed resource "aws_vpc" "main" has not been declared in the root module", "Reference to undeclared local value", "Reference to undeclared module".',
    remedy: 'Declare what is missing, or correct the name; a data source is called data.<type>.<name>.',
    catalogue: ['S000-31'],
    stages: ['hcl'],
    source: undeclared,
    example: {
      broken: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.main.id
}
`,
      sound: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}
`,
    },
    check(project, report) {
      eachReference(project, report, (reference, { location, folder, fault }) => {
        const { path: names } = reference;
        const [first, name = ''] = names;
        const declared = declarationsOf(folder);
        if (names.length === 1) {
          if (!ownNames.has(first)) fault(`${first} is neither a value nor a reference`);
          return;
        }
        const isMissing = (target: string, isThere: boolean) => {
          if (isThere) return false;
          const isMade = mayBeGenerated(project, folder, first);
          if (isMade) report.abstain(location, `${target}: ${generated}`);
          return !isMade;
        };
        if (first === 'local' && isMissing(`local.${name}`, declared.locals.has(name)))
          fault(`local.${name} is not declared${hintFor(`local.${name}`, declared)}`);
        if (first === 'module' && !declared.modules.has(name)) fault(`module.${name} is not declared`);
        if (ownNames.has(first)) return;
        const target = referred(reference);
        if (target !== undefined && isMissing(target, declared.resources.has(target)))
          fault(`${target} is not declared${hintFor(target, declared)}`);
      });
    },
  },
  {
    name: 'module-output-declared',
    severity: 'error',
    title: 'a module has the outputs that are read from it',
    why: 'validate and plan stop: "Unsupported attribute: This object does not have an attribute named …".',
    remedy: 'Add the output to the module, or correct the name.',
    catalogue: ['S000-31'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/values/outputs',
    example: {
      broken: `module "network" {
  source = "./network"
}

resource "aws_security_group" "app" {
  vpc_id = module.network.vpc_id
}
#>> network/main.tf
resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}
`,
      sound: `module "network" {
  source = "./network"
}

resource "aws_security_group" "app" {
  vpc_id = module.network.vpc_id
}
#>> network/main.tf
resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}
`,
    },
    check(project, report) {
      const folders = new Map(project.folders.map((folder) => [folder.path, folder]));
      eachReference(project, report, ({ path: [first, name = '', output] }, { folder, fault }) => {
        if (first !== 'module' || output === undefined) return;
        const call = declarationsOf(folder).modules.get(name);
        const called = call && folders.get(calledFolder(folder, call.syntax) ?? '?');
        if (!called || !isReadWhole(project, called) || declarationsOf(called).outputs.has(output)) return;
        fault(`module.${name}.${output} is read, and the module has no output ${output}`);
      });
    },
  },
  {
    name: 'module-inputs',
    severity: 'error',
    title: 'a call of a module gives every variable that has no default, and none that it does not have',
    why: 'validate and plan stop: "Missing required argument: The argument "…" is required, but no definition was found", or "Unsupported argument: An argument named "…" is not expected here".',
    remedy: 'Give the variable a value in the call or a default in the module; take out what the module does not know.',
    catalogue: ['S000-28', 'S000-31'],
    stages: ['hcl'],
    source: moduleSources,
    example: {
      broken: `module "network" {
  source = "./network"
}
#>> network/main.tf
variable "vpc_cidr" {
  description = "Address range of the VPC."
  type        = string
}

resource "aws_vpc" "this" {
  cidr_block = var.vpc_cidr
}
`,
      sound: `module "network" {
  source = "./network"

  vpc_cidr = "10.0.0.0/16"
}
#>> network/main.tf
variable "vpc_cidr" {
  description = "Address range of the VPC."
  type        = string
}

resource "aws_vpc" "this" {
  cidr_block = var.vpc_cidr
}
`,
    },
    check: checkModuleCalls,
  },
  {
    name: 'module-folder',
    severity: 'error',
    title: 'the folder of a module that is called by path is there and holds Terraform files',
    why: 'init stops: "Unreadable module directory: Unable to evaluate directory symlink: lstat …: no such file or directory". A path without ./ is taken for a module of the registry.',
    remedy: 'Correct the path, which is relative to the file with the call.',
    catalogue: ['S000-31'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/modules/sources#local-paths',
    example: {
      broken: `module "network" {
  source = "./modules/network"
}
#>> network/main.tf
resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}
`,
      sound: `module "network" {
  source = "./network"
}
#>> network/main.tf
resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}
`,
    },
    check(project, { finding, abstain }) {
      for (const folder of project.folders) {
        for (const { syntax, file } of folder.blocks) {
          const called = syntax.type === 'module' ? calledFolder(folder, syntax) : undefined;
          if (called === undefined) continue;
          const location = locationIn(file, argument(syntax.body, 'source') ?? syntax.header);
          const files = project.list(called);
          // What is above the folder that was given may not be there to be read.
          const why = project.unreadModules.find(
            (one) => one.location.path === file && one.location.line === syntax.line,
          )?.why;
          if (why !== undefined) abstain(location, `${called} ${why}`);
          else if (!files && called.startsWith('..')) abstain(location, `${called} is outside of the folder`);
          else if (!files?.some((name) => /\.(tf|tofu)(\.json)?$/.test(name)))
            finding(location, `calls a module in ${called}, where there is no Terraform file`);
        }
      }
    },
  },
  {
    name: 'function-exists',
    severity: 'error',
    title: 'every function that is called is one of Terraform',
    why: 'Terraform stops: "Call to unknown function: There is no function named "…"".',
    remedy:
      'Correct the name: tolist([…]) and tomap({…}) in place of list() and map(), provider::<name>::<function>() for a function of a provider.',
    catalogue: ['S000-31'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/functions',
    example: {
      broken: `locals {
  name = lowercase("App")
}
`,
      sound: `locals {
  name = lower("App")
}
`,
    },
    check(project, report) {
      const isTaken = (name: string) => isFunction(name) && (!goneFunctions.has(name) || project.isBefore('0.15'));
      for (const { syntax: block, file } of project.folders.flatMap(({ blocks }) => blocks)) {
        for (const { call, nested } of callsIn(block))
          if (!isTaken(call.name))
            tell(
              project,
              report,
              { location: locationIn(file, call), block, nested },
              `there is no function ${call.name}()`,
            );
      }
    },
  },
  {
    name: 'each-and-count-in-place',
    severity: 'error',
    title: 'each, count and self are used only where there is one',
    why: 'Terraform stops: "Reference to "each" in context without for_each", "Reference to "count" in non-counted context", or "Invalid "self" reference".',
    remedy: 'Give the block the for_each or count that is meant, or name the resource.',
    catalogue: ['S000-31'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/meta-arguments/for_each#the-each-object',
    example: {
      broken: `resource "aws_subnet" "private" {
  vpc_id     = "vpc-0123456789abcdef0"
  cidr_block = cidrsubnet("10.0.0.0/16", 4, count.index)
}
`,
      sound: `resource "aws_subnet" "private" {
  count = 2

  vpc_id     = "vpc-0123456789abcdef0"
  cidr_block = cidrsubnet("10.0.0.0/16", 4, count.index)
}
`,
    },
    check(project, report) {
      eachReference(project, report, (reference, { block, fault }) => {
        const message = misplaced(reference, block);
        if (message) fault(message);
      });
    },
  },
);
