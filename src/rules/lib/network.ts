import { identifiers, isSame, type Block, type Project, type Resource } from '../../terraform/project.js';
import { parseRange, sizeOf } from '../../terraform/address-range.js';
import { elements, identity, Unknown, type Value } from '../../terraform/value.js';
import { oncePer } from '../../terraform/once-per.js';
import { isCalledByOthers } from '../../terraform/references.js';

/** The resource of some types that a value is the id, ARN or name of; undefined where it is none, or not known which. */
function resourceCalled(project: Project, value: Value | undefined, types: readonly string[]): Resource | undefined {
  const name = identity(value);
  return name === undefined || name === '' ? undefined : (identifiersOf(project, types).get(name) ?? undefined);
}

/** Null for what more than one resource is called by. */
const identifiersByTypes = oncePer(() => new Map<string, Map<string, Resource | null>>());

function identifiersOf(project: Project, types: readonly string[]): Map<string, Resource | null> {
  const byTypes = identifiersByTypes(project);
  const key = types.join(' ');
  let index = byTypes.get(key);
  if (!index) {
    index = new Map();
    for (const resource of project.all(...types)) {
      for (const name of new Set(identifiers(resource))) index.set(name, index.has(name) ? null : resource);
    }
    byTypes.set(key, index);
  }
  return index;
}

/** The resource of some types that an argument names; undefined where it is none of the project, or not known which. */
export function resourceNamed(
  project: Project,
  block: Block,
  argument: string,
  types: readonly string[],
): Resource | undefined {
  const value = block.get(argument);
  const found = resourceCalled(project, value, types);
  if (found || project.stage !== 'plan' || !(value instanceof Unknown)) return found;
  // A plan does not know the ids of what is not there yet, but what an expression refers to.
  const refs = block.refs(argument, ...types);
  return refs.length === 1 && refs[0]?.mode === 'managed' ? refs[0] : undefined;
}

const groupTypes = ['aws_security_group', 'aws_default_security_group'];

/** A rule of a security group, whichever of the four ways it is written. */
export interface TrafficRule extends WrittenRule {
  group: Resource;
}

/** What is written of such a rule, whatever its group is. */
export interface WrittenRule {
  direction: 'ingress' | 'egress';
  /** Whether it is known to be a rule of this group, and to be there at all. */
  sure: boolean;
  /** `-1` for all, `tcp`, `udp` …; undefined where it is not known. */
  protocol: string | undefined;
  /** Ports, both included; undefined where they are not known. All ports for protocol -1. */
  from: number | undefined;
  to: number | undefined;
  /** IPv4 and IPv6 ranges; undefined where it is not known which. */
  ranges: readonly Value[] | undefined;
  /** Those of them that are listed, where others are not known. */
  listedRanges: readonly Value[];
  /** Other groups, where they are in the project. */
  groups: readonly Resource[];
  /** Whether it names groups or prefix lists that are not in the project. */
  othersUnknown: boolean;
  prefixLists: readonly Value[];
  description: Value | undefined;
  /** Where it is written. */
  at: Block;
}

interface Traffic {
  rules: readonly TrafficRule[];
  /** Those of groups that the project does not make: looked up, given by a variable, or named by an id. */
  elsewhere: readonly WrittenRule[];
  byGroup: ReadonlyMap<string, readonly TrafficRule[]>;
  /** Whether there are rules of which it is not known at all which group they belong to. */
  stray: boolean;
}

/** Every rule of every security group of the project. */
export function trafficRules(project: Project): readonly TrafficRule[] {
  return trafficOf(project).rules;
}

/** Every rule that is written in the project for a security group that is not of it, or not known. */
export function rulesOfGroupsElsewhere(project: Project): readonly WrittenRule[] {
  return trafficOf(project).elsewhere;
}

/** The rules of one security group. */
export function rulesOf(project: Project, group: Resource): readonly TrafficRule[] {
  return (trafficOf(project).byGroup.get(group.configAddress) ?? []).filter((rule) => isSame(rule.group, group));
}

const trafficOf = oncePer((project): Traffic => {
  const separate = project
    .all('aws_security_group_rule', 'aws_vpc_security_group_ingress_rule', 'aws_vpc_security_group_egress_rule')
    .map((block) => ownedRule(project, block));
  const ofGroups = separate.flatMap(({ rules }) => rules);
  const withSeparate = new Set(ofGroups.map(({ group }) => group.address));
  const inline = project
    .all(...groupTypes)
    // A state shows the separate rules within the group too.
    .filter((group) => project.stage === 'hcl' || !withSeparate.has(group.address))
    .flatMap((group) => directions.flatMap((direction) => inlineRules(project, group, direction)));
  const rules = [...inline, ...ofGroups];
  const byGroup = grouped(rules, ({ group }) => group.configAddress);
  return {
    rules,
    byGroup,
    elsewhere: separate.flatMap((found) => found.elsewhere ?? []),
    stray: separate.some((found) => found.isStray),
  };
});

