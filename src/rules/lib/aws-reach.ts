import type { Project, Resource } from '../../terraform/project.js';
import { elements, identity } from '../../terraform/value.js';
import { isEverywhere, isSet, resourceNamed, routesOf, routeTableOf, vpcOf, wayOut } from './network.js';
import { endpointService, isInterface } from './paths.js';

/**
 * Whether what is in a subnet reaches the internet: true, false, or undefined where that is not known. In a public subnet
 * it does so with a public address alone.
 */
export function reachesInternet(
  project: Project,
  subnet: Resource,
  hasPublicAddress: boolean | undefined,
): boolean | undefined {
  switch (wayOut(project, subnet)) {
    case 'nat':
    case 'other':
      return true;
    case 'internet':
      if (hasPublicAddress !== false) return hasPublicAddress;
      return mayLeadElsewhere(project, subnet) ? undefined : false;
    case 'none':
      return mayLeadElsewhere(project, subnet) ? undefined : false;
    default:
      return undefined;
  }
}

/** Whether an API may be reached over IPv6, or through endpoints in a network that a narrower route leads to. */
export function mayLeadElsewhere(project: Project, subnet: Resource): boolean {
  const table = routeTableOf(project, subnet);
  const routes = table ? routesOf(project, table) : [];
  const others = ['transit_gateway_id', 'core_network_arn', 'vpc_peering_connection_id'];
  if (routes.some((route) => others.some((name) => isSet(route, name)))) return true;
  const ranges = routes.map((route) => route.get('destination_ipv6_cidr_block') ?? route.get('ipv6_cidr_block') ?? '');
  return ranges.some((range) => typeof range !== 'string' || isEverywhere(range));
}

/** Which services no endpoint in reach of a subnet leads to; undefined where that is not known. */
export function withoutEndpoint(project: Project, services: readonly string[], subnet: Resource): string[] | undefined {
  const vpc = vpcOf(project, subnet);
  const table = routeTableOf(project, subnet);
  const givenAway = [vpc, table, subnet].some((one) => one && project.isGivenToUnread(one));
  if (!vpc || !table || givenAway || project.all('aws_route53_zone').some((zone) => zone.has('vpc'))) return undefined;
  const reached = new Set<string>();
  for (const endpoint of project.all('aws_vpc_endpoint')) {
    if (identity(endpoint.get('vpc_id')) === undefined) return undefined;
    if (vpcOf(project, endpoint) !== vpc) continue;
    const name = endpointService(endpoint);
    const serves = isInterface(endpoint) ? hasPrivateNames(endpoint) : isInTable(project, endpoint, table);
    if (name === undefined || endpoint.uncertain || serves === undefined) return undefined;
    if (serves) reached.add(name);
  }
  return services.filter((name) => !reached.has(name));
}

function hasPrivateNames(endpoint: Resource): boolean | undefined {
  return endpoint.has('private_dns_enabled') ? endpoint.truth('private_dns_enabled') : false;
}

function isInTable(project: Project, endpoint: Resource, table: Resource): boolean | undefined {
  const own = elements(endpoint.get('route_table_ids'))?.map(identity);
  const id = identity(table.computed('id'));
  if (!own || own.includes(undefined) || id === undefined) return undefined;
  if (own.includes(id)) return true;
  const associations = project.linked('aws_vpc_endpoint_route_table_association', 'vpc_endpoint_id', endpoint);
  const tables = associations.map((one) => resourceNamed(project, one, 'route_table_id', [table.type]));
  return tables.includes(table) || (tables.includes(undefined) ? undefined : false);
}
