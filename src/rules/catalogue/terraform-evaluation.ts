import { children, type Expression } from '../../terraform/syntax.js';
import {
  evaluateAll,
  givenVariables,
  isPlaceholder,
  isSurelyEvaluated,
  placeOfFailure,
  rootVariablesOf,
} from '../lib/evaluation.js';
import { argument, declarationsOf, isDeployed, referencesIn, referencesOf } from '../../terraform/references.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import { locationIn } from '../../terraform/location.js';
import type { Project } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

/** Whether what a failure comes from is what Terraform would be run with. */
function dependsOnCaller(project: Project, variables: readonly string[]): boolean {
  const given = givenVariables(project);
  const isDeployable = isDeployed(project);
  return variables.some((name) => !given.has(name) && (!isDeployable || isPlaceholder(project, name)));
}

/** Whether an expression comes from the name of the workspace, through local values too. */
function isOfWorkspace(folder: ModuleFolder, expression: Expression, seen = new Set<string>()): boolean {
  for (const {
    path: [first, name = ''],
  } of referencesIn(expression)) {
    if ((first === 'terraform' || first === 'tofu') && name === 'workspace') return true;
    if (first !== 'local' || seen.has(name)) continue;
    seen.add(name);
    const local = declarationsOf(folder).locals.get(name);
    if (local && isOfWorkspace(folder, local.attribute.expression, seen)) return true;
  }
  return false;
}

/** Indexes of a local value's map by the workspace, but for those that something around them guards. */
function* workspaceIndexes(folder: ModuleFolder, expression: Expression): Generator<Expression & { kind: 'index' }> {
  if (expression.kind === 'call' && (expression.name === 'try' || expression.name === 'can')) return;
  if (expression.kind === 'conditional') {
    // The condition may be contains(keys(…), terraform.workspace).
    if (!isOfWorkspace(folder, expression.condition)) {
      yield* workspaceIndexes(folder, expression.yes);
      yield* workspaceIndexes(folder, expression.no);
    }
    return;
  }
  if (expression.kind === 'index' && expression.key.kind !== 'literal' && isOfWorkspace(folder, expression.key)) {
    if (mapIn(folder, expression.of)) yield expression;
  }
  for (const child of children(expression)) yield* workspaceIndexes(folder, child);
}

/** The map with keys of its own that an expression is: written in place or as a local value. */
function mapIn(folder: ModuleFolder, expression: Expression): (Expression & { kind: 'object' }) | undefined {
  if (expression.kind === 'object') return expression;
  const [reference] = expression.kind === 'attribute' ? [...referencesIn(expression)] : [];
  const [first, name = '', ...rest] = reference?.path ?? [];
  if (first !== 'local' || rest.length > 0) return undefined;
  const local = declarationsOf(folder).locals.get(name)?.attribute.expression;
  return local?.kind === 'object' ? local : undefined;
}

/** Whether a condition somewhere in the module looks at the workspace. */
function guardsWorkspace(folder: ModuleFolder): boolean {
  return folder.blocks.some(({ syntax }) => {
    const conditions = syntax.body.blocks
      .flatMap((block) => (block.type === 'lifecycle' ? block.body.blocks : [block]))
      .filter(({ type }) => ['precondition', 'postcondition', 'assert', 'validation'].includes(type))
      .map(({ body }) => argument(body, 'condition')?.expression);
    return conditions.some((condition) => condition && isOfWorkspace(folder, condition));
  });
}

export default defineRules(
  {
    name: 'expressions-evaluate',
    severity: 'error',
    title: 'every expression can be evaluated with the values that the project has',
    why: 'plan stops: "Invalid index: The given key does not identify an element in this collection value", "Unsupported attribute", "Invalid function argument". validate does not look, because it knows no values.',
    remedy: 'Correct the key or index, or ask for no more than there is: min(var.zone_count, length(…names)).',
    catalogue: ['S000-31', 'S001-02', 'facts §3'],
    since: '0.12',
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/expressions/references',
    example: {
      broken: `provider "aws" {
  region = "us-west-1"
}

data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_subnet" "private" {
  count = 3

  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = cidrsubnet("10.0.0.0/16", 4, count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]
}
`,
      sound: `provider "aws" {
  region = "us-west-1"
}

data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_subnet" "private" {
  count = min(3, length(data.aws_availability_zones.available.names))

  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = cidrsubnet("10.0.0.0/16", 4, count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]
}
`,
    },
    check(project, { finding, abstain }) {
      evaluateAll(project);
      for (const failure of project.failures()) {
        const place = placeOfFailure(project, failure);
        if (!place || !isSurelyEvaluated(project, place)) continue;
        if (dependsOnCaller(project, rootVariablesOf(project, place)))
          abstain(failure.location, 'it depends on variables that whoever runs Terraform gives');
        else finding(failure.location, failure.message);
      }
    },
  },
  {
    name: 'workspace-map-guarded',
    severity: 'warning',
    title: 'a map that is indexed by the workspace has an answer for a workspace it does not know',
    why: 'In a workspace that is not in the map, such as "default" before anyone has chosen one, plan stops with "Invalid index: The given key does not identify an element in this collection value", which says nothing of workspaces.',
    remedy:
      'Check it in a precondition with an error_message that names the workspaces there are, or read the map with lookup() and a default.',
    catalogue: ['S004-07'],
    stages: ['hcl'],
    source: 'https://developer.hashicorp.com/terraform/language/expressions/custom-conditions',
    example: {
      broken: `locals {
  workspace_config = {
    staging    = { vpc_cidr = "10.1.0.0/16" }
    production = { vpc_cidr = "10.2.0.0/16" }
  }
}

resource "aws_vpc" "this" {
  cidr_block = local.workspace_config[terraform.workspace].vpc_cidr
}
`,
      sound: `locals {
  workspace_config = {
    staging    = { vpc_cidr = "10.1.0.0/16" }
    production = { vpc_cidr = "10.2.0.0/16" }
  }
}

resource "terraform_data" "workspace" {
  lifecycle {
    precondition {
      condition     = contains(keys(local.workspace_config), terraform.workspace)
      error_message = "Choose a workspace first: \${join(" or ", keys(local.workspace_config))}."
    }
  }
}

resource "aws_vpc" "this" {
  cidr_block = local.workspace_config[terraform.workspace].vpc_cidr
}
`,
    },
    check(project, { finding }) {
      for (const folder of project.folders) {
        if (guardsWorkspace(folder)) continue;
        for (const { syntax, file } of folder.blocks) {
          if ([...referencesOf(syntax)].length === 0) continue;
          for (const attribute of syntax.body.attributes) {
            const [index] = workspaceIndexes(folder, attribute.expression);
            if (index)
              finding(locationIn(file, index), 'indexes a map by the workspace, which may be one it does not have');
          }
        }
      }
    },
  },
);
