import { oncePer } from '../../terraform/once-per.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { addTo } from '../../terraform/groups.js';

const listenerTypes = ['aws_lb_listener', 'aws_alb_listener'];
/** Rules of listeners, under both of their names. */
export const ruleTypes = ['aws_lb_listener_rule', 'aws_alb_listener_rule'];
/** Target groups, under both of their names. */
export const targetGroupTypes = ['aws_lb_target_group', 'aws_alb_target_group'];
/** What puts a target into a group, under both of its names. */
export const attachmentTypes = ['aws_lb_target_group_attachment', 'aws_alb_target_group_attachment'];

/** The load balancers that are of type application, network or gateway, not the classic ones. */
export function loadBalancers(project: Project): Resource[] {
  return project.all('aws_lb', 'aws_alb');
}

/** Whether a load balancer is an application load balancer. */
export function isApplication(lb: Resource): boolean {
  return (lb.get('load_balancer_type') ?? 'application') === 'application';
}

export function listeners(project: Project): Resource[] {
  return project.all(...listenerTypes);
}

export function listenerRules(project: Project): Resource[] {
  return project.all(...ruleTypes);
}

export function targetGroups(project: Project): Resource[] {
  return project.all(...targetGroupTypes);
}

/** The listeners of a load balancer of the project. */
export function listenersOf(project: Project, lb: Resource): Resource[] {
  return project.linked(listenerTypes, 'load_balancer_arn', lb);
}

/** The load balancer of the project that a listener is of. */
export function loadBalancerOf(project: Project, listener: Resource): Resource | undefined {
  return project.targets(listener, 'load_balancer_arn', 'aws_lb', 'aws_alb')[0];
}

/** The load balancers of the project whose listeners, or rules of those, forward to a target group. */
export function loadBalancersBefore(project: Project, targetGroup: Resource): Resource[] {
  const found = forwardersTo(project, targetGroup)
    .flatMap((one) => (ruleTypes.includes(one.type) ? project.targets(one, 'listener_arn', ...listenerTypes) : [one]))
    .flatMap((listener) => loadBalancerOf(project, listener) ?? []);
  return [...new Set(found)];
}

/** The actions of a listener or of a listener rule. */
export function actionsOf(resource: Resource): Block[] {
  return resource.blocks(actionBlock(resource));
}

function actionBlock({ type }: Resource): 'action' | 'default_action' {
  return ruleTypes.includes(type) ? 'action' : 'default_action';
}

const forwarders = oncePer((project) => {
  const byGroup = new Map<string, Resource[]>();
  for (const resource of [...listeners(project), ...listenerRules(project)]) {
    const groups = resource.refs(actionBlock(resource), ...targetGroupTypes).map(({ configAddress }) => configAddress);
    for (const group of new Set(groups)) addTo(byGroup, group, resource);
  }
  return byGroup;
});

/** The listeners and listener rules that forward to a target group, which is what gives it a load balancer. */
export function forwardersTo(project: Project, targetGroup: Resource): readonly Resource[] {
  return forwarders(project).get(targetGroup.configAddress) ?? [];
}

/** The target groups of the project that an argument names. */
export function targetGroupsOf(block: Block, argument: string): Resource[] {
  return block.refs(argument, ...targetGroupTypes).filter(({ mode }) => mode === 'managed');
}
