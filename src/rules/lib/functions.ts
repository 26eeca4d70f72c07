import type { Block, Project, Resource } from '../../terraform/project.js';
import { elements, identity } from '../../terraform/value.js';
import { addTo } from '../../terraform/groups.js';
import { oncePer } from '../../terraform/once-per.js';

/** The functions of the project that an argument names, directly or by an alias. */
export function functionsNamed(block: Block, argument: string): Resource[] {
  return [
    ...block.refs(argument, 'aws_lambda_function'),
    ...block.refs(argument, 'aws_lambda_alias').flatMap((alias) => alias.refs('function_name', 'aws_lambda_function')),
  ];
}

const permissionsByFunction = oncePer(groupByFunction);

/** The permissions to call a function, under whichever of its names. */
export function permissionsFor(project: Project, lambda: Resource): readonly Resource[] {
  return permissionsByFunction(project).get(lambda) ?? [];
}

function groupByFunction(project: Project): ReadonlyMap<Resource, readonly Resource[]> {
  const byFunction = new Map<Resource, Resource[]>();
  for (const permission of project.all('aws_lambda_permission')) {
    const named = functionsNamed(permission, 'function_name');
    const meant = named.length > 0 ? named : project.targets(permission, 'function_name', 'aws_lambda_function');
    for (const lambda of meant) addTo(byFunction, lambda, permission);
  }
  return byFunction;
}

/** Whether a function runs at CloudFront's edge, and so logs in the regions of its callers under another name. */
export function isAtEdge(project: Project, lambda: Resource): boolean {
  const trust = lambda.refs('role', 'aws_iam_role').map((role) => role.get('assume_role_policy'));
  if (trust.some((policy) => identity(policy)?.includes('edgelambda.amazonaws.com'))) return true;
  return calledByCloudFront(project).has(lambda);
}

const calledByCloudFront = oncePer(
  (project) =>
    new Set(
      project
        .all('aws_cloudfront_distribution')
        .flatMap((distribution) =>
          ['default_cache_behavior', 'ordered_cache_behavior'].flatMap((block) => distribution.refs(block)),
        ),
    ),
);

/** Whether a function is surely in a VPC. */
export function isInVpc(lambda: Resource): boolean {
  return lambda
    .blocks('vpc_config')
    .some((block) => !block.uncertain && (elements(block.get('subnet_ids'))?.length ?? 0) > 0);
}
