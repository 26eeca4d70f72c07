import { oncePer } from '../../terraform/once-per.js';
import type { Project, Resource } from '../../terraform/project.js';
import { dependenciesOf } from '../../terraform/dependencies.js';

const beforeByAddress = oncePer(() => new Map<string, ReadonlySet<string>>());

/**
 * The addresses, without keys, of everything that Terraform makes before a resource: what it refers to or names in
 * `depends_on`, what the calls of its modules name there, and what those need in turn.
 * https://developer.hashicorp.com/terraform/internals/graph
 */
export function madeBefore(project: Project, { configAddress }: Resource): ReadonlySet<string> {
  const byAddress = beforeByAddress(project);
  let before = byAddress.get(configAddress);
  if (!before) {
    before = reachable(project, configAddress);
    byAddress.set(configAddress, before);
  }
  return before;
}

function reachable(project: Project, start: string): ReadonlySet<string> {
  const { nodes } = dependenciesOf(project);
  const found = new Set<string>();
  const waiting = [start];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const needed of nodes.get(next)?.needs ?? []) {
      if (found.has(needed)) continue;
      found.add(needed);
      waiting.push(needed);
    }
  }
  return found;
}
