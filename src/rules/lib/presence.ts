import type { Attribute } from '../../terraform/syntax.js';
import { referencePath } from '../../terraform/evaluate.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
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

/** Whether a role may be given policies that are not seen here: by another module, or by an option that is off. */
export function mayHaveMorePolicies(project: Project, role: Resource): boolean {
  const types = ['aws_iam_role_policy', 'aws_iam_role_policy_attachment'];
  return project.isGivenToUnread(role) || types.some((type) => isSwitchedOff(project, type));
}
