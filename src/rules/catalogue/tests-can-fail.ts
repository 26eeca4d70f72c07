import { locationIn } from '../../terraform/location.js';
import { argument, declarationsOf, isReadWhole, referencesIn, type Declarations } from '../../terraform/references.js';
import type { BlockSyntax, Body, Expression, Span } from '../../terraform/syntax.js';
import { defineRule } from '../rule.js';

/** What holds of anything and itself. */
const reflexive = new Set(['==', '>=', '<=']);

/** A comparison in an assertion: what must be true, where several things are joined with `&&` one of them. */
type Comparison = Expression & { kind: 'binary' };

function* comparisonsIn(condition: Expression): Generator<Comparison> {
  if (condition.kind !== 'binary') return;
  if (condition.operator !== '&&') yield condition;
  else for (const side of [condition.left, condition.right]) yield* comparisonsIn(side);
}

/** Where an expression stands; a span has no other keys, and no expression has one of them. */
const places: ReadonlySet<string> = new Set<keyof Span>(['line', 'column', 'endLine', 'endColumn']);

/** Two expressions that are written alike have the same text, whatever the spaces and lines between. */
function textOf(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) => (places.has(key) ? undefined : value));
}

/** A step from a resource to a value in it. */
type Step = string | number;

/** `aws_lb.this[0].access_logs[0].bucket` as its steps; undefined for what is no such path. */
function stepsOf(expression: Expression): Step[] | undefined {
  if (expression.kind === 'name') return [expression.name];
  if (expression.kind !== 'attribute' && expression.kind !== 'index') return undefined;
  const before = stepsOf(expression.of);
  if (!before) return undefined;
  if (expression.kind === 'attribute') return [...before, expression.name];
  const { key } = expression;
  return key.kind === 'literal' && (typeof key.value === 'string' || typeof key.value === 'number')
    ? [...before, key.value]
    : undefined;
}

/** What an output or an argument of a resource is written from; undefined where that is not in one place. */
function writtenFrom(expression: Expression, { resources, outputs }: Declarations): Expression | undefined {
  const [first, second, ...rest] = stepsOf(expression) ?? [];
  if (first === 'output')
    return rest.length === 0 ? argumentAt(outputs.get(String(second))?.syntax.body, ['value']) : undefined;
  const body = resources.get(`${first}.${second}`)?.syntax.body;
  const isRepeated = body !== undefined && ['count', 'for_each'].some((name) => argument(body, name));
  return argumentAt(body, isRepeated ? rest.slice(1) : rest);
}

/** The argument at the end of a path through nested blocks: `access_logs`, 0, `bucket`. */
function argumentAt(body: Body | undefined, [name, index, ...rest]: readonly Step[]): Expression | undefined {
  if (!body || typeof name !== 'string') return undefined;
  if (index === undefined) return argument(body, name)?.expression;
  const isDynamic = body.blocks.some(({ type, labels }) => type === 'dynamic' && labels[0] === name);
  const blocks = body.blocks.filter(({ type }) => type === name);
  return isDynamic || typeof index !== 'number' ? undefined : argumentAt(blocks[index]?.body, rest);
}

/** What a local stands for, and any other expression itself. */
function resolved(expression: Expression, { locals }: Declarations): Expression {
  const seen = new Set<string>();
  let found = expression;
  for (;;) {
    const [first, name, ...rest] = stepsOf(found) ?? [];
    const local = first === 'local' && rest.length === 0 ? locals.get(String(name)) : undefined;
    if (!local || seen.has(String(name))) return found;
    seen.add(String(name));
    found = local.attribute.expression;
  }
}

/** The variables that an expression comes from, through locals too; undefined where it comes from anything else. */
function variablesBehind(
  expression: Expression,
  declarations: Declarations,
  seen = new Set<string>(),
): string[] | undefined {
  const variables: string[] = [];
  for (const { path: names } of referencesIn(expression)) {
    const [first, name = ''] = names;
    const local = first === 'local' ? declarations.locals.get(name) : undefined;
    if (first === 'var') variables.push(name);
    else if (!local) return undefined;
    else if (!seen.has(name)) {
      seen.add(name);
      const behind = variablesBehind(local.attribute.expression, declarations, seen);
      if (!behind) return undefined;
      variables.push(...behind);
    }
  }
  return variables;
}

function variablesSetIn({ blocks }: Body): string[] {
  return blocks
    .filter(({ type }) => type === 'variables')
    .flatMap(({ body }) => body.attributes.map(({ name }) => name));
}

const written = `variable "protected" {
  type = bool
}

resource "aws_rds_cluster" "main" {
  deletion_protection = var.protected
}
`;

export default defineRule({
  name: 'tests-can-fail',
  severity: 'note',
  title: 'no test compares a value with itself, or with what it is written from',
  why: 'The value and what is expected of it change together, so that the test passes with every value.',
  remedy:
    'Set the variable in the run, and compare with what must come out of it then; or compare with what must hold whatever the variable is.',
  catalogue: ['S000-32'],
  stages: ['hcl'],
  source: 'https://developer.hashicorp.com/terraform/language/tests',
  example: {
    broken: `${written}#>> tests/database.tftest.hcl
run "database" {
  command = plan

  assert {
    condition     = aws_rds_cluster.main.deletion_protection == var.protected
    error_message = "The database must be protected."
  }
}
`,
    sound: `${written}#>> tests/database.tftest.hcl
run "database" {
  command = plan

  variables {
    protected = true
  }

  assert {
    condition     = aws_rds_cluster.main.deletion_protection
    error_message = "The database must be protected."
  }
}
`,
  },
  check(project, { finding }) {
    const [root] = project.folders;
    if (!root || !isReadWhole(project, root)) return;
    const declarations = declarationsOf(root);
    for (const { path, body } of project.tests) {
      for (const run of body.blocks.filter(({ type }) => type === 'run')) {
        const isOfRoot = !run.body.blocks.some(({ type }) => type === 'module');
        const set = new Set([...variablesSetIn(body), ...variablesSetIn(run.body)]);
        for (const condition of conditionsOf(run)) {
          for (const comparison of comparisonsIn(condition)) {
            const { operator, left, right } = comparison;
            const location = locationIn(path, comparison);
            if (reflexive.has(operator) && textOf(left) === textOf(right))
              finding(location, 'compares a value with itself');
            else if (operator === '==' && isOfRoot && (follows(left, right, set) || follows(right, left, set)))
              finding(location, 'compares an argument with what it is written from');
          }
        }
      }
    }

    /** Whether an argument is written from this very expression, of whose variables the run sets none. */
    function follows(value: Expression, expected: Expression, set: ReadonlySet<string>): boolean {
      const from = writtenFrom(value, declarations);
      if (!from || textOf(resolved(from, declarations)) !== textOf(resolved(expected, declarations))) return false;
      const variables = variablesBehind(expected, declarations) ?? [];
      return variables.length > 0 && !variables.some((name) => set.has(name));
    }
  },
});

function conditionsOf(run: BlockSyntax): Expression[] {
  return run.body.blocks.flatMap(({ type, body }) =>
    type === 'assert' ? body.attributes.filter(({ name }) => name === 'condition').map((one) => one.expression) : [],
  );
}
