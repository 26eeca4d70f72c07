import { own } from '../../own.js';
import { associationsOf, vpcOf, wayOut, writesMainTable } from '../lib/network.js';
import { loadBalancers, placedResources, subnetsHolding } from '../lib/paths.js';
import type { Project, Resource } from '../../terraform/project.js';
import { identity } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const associationSource = 'https://docs.aws.amazon.com/vpc/latest/userguide/WorkWithRouteTables.html';

/** The VPCs that have route tables beside their main one. */
function vpcsWithTables(project: Project): Set<Resource> {
  const vpcs = project.all('aws_route_table').map((table) => vpcOf(project, table));
  return new Set(vpcs.filter((vpc) => vpc !== undefined));
}

/** Where each subnet of a list leads to; undefined where that is not known of all. */
function waysOut(project: Project, subnets: readonly Resource[]): Map<Resource, string> | undefined {
  const ways = new Map<Resource, string>();
  for (const subnet of subnets) {
    const way = wayOut(project, subnet);
    if (way === undefined) return undefined;
    ways.set(subnet, way);
  }
  return ways;
}

const network = `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.1.0/24"
}
`;

const association = (subnet: string, table: string, name = subnet) => `
resource "aws_route_table_association" "${name}" {
  subnet_id      = aws_subnet.${subnet}.id
  route_table_id = aws_route_table.${table}.id
}
`;

const balancer = `
resource "aws_lb" "app" {
  name    = "app"
  subnets = [aws_subnet.a.id, aws_subnet.b.id]
}
`;

const functionIn = `
resource "aws_lambda_function" "app" {
  function_name = "app"
  role          = "arn:aws:iam::111122223333:role/app"

  vpc_config {
    subnet_ids         = [aws_subnet.a.id, aws_subnet.b.id]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
}
`;

const inTables = (a: string, b: string) => network + association('a', a) + association('b', b);

