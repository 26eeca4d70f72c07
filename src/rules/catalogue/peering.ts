import { destinationOf, isEverywhere, isSet, resourceNamed, vpcOf } from '../lib/network.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';
import { addTo } from '../../terraform/groups.js';

/** A connection and what accepts it. */
function endsOf(project: Project, peering: Resource): Resource[] {
  return [peering, ...acceptersOf(project, peering)];
}

/** The routes by the connection, or what accepts it, that they lead through. */
function byEnd(project: Project, routes: readonly PeeringRoute[]): ReadonlyMap<Resource, PeeringRoute[]> {
  const groups = new Map<Resource, PeeringRoute[]>();
  const types = ['aws_vpc_peering_connection', 'aws_vpc_peering_connection_accepter'];
  for (const route of routes)
    for (const end of project.pointedAt(route.route, 'vpc_peering_connection_id', ...types)) addTo(groups, end, route);
  return groups;
}

function acceptersOf(project: Project, peering: Resource): Resource[] {
  return project.linked('aws_vpc_peering_connection_accepter', 'vpc_peering_connection_id', peering);
}

interface PeeringRoute {
  route: Block;
  table: Resource | undefined;
}

/** Every route that leads to a peered VPC, with its table. */
function peeringRoutes(project: Project): PeeringRoute[] {
  const inline = project
    .all('aws_route_table', 'aws_default_route_table')
    .flatMap((table) => table.blocks('route').map((route) => ({ route, table })));
  const separate = project.all('aws_route').map((route) => ({
    route,
    table: resourceNamed(project, route, 'route_table_id', ['aws_route_table', 'aws_default_route_table']),
  }));
  return [...inline, ...separate].filter(({ route }) => isSet(route, 'vpc_peering_connection_id'));
}

const vpcs = `resource "aws_vpc" "app" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc" "legacy" {
  cidr_block = "10.1.0.0/16"
}

`;

const unaccepted = `resource "aws_vpc_peering_connection" "legacy" {
  vpc_id      = aws_vpc.app.id
  peer_vpc_id = aws_vpc.legacy.id
}
`;

const connection = `resource "aws_vpc_peering_connection" "legacy" {
  vpc_id      = aws_vpc.app.id
  peer_vpc_id = aws_vpc.legacy.id
  auto_accept = true
}
`;

const withDns = `resource "aws_vpc_peering_connection" "legacy" {
  vpc_id      = aws_vpc.app.id
  peer_vpc_id = aws_vpc.legacy.id
  auto_accept = true

  requester {
    allow_remote_vpc_dns_resolution = true
  }

  accepter {
    allow_remote_vpc_dns_resolution = true
  }
}
`;

const route = (vpc: string, range: string) => `
resource "aws_route_table" "${vpc}" {
  vpc_id = aws_vpc.${vpc}.id

  route {
    cidr_block                = "${range}"
    vpc_peering_connection_id = aws_vpc_peering_connection.legacy.id
  }
}
`;

const bothWays = vpcs + connection + route('app', '10.1.0.0/16') + route('legacy', '10.0.0.0/16');

