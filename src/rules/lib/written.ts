import type { ModuleFolder } from '../../terraform/module-folder.js';
import type { Project, Resource } from '../../terraform/project.js';
import { declarationsOf, referencesIn } from '../../terraform/references.js';
import type { Expression } from '../../terraform/syntax.js';

/** The resources of HCL with the folder that each is written in. */
export function* placed(
  project: Project,
  types: readonly string[],
): Generator<{ folder: ModuleFolder; resource: Resource }> {
  const folders = new Map(project.folders.flatMap((folder) => folder.blocks.map(({ syntax }) => [syntax, folder])));
  for (const resource of project.all(...types)) {
    const folder = resource.syntax && folders.get(resource.syntax);
    if (folder) yield { folder, resource };
  }
}

/** The attributes of resources that an expression may give, whatever decides it, through local values: `aws_lb.alb.dns_name`. */
export function attributesIn(folder: ModuleFolder, expression: Expression): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  // With a stack of its own: a long chain of local values is deeper than calls may be.
  const waiting = [referencesIn(expression)];
  for (let references = waiting.at(-1); references; references = waiting.at(-1)) {
    const { done, value: reference } = references.next();
    if (done) {
      waiting.pop();
      continue;
    }
    const [kind, name = ''] = reference.path;
    found.add(reference.path.slice(0, 3).join('.'));
    const local = kind === 'local' && !seen.has(name) ? declarationsOf(folder).locals.get(name) : undefined;
    if (!local) continue;
    seen.add(name);
    waiting.push(referencesIn(local.attribute.expression));
  }
  return found;
}