export default defineRules(
  {
    name: 'subnet-has-route-table',
    severity: 'warning',
    title: 'every subnet is associated with a route table',
    why: 'A subnet without association follows the main route table of the VPC, which leads nowhere: load balancers in it are not reached, and tasks reach nothing.',
    remedy: 'Write an aws_route_table_association for each subnet.',
    catalogue: ['S000-14'],
    stages: ['hcl', 'plan', 'state'],
    source: associationSource,
    example: { broken: network + association('a', 'public'), sound: inTables('public', 'private') },
    check(project, { finding, abstain }) {
      const vpcs = vpcsWithTables(project);
      for (const subnet of project.all('aws_subnet')) {
        const vpc = vpcOf(project, subnet);
        if (!vpc || !vpcs.has(vpc) || writesMainTable(project, subnet)) continue;
        const associations = associationsOf(project, subnet);
        if (!associations) abstain(subnet, 'it is not known which subnets some associations are for');
        else if (associations.length === 0) finding(subnet, 'is associated with no route table');
      }
    },
  },
  {
    name: 'subnet-one-route-table',
    severity: 'error',
    title: 'a subnet is associated with one route table only',
    why: 'The second association is refused: "Resource.AlreadyAssociated: the specified association for route table rtb-… conflicts with an existing association".',
    remedy: 'Keep the association with the table that the subnet is to follow.',
    catalogue: ['S000-14'],
    stages: ['hcl', 'plan', 'state'],
    source: associationSource,
    example: {
      broken: inTables('public', 'private') + association('b', 'public', 'again'),
      sound: inTables('public', 'private'),
    },
    check(project, { finding }) {
      for (const subnet of project.all('aws_subnet')) {
        // Of those that may not be there, perhaps only one ever is.
        const associations = (associationsOf(project, subnet) ?? []).filter(({ uncertain }) => !uncertain);
        const [first, second] = associations;
        if (first && second && !subnet.uncertain)
          finding(second, `associates ${subnet.address} a second time, after ${first.configAddress}`, 'subnet_id');
      }
    },
  },
  {
    name: 'public-load-balancer-in-public-subnets',
    severity: 'error',
    title: 'an internet-facing load balancer is in subnets with a route to an internet gateway',
    why: 'AWS creates it if the VPC has an internet gateway at all, and then answers from that subnet never arrive: every other request times out.',
    remedy:
      'Give it the public subnets, or associate its subnets with a route table that leads to the internet gateway.',
    catalogue: ['S003-02', 'S000-14', 'S000-13'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html',
    example: { broken: inTables('public', 'private') + balancer, sound: inTables('public', 'public') + balancer },
    check(project, { finding, abstain }) {
      for (const lb of loadBalancers(project)) {
        if (lb.has('internal') && lb.truth('internal') !== false) continue;
        if (lb.get('load_balancer_type') === 'gateway') continue;
        // One that has IPv6 addresses only needs no way out over IPv4.
        if (!['ipv4', 'dualstack'].includes(identity(lb.get('ip_address_type') ?? 'ipv4') ?? '')) continue;
        const subnets = subnetsHolding(project, lb) ?? [];
        const ways = subnets.map((subnet) => wayOut(project, subnet));
        const shut = subnets.filter((_, at) => ways[at] === 'nat' || ways[at] === 'none').map(({ address }) => address);
        if (shut.length > 0)
          finding(lb, `faces the internet from ${shut.join(', ')}, without a route to an internet gateway`, 'subnets');
        else if (ways.includes(undefined)) abstain(lb, 'it is not known where its subnets lead');
      }
    },
  },
  {
    name: 'subnets-lead-the-same-way',
    severity: 'warning',
    title: 'all subnets of a service, function or group have the same way out',
    why: 'What is placed in one of them reaches AWS and the internet, what is placed in another does not: some tasks start, some fail, and nobody sees why.',
    remedy: 'Give every private route table a default route to a NAT gateway, or none of them.',
    catalogue: ['S000-12'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-scenarios.html',
    example: {
      broken: inTables('public', 'private') + functionIn,
      sound: inTables('private', 'private') + functionIn,
    },
    check(project, { finding }) {
      const placed = ['aws_ecs_service', 'aws_lambda_function', 'aws_autoscaling_group', 'aws_eks_node_group'];
      for (const resource of placedResources(project)) {
        if (!placed.includes(resource.type)) continue;
        const ways = waysOut(project, subnetsHolding(project, resource) ?? []);
        const [first, ...others] = ways ?? [];
        const other = first && others.find(([, way]) => way !== first[1]);
        if (other) finding(resource, `is in ${inWords(first)} and in ${inWords(other)}`);
      }
    },
  },
  {
    name: 'function-not-in-public-subnets',
    severity: 'warning',
    title: 'a function in a VPC is in private subnets',
    why: 'A function never has a public address: the internet gateway is of no use to it, and its calls to AWS and to the internet time out.',
    remedy: 'Put it into subnets whose default route leads to a NAT gateway, or that have the endpoints it needs.',
    catalogue: ['S000-12'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html',
    example: {
      broken: inTables('public', 'public') + functionIn,
      sound: inTables('private', 'private') + functionIn,
    },
    check(project, { finding }) {
      for (const lambda of project.all('aws_lambda_function')) {
        const ways = waysOut(project, subnetsHolding(project, lambda) ?? []);
        const all = [...(ways?.values() ?? [])];
        if (all.length > 0 && all.every((way) => way === 'internet'))
          finding(lambda, 'is in public subnets, where it has no address to reach the internet from', 'vpc_config');
      }
    },
  },
  {
    name: 'public-address-in-public-subnet',
    severity: 'warning',
    title: 'tasks and instances with a public address are in public subnets',
    why: 'Without a route to an internet gateway the address is of no use: neither does anybody reach it, nor does it lead out.',
    remedy: 'Leave the public address out, or use public subnets.',
    catalogue: ['S000-13'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html',
    example: {
      broken: inTables('private', 'private') + serviceIn('true'),
      sound: inTables('private', 'private') + serviceIn('false'),
    },
    check(project, { finding }) {
      for (const resource of project.all('aws_ecs_service', 'aws_instance')) {
        const argument =
          resource.type === 'aws_instance' ? 'associate_public_ip_address' : 'network_configuration.assign_public_ip';
        if (resource.truth(argument) !== true) continue;
        const subnets = subnetsHolding(project, resource) ?? [];
        const [shut] = subnets.filter((subnet) => ['nat', 'none'].includes(wayOut(project, subnet) ?? ''));
        if (shut)
          finding(resource, `asks for a public address in ${shut.address}, which has no route to an internet gateway`);
      }
    },
  },
);

function inWords([subnet, way]: readonly [Resource, string]): string {
  const ways: Record<string, string> = {
    nat: 'leads to a NAT gateway',
    internet: 'leads to an internet gateway',
    other: 'leads to another network',
    none: 'leads nowhere',
  };
  return `${subnet.address}, which ${own(ways, way) ?? way}`;
}

function serviceIn(publicAddress: string): string {
  return `
resource "aws_ecs_service" "app" {
  name            = "app"
  task_definition = "app"

  network_configuration {
    subnets          = [aws_subnet.a.id, aws_subnet.b.id]
    assign_public_ip = ${publicAddress}
  }
}
`;
}