const directions = ['ingress', 'egress'] as const;

interface OwnedRule {
  /** One for each group that it may be of. */
  rules: readonly TrafficRule[];
  /** Set where it is of no group of the project, as far as that is known. */
  elsewhere?: WrittenRule;
  /** Whether its group may be any. */
  isStray: boolean;
}

interface Named {
  found: readonly Resource[];
  /** Whether these are all that the argument names. */
  complete: boolean;
}

function groupsNamed(project: Project, block: Block, argument: string): Named {
  const list = elements(block.get(argument));
  const found = list?.map((item) => resourceCalled(project, item, groupTypes)) ?? [];
  if (list && found.every((group) => group !== undefined)) return { found, complete: true };
  const one = resourceNamed(project, block, argument, groupTypes);
  return one
    ? { found: [one], complete: true }
    : { found: found.filter((group) => group !== undefined), complete: false };
}

/** The groups that a rule may belong to. */
function ownersOf(project: Project, block: Resource): { groups: readonly Resource[]; sure: boolean } | undefined {
  const owner = resourceNamed(project, block, 'security_group_id', groupTypes);
  if (owner) return { groups: [owner], sure: !block.uncertain };
  if (identity(block.get('security_group_id')) !== undefined) return { groups: [], sure: true };
  const candidates = block.refs('security_group_id', ...groupTypes).filter(({ mode }) => mode === 'managed');
  return candidates.length > 0 ? { groups: candidates, sure: false } : undefined;
}

function protocolOf(block: Block, argument: string): string | undefined {
  const value = block.get(argument);
  return typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : undefined;
}

function ports(block: Block, protocol: string | undefined): Pick<TrafficRule, 'from' | 'to'> {
  if (isAnyProtocol(protocol)) return { from: 0, to: 65_535 };
  return { from: block.number('from_port'), to: block.number('to_port') };
}

/** Whether a protocol stands for all of them. */
export function isAnyProtocol(protocol: string | undefined): boolean {
  return protocol === '-1' || protocol === 'all';
}

function oldStyle(
  project: Project,
  block: Block,
  groupArgument: string,
  group?: Resource,
): Omit<WrittenRule, 'direction' | 'sure'> {
  const protocol = protocolOf(block, 'protocol');
  const ranges = [elements(block.get('cidr_blocks')), elements(block.get('ipv6_cidr_blocks'))];
  const { found, complete } = groupsNamed(project, block, groupArgument);
  const lists = elements(block.get('prefix_list_ids'));
  const self = block.truth('self');
  return {
    protocol,
    ...ports(block, protocol),
    ranges: ranges.every((list) => list !== undefined) ? ranges.flat() : undefined,
    listedRanges: ranges.flatMap((list) => list ?? []),
    groups: self === true && group ? [...found, group] : found,
    othersUnknown: !complete || lists === undefined || (self === undefined && block.has('self')),
    prefixLists: lists ?? [],
    description: block.get('description'),
    at: block,
  };
}

function newStyle(project: Project, block: Block): Omit<WrittenRule, 'direction' | 'sure'> {
  const protocol = protocolOf(block, 'ip_protocol');
  const { found, complete } = groupsNamed(project, block, 'referenced_security_group_id');
  const ranges = [block.get('cidr_ipv4'), block.get('cidr_ipv6')].filter((value) => value !== undefined);
  const list = block.get('prefix_list_id');
  return {
    protocol,
    ...ports(block, protocol),
    ranges,
    listedRanges: ranges,
    groups: found,
    othersUnknown: !complete,
    prefixLists: list === undefined ? [] : [list],
    description: block.get('description'),
    at: block,
  };
}

function inlineRules(project: Project, group: Resource, direction: TrafficRule['direction']): TrafficRule[] {
  return group.blocks(direction).map((block) => ({
    direction,
    group,
    sure: !block.uncertain,
    ...oldStyle(project, block, 'security_groups', group),
  }));
}

