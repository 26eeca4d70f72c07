import type { Attribute } from '../hcl/syntax.js';
import { expressionsOf } from '../hcl/syntax.js';
import { referencePath } from '../model/evaluate.js';
import type { Block, Project, Resource } from '../model/project.js';
import { isSwitchedOff } from './switched-off.js';

/**
 * Whether a block says nothing of an argument or nested block: it is not written, as against written and turned off by
 * a variable's default, which whoever calls the module may have meant to set.
 */
export function isLeftOut(project: Project, block: Block, name: string): boolean {
  if (block.has(name)) return false;
  return project.stage !== 'hcl' || !block.body.names().includes(name);
}

/** An argument of the `lifecycle` block, as it is written: Terraform takes nothing but literals and names there. */
function lifecycleArgument(resource: Resource, name: string): Attribute | undefined {
  return resource.syntax?.body.blocks
    .find(({ type }) => type === 'lifecycle')
    ?.body.attributes.find((attribute) => attribute.name === name);
}

/** Whether `lifecycle` makes Terraform leave changes of an argument alone. */
export function ignoresChanges(resource: Resource, argument: string): boolean {
  const ignored = lifecycleArgument(resource, 'ignore_changes')?.expression;
  if (!ignored) return false;
  const items = ignored.kind === 'list' ? ignored.items : [ignored];
  return items.some((item) => {
    const [name] = item.kind === 'literal' ? [String(item.value)] : (referencePath(item) ?? []);
    return name === 'all' || name === argument;
  });
}

/** Whether a replacement is made before what it replaces goes. */
export function createsBeforeDestroy(resource: Resource): boolean {
  const written = lifecycleArgument(resource, 'create_before_destroy')?.expression;
  return written?.kind === 'literal' && (written.value === true || written.value === 'true');
}

const passed = new WeakMap<Project, ReadonlySet<string>>();

/** Whether a module that was not looked into is given a resource, and so may do to it what is missing here. */
export function isPassedToUnreadModule(project: Project, resource: Resource): boolean {
  if (project.unreadModules.length === 0) return false;
  let names = passed.get(project);
  if (!names) {
    names = new Set(namesInUnreadCalls(project));
    passed.set(project, names);
  }
  return names.has(`${resource.type}.${resource.name}`);
}

function* namesInUnreadCalls(project: Project): Generator<string> {
  const places = new Set(project.unreadModules.map(({ location }) => `${location.path}:${location.line}`));
  for (const { blocks } of project.folders) {
    for (const { syntax, file } of blocks) {
      if (syntax.type !== 'module' || !places.has(`${file}:${syntax.line}`)) continue;
      for (const expression of expressionsOf(syntax.body)) {
        const path = expression.kind === 'attribute' ? referencePath(expression) : undefined;
        if (path && path.length >= 2) yield path.slice(0, 2).join('.');
      }
    }
  }
}

/** Whether a role may be given policies that are not seen here: by another module, or by an option that is off. */
export function mayHaveMorePolicies(project: Project, role: Resource): boolean {
  const types = ['aws_iam_role_policy', 'aws_iam_role_policy_attachment'];
  return isPassedToUnreadModule(project, role) || types.some((type) => isSwitchedOff(project, type));
}
