import { someElements, type Value } from '../../terraform/value.js';
import type { Project, Resource } from '../../terraform/project.js';
import { oncePer } from '../../terraform/once-per.js';
import { addTo } from '../../terraform/groups.js';
import { containersOf, field } from './containers.js';
import { identityPolicies, roleOf } from './permissions.js';
import type { Statement } from './policies.js';
import { writtenOut } from './written-out.js';

/** Code that runs with a role of the project: a function, or the containers of a task. */
export interface RunningCode {
  at: Resource;
  role: Resource;
  roleArgument: string;
  /** All that its environment says, with references as they are written. */
  environment: string;
}

/** The functions and tasks of a project whose role is in it. */
export const runningCode = oncePer((project): readonly RunningCode[] => [
  ...project.all('aws_lambda_function').flatMap((at) => {
    const role = roleOf(at, 'role', project);
    const environment = writtenOut(at.get('environment.variables'));
    return role ? [{ at, role, roleArgument: 'role', environment }] : [];
  }),
  ...project.all('aws_ecs_task_definition').flatMap((at) => {
    const role = at.has('task_role_arn') ? roleOf(at, 'task_role_arn', project) : undefined;
    const environment = (containersOf(at) ?? [])
      .flatMap((container) => someElements(field(container, 'environment')))
      .map((variable) => writtenOut(variable))
      .join('\n');
    return role ? [{ at, role, roleArgument: 'task_role_arn', environment }] : [];
  }),
]);

/** The functions that have a role: what it allows may be meant for any of them. */
export function functionsWithRole(project: Project, role: Resource): readonly Resource[] {
  return byRole(project).get(role) ?? [];
}

const byRole = oncePer((project) => {
  const functions = new Map<Resource, Resource[]>();
  for (const lambda of project.all('aws_lambda_function')) {
    const role = roleOf(lambda, 'role', project);
    if (role) addTo(functions, role, lambda);
  }
  return functions;
});

/** The statements of a role's policies that allow something, each with the actions that it names. */
export function allowedByName(project: Project, role: Resource): { statement: Statement; actions: string[] }[] {
  return identityPolicies(project, role)
    .flatMap(({ statements }) => statements)
    .filter(({ effect }) => effect === 'Allow')
    .map((statement) => ({ statement, actions: (statement.actions ?? []).filter(isText) }));
}

function isText(value: Value): value is string {
  return typeof value === 'string';
}
