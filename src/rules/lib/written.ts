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
export function attributesIn(folder: ModuleFolder, expression: Expression, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  for (const { path: names } of referencesIn(expression)) {
    const [kind, name = ''] = names;
    found.add(names.slice(0, 3).join('.'));
    const local = kind === 'local' && !seen.has(name) ? declarationsOf(folder).locals.get(name) : undefined;
    if (!local) continue;
    seen.add(name);
    for (const attribute of attributesIn(folder, local.attribute.expression, seen)) found.add(attribute);
  }
  return found;
}