export default defineRules(
  {
    name: 'peering-accepted',
    severity: 'error',
    title: 'a peering connection between VPCs of the project is accepted',
    why: 'It stays at "pending-acceptance", carries nothing, and expires after a week.',
    remedy:
      'Set auto_accept = true where both VPCs are in one account and region, else add aws_vpc_peering_connection_accepter with auto_accept = true.',
    catalogue: ['S004-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html',
    example: { broken: vpcs + unaccepted, sound: vpcs + connection },
    check(project, { finding }) {
      for (const peering of project.all('aws_vpc_peering_connection')) {
        const accepts = peering.truth('auto_accept') === true;
        if (accepts && peering.has('peer_region')) {
          finding(peering, 'accepts itself, which AWS lets none do between regions', 'auto_accept');
          continue;
        }
        const isOpen = peering.has('auto_accept') && peering.truth('auto_accept') === undefined;
        const peer = resourceNamed(project, peering, 'peer_vpc_id', ['aws_vpc']);
        if (accepts || isOpen || !peer || project.isGivenToUnread(peering)) continue;
        const accepters = acceptersOf(project, peering);
        if (accepters.every((accepter) => accepter.truth('auto_accept') === false || !accepter.has('auto_accept')))
          finding(peering, `is accepted by nobody on the side of ${peer.configAddress}`);
      }
    },
  },
  {
    name: 'peering-routes-both-ways',
    severity: 'error',
    title: 'both VPCs of a peering connection have routes to each other',
    why: 'Packets find the way there and no way back: every connection times out.',
    remedy: "Add a route to the other VPC's range to the route tables of each side.",
    catalogue: ['S004-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html',
    example: { broken: vpcs + connection + route('app', '10.1.0.0/16'), sound: bothWays },
    check(project, { finding, abstain }) {
      const routesByEnd = byEnd(project, peeringRoutes(project));
      for (const peering of project.all('aws_vpc_peering_connection')) {
        const through = endsOf(project, peering).flatMap((end) => routesByEnd.get(end) ?? []);
        const from = through.map(({ table }) => table && vpcOf(project, table));
        for (const argument of ['vpc_id', 'peer_vpc_id']) {
          const vpc = resourceNamed(project, peering, argument, ['aws_vpc']);
          if (!vpc || from.includes(vpc)) continue;
          if (
            from.includes(undefined) ||
            [vpc, peering].some((one) => project.isGivenToUnread(one) || project.isExported(one))
          )
            abstain(peering, `routes of ${vpc.configAddress} may be elsewhere`);
          else finding(peering, `has no route in a table of ${vpc.configAddress}`);
        }
      }
    },
  },
  {
    name: 'peering-resolves-names',
    severity: 'note',
    title: 'peered VPCs resolve the names of each other to private addresses',
    why: 'A public DNS name of the other side resolves to its public address, and the connection leaves the peering.',
    remedy:
      'Set allow_remote_vpc_dns_resolution in requester and accepter, in the connection or in aws_vpc_peering_connection_options.',
    catalogue: ['S004-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-dns.html',
    example: { broken: vpcs + connection, sound: vpcs + withDns },
    check(project, { finding }) {
      for (const peering of project.all('aws_vpc_peering_connection')) {
        if (!resourceNamed(project, peering, 'peer_vpc_id', ['aws_vpc'])) continue;
        const ends = endsOf(project, peering);
        const options = ends.flatMap((end) =>
          project.linked('aws_vpc_peering_connection_options', 'vpc_peering_connection_id', end),
        );
        const holders = [...ends, ...options];
        const lacking = ['requester', 'accepter'].filter(
          (side) => !holders.some((holder) => isOnOrUnknown(holder, `${side}.allow_remote_vpc_dns_resolution`)),
        );
        if (lacking.length > 0)
          finding(peering, `does not set allow_remote_vpc_dns_resolution for ${lacking.join(' and ')}`);
      }
    },
  },
  {
    name: 'peering-routes-narrow',
    severity: 'warning',
    title: 'a route through a peering connection is for the range of the other VPC',
    why: 'The other VPC passes nothing on: neither its NAT gateway nor its internet gateway serves a peer, so that a default route through it leads nowhere.',
    remedy: "Set the route's destination to the range of the peered VPC.",
    catalogue: ['S004-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html',
    example: {
      broken: vpcs + connection + route('app', '0.0.0.0/0') + route('legacy', '10.0.0.0/16'),
      sound: bothWays,
    },
    check(project, { finding }) {
      for (const { route } of peeringRoutes(project)) {
        const destination = destinationOf(route);
        if (destination !== undefined && isEverywhere(destination)) finding(route, 'sends everything to a peered VPC');
      }
    },
  },
);

function isOnOrUnknown(block: Block, path: string): boolean {
  return block.truth(path) === true || (block.has(path) && block.truth(path) === undefined);
}