/** A rule that is a resource of its own. */
function ownedRule(project: Project, block: Resource): OwnedRule {
  const direction = directionOf(block);
  const owners = ownersOf(project, block);
  if (!direction) return { rules: [], isStray: true };
  const written = (group?: Resource) =>
    block.type === 'aws_security_group_rule'
      ? oldStyle(project, block, 'source_security_group_id', group)
      : newStyle(project, block);
  const rules = (owners?.groups ?? []).map((group) => ({ direction, group, sure: owners!.sure, ...written(group) }));
  const isElsewhere = rules.length === 0;
  return {
    rules,
    ...(isElsewhere ? { elsewhere: { direction, sure: !block.uncertain, ...written() } } : {}),
    isStray: !owners,
  };
}

function directionOf(block: Resource): TrafficRule['direction'] | undefined {
  if (block.type !== 'aws_security_group_rule')
    return block.type === 'aws_vpc_security_group_ingress_rule' ? 'ingress' : 'egress';
  const direction = block.text('type');
  return direction === 'ingress' || direction === 'egress' ? direction : undefined;
}

/** Whether a range is the whole internet. */
export function isEverywhere(range: Value): boolean {
  // IPv6 has more than one way to write it: ::0/0.
  return typeof range === 'string' && range.endsWith('/0') && parseRange(range)?.length === 0;
}

/** Who is at the other end of a connection; `anyone` where it does not matter. */
export type Peer = { groups: readonly Resource[]; range?: Value } | 'internet' | 'anyone';

/**
 * Whether a group lets TCP connections pass on a port: true, false, or undefined where that depends on what is not
 * known. A group of the project without a rule for it lets nothing pass: Terraform takes AWS's own egress rule away.
 * https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/security_group.html.markdown
 */
export function groupAllows(
  project: Project,
  group: Resource,
  direction: 'ingress' | 'egress',
  port: number | undefined,
  peer: Peer,
): boolean | undefined {
  let answer: boolean | undefined = mayHaveMoreRules(project, group, direction) ? undefined : false;
  for (const rule of rulesOf(project, group)) {
    if (rule.direction !== direction) continue;
    const fits = ruleFits(rule, port, peer);
    if (fits === true) return true;
    if (fits === undefined) answer = undefined;
  }
  return answer;
}

/**
 * Whether a group may have rules that are not seen: its block is not known, others are handed the group, or it is a
 * module's that is there for others to call, and has no rule at all.
 */
function mayHaveMoreRules(project: Project, group: Resource, direction: TrafficRule['direction']): boolean {
  return (
    trafficOf(project).stray ||
    group.get(direction) instanceof Unknown ||
    project.isGivenToUnread(group) ||
    project.isExported(group) ||
    (isCalledByOthers(project) && rulesOf(project, group).length === 0)
  );
}

function ruleFits(rule: TrafficRule, port: number | undefined, peer: Peer): boolean | undefined {
  if (rule.protocol !== undefined && !isAnyProtocol(rule.protocol) && !['tcp', '6'].includes(rule.protocol))
    return false;
  const { from, to } = rule;
  const onPort = port === undefined || from === undefined || to === undefined ? undefined : port >= from && port <= to;
  if (onPort === false) return false;
  const withPeer = ruleNames(rule, peer);
  if (withPeer === false) return false;
  return onPort === undefined || rule.protocol === undefined || !rule.sure ? undefined : withPeer;
}

function ruleNames(rule: TrafficRule, peer: Peer): boolean | undefined {
  if (peer === 'internet') return reachesInternet(rule);
  return peer === 'anyone' ? reachesAnyone(rule) : reachesPeer(rule, peer);
}

function reachesInternet(rule: TrafficRule): boolean | undefined {
  if (!rule.ranges) return undefined;
  if (rule.ranges.some(isEverywhere)) return true;
  return rule.ranges.some((range) => typeof range !== 'string') ? undefined : false;
}

