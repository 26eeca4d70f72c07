import { children, type Body, type Expression, type Span } from '../../terraform/syntax.js';
import { locationIn } from '../../terraform/location.js';
import { argument, declarationsOf, referencesIn } from '../../terraform/references.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import { defineRule } from '../rule.js';

/** The first elements of counted resources that an expression takes whatever a condition says: `aws_vpc.this[0]`. */
function* firstElements(expression: Expression): Generator<{ address: string; at: Span }> {
  // A condition, try() or one() may be about just this.
  if (['conditional', 'for', 'binary'].includes(expression.kind)) return;
  if (expression.kind === 'call' && ['try', 'can', 'one', 'coalesce', 'lookup'].includes(expression.name)) return;
  if (expression.kind === 'index' && expression.key.kind === 'literal' && expression.key.value === 0) {
    const [reference] = [...referencesIn(expression.of)];
    const path = reference?.path ?? [];
    const length = path[0] === 'data' ? 3 : 2;
    if (path.length === length) yield { address: path.join('.'), at: expression };
  }
  for (const child of children(expression)) yield* firstElements(child);
}

/** The variable that turns a resource on and off: its count is `var.create ? 1 : 0`, in place or by a local value. */
function toggleOf(folder: ModuleFolder, body: Body): string | undefined {
  let count = argument(body, 'count')?.expression;
  const [reference, ...others] = count?.kind === 'attribute' ? [...referencesIn(count)] : [];
  if (reference?.path[0] === 'local' && reference.path.length === 2 && others.length === 0)
    count = declarationsOf(folder).locals.get(reference.path[1] ?? '')?.attribute.expression;
  if (count?.kind !== 'conditional' || ![count.yes, count.no].some(isNone)) return undefined;
  return variableIn(folder, count.condition);
}

function isNone(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.value === 0;
}

function variableIn(folder: ModuleFolder, expression: Expression, seen = new Set<string>()): string | undefined {
  for (const {
    path: [kind, name = ''],
  } of referencesIn(expression)) {
    if (kind === 'var') return `var.${name}`;
    if (kind !== 'local' || seen.has(name)) continue;
    seen.add(name);
    const local = declarationsOf(folder).locals.get(name)?.attribute.expression;
    const variable = local && variableIn(folder, local, seen);
    if (variable !== undefined) return variable;
  }
  return undefined;
}

function* everyExpression(body: Body): Generator<Expression> {
  for (const { expression } of body.attributes) yield expression;
  for (const block of body.blocks) if (block.type !== 'dynamic') yield* everyExpression(block.body);
}

/** Whether a block is there in as many copies as something says, none included. */
function isRepeated(body: Body): boolean {
  return argument(body, 'count') !== undefined || argument(body, 'for_each') !== undefined;
}

export default defineRule({
  name: 'toggle-coherent',
  severity: 'warning',
  title: 'what uses a resource that can be turned off can do without it',
  why: 'With the variable set the other way, plan stops: "Invalid index: The given key does not identify an element in this collection value: the collection value is an empty tuple."',
  remedy:
    'Give whatever uses it the same count, or choose in a local value: var.create_vpc ? aws_vpc.this[0].id : var.vpc_id.',
  catalogue: ['S001-02'],
  stages: ['hcl'],
  source: 'https://developer.hashicorp.com/terraform/language/meta-arguments/count',
  example: {
    broken: `variable "create_vpc" {
  type    = bool
  default = true
}

resource "aws_vpc" "this" {
  count = var.create_vpc ? 1 : 0

  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.this[0].id
  cidr_block = "10.0.0.0/20"
}
`,
    sound: `variable "create_vpc" {
  type    = bool
  default = true
}

variable "vpc_id" {
  type    = string
  default = null
}

locals {
  vpc_id = var.create_vpc ? aws_vpc.this[0].id : var.vpc_id
}

resource "aws_vpc" "this" {
  count = var.create_vpc ? 1 : 0

  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "private" {
  vpc_id     = local.vpc_id
  cidr_block = "10.0.0.0/20"
}
`,
  },
  check(project, { finding }) {
    const there = new Set(project.resources.map(({ syntax }) => syntax));
    for (const folder of project.folders) {
      const { resources } = declarationsOf(folder);
      for (const { syntax, file } of folder.blocks) {
        if (!['resource', 'data', 'module', 'output', 'locals'].includes(syntax.type) || isRepeated(syntax.body))
          continue;
        for (const { address, at } of [...everyExpression(syntax.body)].flatMap((one) => [...firstElements(one)])) {
          const target = resources.get(address)?.syntax;
          const toggle = target && toggleOf(folder, target.body);
          // What is turned off now fails now, and another rule tells of it.
          if (!target || toggle === undefined || !there.has(target)) continue;
          finding(locationIn(file, at), `takes ${address}[0], which is not there when ${toggle} says so`);
        }
      }
    }
  },
});
