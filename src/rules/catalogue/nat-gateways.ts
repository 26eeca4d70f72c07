import { defaultRoute, destinationOf, resourceNamed, routesOf, routeTableOf, wayOut, zoneOf } from '../lib/network.js';
import type { Project, Resource } from '../../terraform/project.js';
import { same } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const source = 'https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html';

/** NAT gateways that lead to the internet and have a subnet: neither private ones nor those of a whole region. */
function publicGateways(project: Project): Resource[] {
  return project
    .all('aws_nat_gateway')
    .filter((nat) => (nat.get('connectivity_type') ?? 'public') === 'public' && nat.has('subnet_id'));
}

function subnetOf(project: Project, nat: Resource): Resource | undefined {
  return resourceNamed(project, nat, 'subnet_id', ['aws_subnet']);
}

/** The NAT gateway that a subnet's default route leads to. */
function gatewayOf(project: Project, subnet: Resource): Resource | undefined {
  const table = routeTableOf(project, subnet);
  if (!table || defaultRoute(project, table) !== 'nat') return undefined;
  const route = routesOf(project, table).find((candidate) => destinationOf(candidate) === '0.0.0.0/0');
  return route && resourceNamed(project, route, 'nat_gateway_id', ['aws_nat_gateway']);
}

const publicSubnet = `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_eip" "nat" {
  domain = "vpc"
}

`;

const publicTable = `resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

`;

const gatewayOnly = `resource "aws_nat_gateway" "this" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id
}
`;

const gateway = `resource "aws_nat_gateway" "this" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id

  depends_on = [aws_internet_gateway.this]
}
`;

const twoZones = (own: string) => `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "public" {
  for_each = { eu-west-1a = 0, eu-west-1b = 1 }

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 4, each.value)
}

resource "aws_eip" "nat" {
  for_each = aws_subnet.public

  domain = "vpc"
}

resource "aws_nat_gateway" "this" {
  for_each = aws_subnet.public

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = each.value.id
}

resource "aws_subnet" "private" {
  for_each = { eu-west-1a = 4, eu-west-1b = 5 }

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 4, each.value)
}

resource "aws_route_table" "private" {
  for_each = aws_subnet.private

  vpc_id = aws_vpc.this.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.this[${own}].id
  }
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private[each.key].id
}
`;

export default defineRules(
  {
    name: 'nat-gateway-in-public-subnet',
    severity: 'error',
    title: 'a NAT gateway is in a subnet with a route to an internet gateway',
    why: 'It is created, and nothing that is sent through it ever arrives: image pulls and updates time out.',
    remedy: 'Put it into a public subnet.',
    catalogue: ['S000-12'],
    stages: ['hcl', 'plan', 'state'],
    source,
    example: {
      broken: `${publicSubnet}resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
}

${gateway}`,
      sound: publicSubnet + publicTable + gateway,
    },
    check(project, { finding, abstain }) {
      for (const nat of publicGateways(project)) {
        const subnet = subnetOf(project, nat);
        const way = subnet && wayOut(project, subnet);
        if (way === undefined) abstain(nat, 'it is not known where its subnet leads');
        else if (way === 'none' || way === 'nat')
          finding(nat, `is in ${subnet?.address}, which has no route to an internet gateway`, 'subnet_id');
      }
    },
  },
  {
    name: 'nat-gateway-has-address',
    severity: 'error',
    title: 'a public NAT gateway has an Elastic IP address of the VPC',
    why: 'CreateNatGateway is refused without the allocation id of an address, and with one that is not for VPCs.',
    remedy: 'Set allocation_id to the id of an aws_eip with domain = "vpc".',
    catalogue: ['S000-12'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html',
    example: {
      broken: `resource "aws_nat_gateway" "this" {
  subnet_id = "subnet-0123456789abcdef0"
}
`,
      sound: `resource "aws_eip" "nat" {
  domain = "vpc"
}

resource "aws_nat_gateway" "this" {
  allocation_id = aws_eip.nat.id
  subnet_id     = "subnet-0123456789abcdef0"
}
`,
    },
    check(project, { finding }) {
      for (const nat of publicGateways(project)) {
        if (!nat.has('allocation_id')) finding(nat, 'has no allocation_id, and so no public address');
        const address = resourceNamed(project, nat, 'allocation_id', ['aws_eip']);
        const domain = address?.text('domain');
        if (address && domain !== undefined && domain !== 'vpc')
          finding(address, `is for ${domain}, not for vpc`, 'domain');
      }
    },
  },
  {
    name: 'nat-gateway-after-internet-gateway',
    severity: 'warning',
    title: 'a NAT gateway is created after the internet gateway',
    why: 'Nothing in its arguments names the internet gateway, so that both are made at once: the NAT gateway fails with "Network vpc-… has no Internet gateway attached" when it comes first, and on destroy the internet gateway cannot be detached while its address is in use.',
    remedy: 'Add the internet gateway to depends_on.',
    catalogue: ['S000-12', 'S001-23'],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/nat_gateway.html.markdown',
    example: {
      broken: publicSubnet + publicTable + gatewayOnly,
      sound: publicSubnet + publicTable + gateway,
    },
    check(project, { finding }) {
      const internetGateways = project.all('aws_internet_gateway');
      for (const nat of publicGateways(project)) {
        // Between modules the order may come from a depends_on of the module.
        if (!internetGateways.some(({ modulePath }) => modulePath === nat.modulePath)) continue;
        const address = resourceNamed(project, nat, 'allocation_id', ['aws_eip']);
        if (![nat, address].some((resource) => resource && comesAfterGateway(resource)))
          finding(nat, 'does not depend on the internet gateway');
      }
    },
  },
  {
    name: 'nat-gateway-of-own-zone',
    severity: 'note',
    title: 'where zones have NAT gateways of their own, a subnet uses the one of its zone',
    why: 'The loss of one zone takes the way out of the other with it, and traffic between zones is paid for.',
    remedy: 'Give each zone a route table of its own that leads to the NAT gateway of the zone.',
    catalogue: ['S001-04', 'S000-12'],
    stages: ['hcl', 'plan', 'state'],
    source,
    example: { broken: twoZones('"eu-west-1a"'), sound: twoZones('each.key') },
    check(project, { finding }) {
      const zonesWithGateway = new Set(
        publicGateways(project).map((nat) => {
          const subnet = subnetOf(project, nat);
          return subnet && zoneOf(subnet);
        }),
      );
      for (const subnet of project.all('aws_subnet')) {
        const zone = zoneOf(subnet);
        if (zone === undefined || !zonesWithGateway.has(zone)) continue;
        const nat = gatewayOf(project, subnet);
        const other = nat && subnetOf(project, nat);
        const otherZone = other && zoneOf(other);
        if (
          nat &&
          otherZone !== undefined &&
          otherZone !== zone &&
          same(other?.get('vpc_id'), subnet.get('vpc_id')) === true
        )
          finding(subnet, `leads to ${nat.address} in another zone, though its own has a NAT gateway`);
      }
    },
  },
);

/** Whether something is made after the internet gateway, or after a route that leads to it. */
function comesAfterGateway(resource: Resource): boolean {
  return resource
    .refs('depends_on')
    .some(({ type }) => ['aws_internet_gateway', 'aws_route', 'aws_route_table_association'].includes(type));
}
