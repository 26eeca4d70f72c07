import { children, type Body, type Expression, type Span } from '../../terraform/syntax.js';
import { ignoresChanges } from '../lib/presence.js';
import { locationIn } from '../../terraform/location.js';
import { declarationsOf } from '../../terraform/references.js';
import type { ModuleFolder } from '../../terraform/module-folder.js';
import type { Resource } from '../../terraform/project.js';
import { defineRule } from '../rule.js';

/** Functions that give something else each time, https://developer.hashicorp.com/terraform/language/functions/timestamp */
const unstable = new Set(['timestamp', 'plantimestamp', 'uuid', 'bcrypt']);

/** What is known of local values. */
const knownLocals = new WeakMap<Expression, { call?: string }>();

/** The function that makes an expression give something else at every plan, through local values too. */
function unstableCall(folder: ModuleFolder, expression: Expression): string | undefined {
  if (expression.kind === 'call' && unstable.has(expression.name)) return `${expression.name}()`;
  // `var.force ? uuid() : null` is meant to be so.
  if (expression.kind === 'conditional') return undefined;
  if (expression.kind === 'attribute' && expression.of.kind === 'name' && expression.of.name === 'local')
    return unstableLocal(folder, expression.name);
  return children(expression)
    .map((part) => unstableCall(folder, part))
    .find((call) => call !== undefined);
}

function unstableLocal(folder: ModuleFolder, name: string): string | undefined {
  const expression = declarationsOf(folder).locals.get(name)?.attribute.expression;
  if (!expression) return undefined;
  let known = knownLocals.get(expression);
  if (!known) {
    // Local values that go round in a circle end here.
    knownLocals.set(expression, {});
    const call = unstableCall(folder, expression);
    known = call === undefined ? {} : { call };
    knownLocals.set(expression, known);
  }
  return known.call;
}

/** Arguments whose purpose is to differ, so that something is done at each apply. */
const triggers = new Set(['triggers', 'triggers_replace', 'keepers', 'input']);

interface Use {
  /** The argument, or the nested block that it is in. */
  name: string;
  call: string;
  at: Span;
}

function* unstableUses(folder: ModuleFolder, body: Body, block?: string): Generator<Use> {
  for (const attribute of body.attributes) {
    const { name, expression } = attribute;
    if (triggers.has(name)) continue;
    const call = unstableCall(folder, expression);
    if (call !== undefined) yield { name: block ?? name, call, at: attribute };
  }
  for (const inner of body.blocks) {
    if (['lifecycle', 'provisioner', 'connection'].includes(inner.type)) continue;
    const name = inner.type === 'dynamic' ? (inner.labels[0] ?? inner.type) : inner.type;
    yield* unstableUses(folder, inner.body, block ?? name);
  }
}

export default defineRule({
  name: 'no-changing-functions',
  severity: 'warning',
  title: 'no argument of a resource differs at every plan',
  why: 'timestamp(), uuid() and bcrypt() give something new each time: every plan wants to change the resource, and to replace it where the argument is its name. A plan without changes, which says that all is as written, is never seen again.',
  remedy:
    'Use something that stays, such as var.environment_suffix, time_static or random_id, or put the argument into ignore_changes.',
  catalogue: ['S001-15', 'S000-24'],
  stages: ['hcl'],
  source: 'https://developer.hashicorp.com/terraform/language/functions/timestamp',
  example: {
    broken: `resource "aws_db_instance" "main" {
  identifier                = "payments"
  skip_final_snapshot       = false
  final_snapshot_identifier = "payments-\${formatdate("YYYYMMDDhhmmss", timestamp())}"
}
`,
    sound: `resource "aws_db_instance" "main" {
  identifier                = "payments"
  skip_final_snapshot       = false
  final_snapshot_identifier = "payments-final"
}
`,
  },
  check(project, { finding }) {
    const ignoring = new Map<object, Resource>();
    for (const resource of project.resources) if (resource.syntax) ignoring.set(resource.syntax, resource);
    for (const folder of project.folders) {
      for (const { syntax, file } of folder.blocks) {
        const [type = ''] = syntax.labels;
        const isOfAws =
          syntax.type === 'provider' ? type === 'aws' : syntax.type === 'resource' && type.startsWith('aws_');
        if (!isOfAws) continue;
        const resource = ignoring.get(syntax);
        for (const { name, call, at } of unstableUses(folder, syntax.body)) {
          if (resource && ignoresChanges(resource, name)) continue;
          finding(locationIn(file, at), `${name} comes from ${call}, which differs at every plan`);
        }
      }
    }
  },
});