function reachesAnyone(rule: TrafficRule): boolean | undefined {
  if (rule.groups.length > 0 || rule.othersUnknown || rule.prefixLists.length > 0) return true;
  return rule.ranges && rule.ranges.length > 0;
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
export function securityGroupsOf(project: Project, block: Block, argument: string): readonly Resource[] | undefined {
  const { found, complete } = groupsNamed(project, block, argument);
  return complete ? found : undefined;
}

/** The subnets of the project that an argument names; undefined where some are not in it or not known. */
export function subnetsOf(project: Project, block: Block, argument: string): Resource[] | undefined {
  const one = resourceNamed(project, block, argument, ['aws_subnet']);
  if (one) return [one];
  const found = elements(block.get(argument))?.map((item) => resourceCalled(project, item, ['aws_subnet']));
  return found?.every((subnet) => subnet !== undefined) ? found : undefined;
}

/** The VPC of the project that a subnet, group, table or endpoint is in. */
export function vpcOf(project: Project, resource: Resource): Resource | undefined {
  return resourceNamed(project, resource, 'vpc_id', ['aws_vpc', 'aws_default_vpc']);
}

/** What tells one zone from another; undefined where it is not known which zone a subnet is in. */
export function zoneOf(subnet: Resource): string | undefined {
  const value = subnet.get('availability_zone') ?? subnet.get('availability_zone_id');
  return identity(value);
}

/** Where a route table sends what is for no network of its own. */
export type DefaultRoute = 'internet' | 'nat' | 'other' | 'none';

const tableTypes = ['aws_route_table', 'aws_default_route_table'];

interface Routing {
  /** By the address of the subnet. */
  associations: ReadonlyMap<string, readonly Resource[]>;
  /** By the address of the table. */
  routes: ReadonlyMap<string, readonly Resource[]>;
  propagating: ReadonlySet<string>;
  /** By what identifies the VPC. */
  mainTables: ReadonlyMap<string, Resource>;
  /** Routes that are added to the main table of a VPC, by the address of the VPC. */
  mainRoutes: ReadonlyMap<string, readonly Resource[]>;
  /** Whether it is known of every association, and of every route, whose it is. */
  knowsAssociations: boolean;
  knowsRoutes: boolean;
}

const routingOf = oncePer((project): Routing => {
  const associations = project.all('aws_route_table_association').filter((one) => one.has('subnet_id'));
  const routes = project.all('aws_route');
  return {
    associations: grouped(associations, (one) => resourceNamed(project, one, 'subnet_id', ['aws_subnet'])?.address),
    routes: grouped(routes, (route) => resourceNamed(project, route, 'route_table_id', tableTypes)?.address),
    propagating: new Set(
      project
        .all('aws_vpn_gateway_route_propagation')
        .map((one) => resourceNamed(project, one, 'route_table_id', tableTypes)?.address)
        .filter((address) => address !== undefined),
    ),
    mainTables: mainTables(project),
    mainRoutes: grouped(routes, (route) => vpcOfMainTable(project, route)?.address),
    knowsAssociations: associations.every((one) => isTold(one.get('subnet_id'))),
    knowsRoutes: routes.every((route) => isTold(route.get('route_table_id'))),
  };
});

/** Whether a value says which one it is. */
function isTold(value: Value | undefined): boolean {
  return identity(value) !== undefined;
}

/** Lists of what has the same key; what has none is left out. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = key === undefined ? undefined : groups.get(key);
    if (group) group.push(item);
    else if (key !== undefined) groups.set(key, [item]);
  }
  return groups;
}

function mainTables(project: Project): Map<string, Resource> {
  const tables = new Map<string, Resource>();
  for (const main of project.all('aws_main_route_table_association')) {
    const [vpc, table] = [identity(main.get('vpc_id')), resourceNamed(project, main, 'route_table_id', tableTypes)];
    if (vpc !== undefined && table) tables.set(vpc, table);
  }
  for (const table of project.all('aws_default_route_table')) {
    const [vpc] = table.refs('default_route_table_id', 'aws_vpc', 'aws_default_vpc');
    const id = vpc && identity(vpc.computed('id'));
    if (id !== undefined) tables.set(id, table);
  }
  return tables;
}

/** The VPC to whose main table a route is added: `route_table_id = aws_vpc.this.main_route_table_id`. */
function vpcOfMainTable(project: Project, route: Resource): Resource | undefined {
  const [, address] =
    /^\$\{(.+)\.(?:main|default)_route_table_id\}$/.exec(identity(route.get('route_table_id')) ?? '') ?? [];
  return address === undefined ? undefined : vpcsByAddress(project).get(address);
}

const vpcsByAddress = oncePer((project) => new Map(project.all('aws_vpc').map((vpc) => [vpc.address, vpc])));

/** The explicit associations of a subnet with route tables; undefined where some may not be seen. */
export function associationsOf(project: Project, subnet: Resource): readonly Resource[] | undefined {
  const { associations, knowsAssociations } = routingOf(project);
  const found = associations.get(subnet.address) ?? [];
  if (found.length > 0) return found;
  return knowsAssociations && !project.isGivenToUnread(subnet) ? found : undefined;
}

/** The main route table of the VPC of a subnet, where the project writes it. */
function mainTableOf(project: Project, subnet: Resource): Resource | undefined {
  const vpc = identity(subnet.get('vpc_id'));
  return vpc === undefined ? undefined : routingOf(project).mainTables.get(vpc);
}

/** The routes that are added to the main table of a subnet's VPC without the table being written. */
function mainRoutesOf(project: Project, subnet: Resource): readonly Resource[] {
  const vpc = vpcOf(project, subnet);
  return (vpc && routingOf(project).mainRoutes.get(vpc.address)) ?? [];
}

/** Whether the project says what the main route table of a subnet's VPC does. */
export function writesMainTable(project: Project, subnet: Resource): boolean {
  return mainTableOf(project, subnet) !== undefined || mainRoutesOf(project, subnet).length > 0;
}

/** The route table of a subnet: its own, or the main one of its VPC; undefined where neither is known. */
export function routeTableOf(project: Project, subnet: Resource): Resource | undefined {
  const associations = associationsOf(project, subnet);
  const [association] = associations ?? [];
  if (association) return resourceNamed(project, association, 'route_table_id', tableTypes);
  return associations && mainTableOf(project, subnet);
}

/** Routes of a table, written in it or beside it. */
export function routesOf(project: Project, table: Resource): Block[] {
  return [...table.blocks('route'), ...(routingOf(project).routes.get(table.address) ?? [])];
}

/** The IPv4 range that a route is for. */
export function destinationOf(route: Block): Value | undefined {
  return route.get('destination_cidr_block') ?? route.get('cidr_block');
}

/** Where a route table's default route for IPv4 leads; undefined where a route's target or range is not known. */
export function defaultRoute(project: Project, table: Resource): DefaultRoute | undefined {
  const routes = routesOf(project, table);
  const defaults = routes.filter(isDefault);
  const first = defaults.find(({ uncertain }) => !uncertain);
  if (first) return targetOf(project, first);
  const open =
    defaults.length > 0 ||
    routes.some(
      (route) => isOpen(destinationOf(route)) || isSet(route, 'destination_prefix_list_id') || isHalf(route),
    ) ||
    !routingOf(project).knowsRoutes ||
    routingOf(project).propagating.has(table.address) ||
    table.has('propagating_vgws') ||
    table.get('route') instanceof Unknown ||
    project.isGivenToUnread(table) ||
    project.isExported(table);
  return open ? undefined : 'none';
}

/** Whether a route is for half of all addresses, as two together are for all. */
function isHalf(route: Block): boolean {
  return /^(0\.0|128\.0)\.0\.0\/1$/.test(identity(destinationOf(route) ?? '') ?? '');
}

function isOpen(destination: Value | undefined): boolean {
  return destination !== undefined && typeof destination !== 'string';
}

/** Whether a route's argument is set: a state has the empty text for what is not. */
export function isSet(block: Block, argument: string): boolean {
  const value = block.get(argument);
  return value !== undefined && value !== '';
}

const otherTargets = [
  'transit_gateway_id',
  'network_interface_id',
  'vpc_peering_connection_id',
  'vpc_endpoint_id',
  'instance_id',
  'core_network_arn',
  'carrier_gateway_id',
  'local_gateway_id',
];

function targetOf(project: Project, route: Block): DefaultRoute | undefined {
  if (isSet(route, 'nat_gateway_id')) return 'nat';
  if (!isSet(route, 'gateway_id')) return otherTargets.some((name) => isSet(route, name)) ? 'other' : undefined;
  const gateway = identity(route.get('gateway_id'));
  if (resourceNamed(project, route, 'gateway_id', ['aws_internet_gateway'])) return 'internet';
  if (gateway?.startsWith('igw-') || gateway?.includes('data.aws_internet_gateway.')) return 'internet';
  if (gateway?.startsWith('vgw-') || resourceNamed(project, route, 'gateway_id', ['aws_vpn_gateway'])) return 'other';
  return undefined;
}

/** Where the default route of a subnet leads; undefined where that is not known. */
export function wayOut(project: Project, subnet: Resource): DefaultRoute | undefined {
  const table = routeTableOf(project, subnet);
  if (table) return defaultRoute(project, table);
  if (associationsOf(project, subnet)?.length !== 0) return undefined;
  const route = mainRoutesOf(project, subnet).find((one) => isDefault(one) && !one.uncertain);
  return route && targetOf(project, route);
}

function isDefault(route: Block): boolean {
  return destinationOf(route) === '0.0.0.0/0';
}

/** An IPv4 range as its first and last address; undefined for what is not known or none. */
export function addressRange(value: Value | undefined): { first: number; last: number } | undefined {
  const range = typeof value === 'string' ? parseRange(value) : undefined;
  if (range?.width !== 32) return undefined;
  return { first: Number(range.first), last: Number(range.first + sizeOf(range)) - 1 };
}
