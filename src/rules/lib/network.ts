import { isSame, pointsAt, type Block, type Project, type Resource } from '../model/project.js';
import { parseCidr } from '../model/functions.js';
import { elements, identity, type Value } from '../model/value.js';

/** A rule of a security group, whichever of the four ways it is written. */
export interface TrafficRule {
  direction: 'ingress' | 'egress';
  group: Resource;
  /** `-1` for all, `tcp`, `udp` …; undefined where it is not known. */
  protocol: string | undefined;
  /** Ports, both included; undefined where they are not known. All ports for protocol -1. */
  from: number | undefined;
  to: number | undefined;
  /** IPv4 and IPv6 ranges; undefined where it is not known which. */
  ranges: readonly Value[] | undefined;
  /** Other groups, where they are in the project. */
  groups: readonly Resource[];
  /** Whether it names groups or prefix lists that are not in the project. */
  othersUnknown: boolean;
  prefixLists: readonly Value[];
  description: Value | undefined;
  /** Where it is written. */
  at: Block;
}

const rulesByProject = new WeakMap<Project, TrafficRule[]>();

/** Every rule of every security group of the project. */
export function trafficRules(project: Project): readonly TrafficRule[] {
  let found = rulesByProject.get(project);
  if (!found) {
    found = [
      ...project
        .all('aws_security_group', 'aws_default_security_group')
        .flatMap((group) =>
          (['ingress', 'egress'] as const).flatMap((direction) =>
            group.blocks(direction).map((block) => inlineRule(project, group, direction, block)),
          ),
        ),
      ...project.all('aws_security_group_rule').flatMap((rule) => separateRule(project, rule)),
      ...project.all('aws_vpc_security_group_ingress_rule').flatMap((rule) => newRule(project, rule, 'ingress')),
      ...project.all('aws_vpc_security_group_egress_rule').flatMap((rule) => newRule(project, rule, 'egress')),
    ];
    rulesByProject.set(project, found);
  }
  return found;
}

function groupsOf(project: Project, block: Block, argument: string): Resource[] {
  return project.all('aws_security_group').filter((group) => pointsAt(block, argument, group));
}

function ports(block: Block, protocol: string | undefined): Pick<TrafficRule, 'from' | 'to'> {
  if (protocol === '-1' || protocol === 'all') return { from: 0, to: 65_535 };
  return { from: block.number('from_port'), to: block.number('to_port') };
}

function protocolOf(block: Block, argument: string): string | undefined {
  const value = block.get(argument);
  return value === undefined
    ? undefined
    : identity(value)?.startsWith('${')
      ? undefined
      : identity(value)?.toLowerCase();
}

function oldStyle(project: Project, block: Block, groupArgument: string): Omit<TrafficRule, 'direction' | 'group'> {
  const protocol = protocolOf(block, 'protocol');
  const ranges = [elements(block.get('cidr_blocks')), elements(block.get('ipv6_cidr_blocks'))];
  const groups = groupsOf(project, block, groupArgument);
  const lists = elements(block.get('prefix_list_ids'));
  return {
    protocol,
    ...ports(block, protocol),
    ranges: ranges.every((list) => list !== undefined) ? ranges.flat() : undefined,
    groups,
    othersUnknown: (block.has(groupArgument) && groups.length === 0) || lists === undefined,
    prefixLists: lists ?? [],
    description: block.get('description'),
    at: block,
  };
}

function inlineRule(project: Project, group: Resource, direction: 'ingress' | 'egress', block: Block): TrafficRule {
  const rule = oldStyle(project, block, 'security_groups');
  return { direction, group, ...rule, groups: block.truth('self') === true ? [...rule.groups, group] : rule.groups };
}

function separateRule(project: Project, block: Resource): TrafficRule[] {
  const direction = block.text('type');
  if (direction !== 'ingress' && direction !== 'egress') return [];
  return groupsOf(project, block, 'security_group_id').map((group) => {
    const rule = oldStyle(project, block, 'source_security_group_id');
    return { direction, group, ...rule, groups: block.truth('self') === true ? [...rule.groups, group] : rule.groups };
  });
}

function newRule(project: Project, block: Resource, direction: 'ingress' | 'egress'): TrafficRule[] {
  const protocol = protocolOf(block, 'ip_protocol');
  const groups = groupsOf(project, block, 'referenced_security_group_id');
  const ranges = ['cidr_ipv4', 'cidr_ipv6']
    .map((argument) => block.get(argument))
    .filter((value) => value !== undefined);
  const list = block.get('prefix_list_id');
  return groupsOf(project, block, 'security_group_id').map((group) => ({
    direction,
    group,
    protocol,
    ...ports(block, protocol),
    ranges,
    groups,
    othersUnknown: block.has('referenced_security_group_id') && groups.length === 0,
    prefixLists: list === undefined ? [] : [list],
    description: block.get('description'),
    at: block,
  }));
}

/** Whether a range is the whole internet. */
export function isEverywhere(range: Value): boolean {
  return range === '0.0.0.0/0' || range === '::/0';
}

/** Who is at the other end of a connection. */
export type Peer = { groups: readonly Resource[]; range?: Value } | 'internet';

/**
 * Whether a group lets connections pass on a port: true, false, or undefined where that depends on what is not known.
 * A group of the project without a rule for it lets nothing pass: Terraform takes AWS's own egress rule away.
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group
 */
