import { pointsAt, type Block, type Project, type Resource } from '../model/project.js';

/** The functions of the project that an argument names, directly or by an alias. */
export function functionsNamed(block: Block, argument: string): Resource[] {
  return [
    ...block.refs(argument, 'aws_lambda_function'),
    ...block.refs(argument, 'aws_lambda_alias').flatMap((alias) => alias.refs('function_name', 'aws_lambda_function')),
  ];
}

const permissionsByFunction = new WeakMap<Project, Map<Resource, Resource[]>>();

/** The permissions to call a function, under whichever of its names. */
export function permissionsFor(project: Project, lambda: Resource): readonly Resource[] {
  const known = permissionsByFunction.get(project) ?? new Map<Resource, Resource[]>();
  permissionsByFunction.set(project, known);
  let found = known.get(lambda);
  if (!found) {
    found = project
      .all('aws_lambda_permission')
      .filter(
        (permission) =>
          pointsAt(permission, 'function_name', lambda) || functionsNamed(permission, 'function_name').includes(lambda),
      );
    known.set(lambda, found);
  }
  return found;
}