export function groupAllows(
  project: Project,
  group: Resource,
  direction: 'ingress' | 'egress',
  port: number | undefined,
  peer: Peer,
): boolean | undefined {
  const rules = trafficRules(project).filter((rule) => rule.direction === direction && isSame(rule.group, group));
  let answer: boolean | undefined = false;
  for (const rule of rules) {
    const fits = ruleFits(rule, port, peer);
    if (fits === true) return true;
    if (fits === undefined) answer = undefined;
  }
  return answer;
}

function ruleFits(rule: TrafficRule, port: number | undefined, peer: Peer): boolean | undefined {
  if (rule.protocol !== undefined && !['-1', 'all', 'tcp', '6'].includes(rule.protocol)) return false;
  const { from, to } = rule;
  const onPort = port === undefined || from === undefined || to === undefined ? undefined : port >= from && port <= to;
  if (onPort === false) return false;
  const withPeer = peer === 'internet' ? reachesInternet(rule) : reachesPeer(rule, peer);
  if (withPeer === false) return false;
  return onPort === undefined || rule.protocol === undefined || rule.at.uncertain ? undefined : withPeer;
}

function reachesInternet(rule: TrafficRule): boolean | undefined {
  if (!rule.ranges) return undefined;
  if (rule.ranges.some(isEverywhere)) return true;
  return rule.ranges.some((range) => typeof range !== 'string') ? undefined : false;
}

function reachesPeer(rule: TrafficRule, peer: { groups: readonly Resource[]; range?: Value }): boolean | undefined {
  if (rule.groups.some((group) => peer.groups.some((other) => isSame(group, other)))) return true;
  if (!rule.ranges) return undefined;
  if (rule.ranges.some(isEverywhere)) return true;
  // Any range of private addresses may be where the peer is.
  if (rule.ranges.length > 0 || rule.othersUnknown || rule.prefixLists.length > 0) return undefined;
  return false;
}

/** The security groups of the project that an argument names; undefined where some are not in it or not known. */
export function securityGroupsOf(project: Project, block: Block, argument: string): Resource[] | undefined {
  const list = elements(block.get(argument));
  if (!list) return undefined;
  const groups = groupsOf(project, block, argument);
  return list.every((item) => groups.some((group) => identity(group.computed('id')) === identity(item)))
    ? groups
    : undefined;
}

/** The subnets of the project that an argument names; undefined where some are not in it or not known. */
export function subnetsOf(project: Project, block: Block, argument: string): Resource[] | undefined {
  const list = elements(block.get(argument));
  if (!list) return undefined;
  const byId = new Map(project.all('aws_subnet').map((subnet) => [identity(subnet.computed('id')), subnet] as const));
  const found = list.map((item) => byId.get(identity(item)));
  return found.every((subnet) => subnet !== undefined) ? found : undefined;
}

/** What tells one zone from another; undefined where it is not known which zone a subnet is in. */
export function zoneOf(subnet: Resource): string | undefined {
  const value = subnet.get('availability_zone') ?? subnet.get('availability_zone_id');
  return identity(value);
}

/** Where a route table sends what is for no network of its own. */
export type DefaultRoute = 'internet' | 'nat' | 'other' | 'none';

/** The route table of a subnet: its own, or the main one of its VPC; undefined where neither is known. */
export function routeTableOf(project: Project, subnet: Resource): Resource | undefined {
  const [association] = project.linked('aws_route_table_association', 'subnet_id', subnet);
  const tables = project.all('aws_route_table', 'aws_default_route_table');
  if (association) return tables.find((table) => pointsAt(association, 'route_table_id', table));
  const vpc = identity(subnet.get('vpc_id'));
  const main = project
    .all('aws_main_route_table_association')
    .find((candidate) => vpc !== undefined && identity(candidate.get('vpc_id')) === vpc);
  return main && tables.find((table) => pointsAt(main, 'route_table_id', table));
}

/** Routes of a table, written in it or beside it. */
export function routesOf(project: Project, table: Resource): Block[] {
  return [...table.blocks('route'), ...project.linked('aws_route', 'route_table_id', table)];
}

/** Where a route table's default route leads; undefined where a route's target or range is not known. */
export function defaultRoute(project: Project, table: Resource): DefaultRoute | undefined {
  const routes = routesOf(project, table);
  const defaults = routes.filter((route) =>
    isEverywhere((route.get('destination_cidr_block') ?? route.get('cidr_block') ?? '') as Value),
  );
  const [first] = defaults;
  if (!first) {
    const open = routes.some((route) => {
      const range = route.get('destination_cidr_block') ?? route.get('cidr_block');
      return range !== undefined && typeof range !== 'string';
    });
    return open ? undefined : 'none';
  }
  if (first.has('nat_gateway_id')) return 'nat';
  if (first.has('gateway_id'))
    return project.all('aws_vpn_gateway').some((gateway) => pointsAt(first, 'gateway_id', gateway))
      ? 'other'
      : 'internet';
  const others = [
    'transit_gateway_id',
    'network_interface_id',
    'vpc_peering_connection_id',
    'vpc_endpoint_id',
    'instance_id',
    'core_network_arn',
  ];
  return others.some((name) => first.has(name)) ? 'other' : undefined;
}

/** An IPv4 range as its first and last address; undefined for what is not known or none. */
export function addressRange(value: Value | undefined): { first: number; last: number } | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const { start, length } = parseCidr(value);
    return { first: start, last: start + 2 ** (32 - length) - 1 };
  } catch {
    return undefined;
  }
}
