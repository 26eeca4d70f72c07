import { isInterface, placedResources, refersToSubnets } from '../lib/paths.js';
import { resourceNamed, vpcOf, zoneOf } from '../lib/network.js';
import type { Project, Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';
import { addTo } from '../../terraform/groups.js';

const dnsSource = 'https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html';

/** The DNS attributes that are off; enable_dns_support is on unless it is set, enable_dns_hostnames is not. */
function dnsThatIsOff(vpc: Resource): string[] {
  const off = vpc.truth('enable_dns_support') === false ? ['enable_dns_support'] : [];
  const hostnames = vpc.has('enable_dns_hostnames')
    ? vpc.truth('enable_dns_hostnames')
    : vpc.type === 'aws_default_vpc';
  return hostnames === false ? [...off, 'enable_dns_hostnames'] : off;
}

/** What in a VPC answers to private names. */
function privateNames(project: Project): Map<Resource, Resource> {
  const found = new Map<Resource, Resource>();
  for (const endpoint of project.all('aws_vpc_endpoint')) {
    const vpc = isInterface(endpoint) && endpoint.truth('private_dns_enabled') === true && vpcOf(project, endpoint);
    if (vpc) found.set(vpc, endpoint);
  }
  for (const zone of project.all('aws_route53_zone')) {
    for (const block of zone.blocks('vpc')) {
      const vpc = resourceNamed(project, block, 'vpc_id', ['aws_vpc']);
      if (vpc) found.set(vpc, zone);
    }
  }
  return found;
}

const endpoint = `
resource "aws_vpc_endpoint" "logs" {
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.eu-west-1.logs"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
}
`;

const vpcWithNames = `resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}
`;

const vpcWithoutNames = `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}
`;

const subnetsIn = (second: string) => `data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.0.0/24"
  availability_zone = data.aws_availability_zones.available.names[0]
}

resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = data.aws_availability_zones.available.names[${second}]
}
`;

export default defineRules(
  {
    name: 'vpc-dns-for-private-names',
    severity: 'error',
    title: 'a VPC with private DNS names has DNS support and DNS hostnames on',
    why: 'The endpoint is refused: "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true". Names of a private hosted zone do not resolve.',
    remedy: 'Set enable_dns_support and enable_dns_hostnames to true.',
    catalogue: ['S001-03', 'S001-19', 'facts §7'],
    stages: ['hcl', 'plan', 'state'],
    source: dnsSource,
    example: { broken: vpcWithoutNames + endpoint, sound: vpcWithNames + endpoint },
    check(project, { finding }) {
      for (const [vpc, named] of privateNames(project)) {
        const [off] = dnsThatIsOff(vpc);
        if (off) finding(vpc, `has ${off} off, which ${named.configAddress} needs`, off);
      }
    },
  },
  {
    name: 'vpc-dns-on',
    severity: 'warning',
    title: 'a VPC has DNS support and DNS hostnames on',
    why: 'Without them the private names of interface endpoints do not work, nor do mount targets of EFS, nor EKS; what is added later fails for a reason that is far away.',
    remedy: 'Set enable_dns_support and enable_dns_hostnames to true.',
    catalogue: ['S001-03'],
    stages: ['hcl', 'plan', 'state'],
    source: dnsSource,
    example: { broken: vpcWithoutNames, sound: vpcWithNames },
    check(project, { finding }) {
      const told = privateNames(project);
      for (const vpc of project.all('aws_vpc')) {
        const off = dnsThatIsOff(vpc);
        if (off[0] && !told.has(vpc)) finding(vpc, `has ${off.join(' and ')} off`, off[0]);
      }
    },
  },
  {
    name: 'no-default-vpc',
    severity: 'warning',
    title: 'nothing is put into the default VPC',
    why: 'Its subnets are public, give every instance a public address, and are shared with whatever else was started there without a thought. In an account without one the plan fails: "no matching EC2 VPC found".',
    remedy: 'Create a VPC with private subnets, or name one by its id.',
    catalogue: ['S003-01'],
    stages: ['hcl', 'plan'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html',
    example: {
      broken: `data "aws_vpc" "default" {
  default = true
}

resource "aws_security_group" "app" {
  name        = "app"
  description = "Application"
  vpc_id      = data.aws_vpc.default.id
}
`,
      sound: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "app" {
  name        = "app"
  description = "Application"
  vpc_id      = aws_vpc.this.id
}
`,
    },
    check(project, { finding }) {
      for (const vpc of project.data('aws_vpc')) {
        if (vpc.truth('default') === true) finding(vpc, 'looks up the default VPC', 'default');
      }
      // To adopt it and shut it, as with its default security group, is sound.
      for (const resource of placedResources(project)) {
        if (refersToSubnets(resource, 'aws_default_subnet')) finding(resource, 'is in a subnet of the default VPC');
      }
      for (const resource of project.all('aws_subnet', 'aws_security_group', 'aws_lb_target_group')) {
        if (vpcOf(project, resource)?.type === 'aws_default_vpc') finding(resource, 'is in the default VPC', 'vpc_id');
      }
    },
  },
  {
    name: 'vpc-two-zones',
    severity: 'warning',
    title: 'the subnets of a VPC are in two or more availability zones',
    why: 'With its only zone all of the system is gone, and load balancers and database subnet groups need two to be created at all.',
    remedy: 'Make a subnet of each tier in each of two or three zones.',
    catalogue: ['S000-11'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html',
    example: { broken: subnetsIn('0'), sound: subnetsIn('1') },
    check(project, { finding, abstain }) {
      const zones = new Map<Resource, (string | undefined)[]>();
      for (const subnet of project.all('aws_subnet')) {
        const vpc = vpcOf(project, subnet);
        // Of subnets that cannot be counted, one stands for all.
        if (vpc) addTo(zones, vpc, subnet.uncertain ? undefined : zoneOf(subnet));
      }
      for (const [vpc, found] of zones) {
        if (found.includes(undefined) && found.length > 1)
          abstain(vpc, 'it is not known which zones its subnets are in');
        else if (project.isGivenToUnread(vpc)) abstain(vpc, 'a module that was not looked into may add subnets to it');
        else if (found[0] !== undefined && new Set(found).size === 1)
          finding(vpc, `has all its subnets in one availability zone`);
      }
    },
  },
  {
    name: 'zones-without-opt-in',
    severity: 'note',
    title: 'availability zones are looked up with state and opt-in filter',
    why: 'An account that opted in to a Local or Wavelength Zone gets it among the names; NAT gateways, load balancers and databases cannot be created there. A zone that is impaired is among them too without state.',
    remedy: 'Set state = "available" and filter opt-in-status by opt-in-not-required.',
    catalogue: ['S000-11', 'facts §3'],
    stages: ['hcl', 'plan'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/d/availability_zones.html.markdown',
    example: {
      broken: `data "aws_availability_zones" "available" {
  state = "available"
}
`,
      sound: `data "aws_availability_zones" "available" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}
`,
    },
    check(project, { finding }) {
      for (const zones of project.data('aws_availability_zones')) {
        const filters = zones.blocks('filter').map((filter) => filter.text('name'));
        const named = ['opt-in-status', 'zone-type', 'zone-name', 'zone-id'];
        if (!zones.has('state') && !filters.includes('state')) finding(zones, 'takes zones of any state');
        else if (
          !filters.some((name) => name === undefined || named.includes(name)) &&
          !zones.has('all_availability_zones')
        )
          finding(zones, 'takes Local and Wavelength Zones too');
      }
    },
  },
  {
    name: 'subnet-no-public-address',
    severity: 'note',
    title: 'a subnet does not give every interface a public address',
    why: 'Load balancers and NAT gateways do not need it, and an instance that is started there by mistake is on the internet.',
    remedy: 'Set map_public_ip_on_launch to false, and ask for the address where one is wanted.',
    catalogue: ['S000-14'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html',
    example: {
      broken: `resource "aws_subnet" "public" {
  vpc_id                  = "vpc-0123456789abcdef0"
  cidr_block              = "10.0.0.0/24"
  map_public_ip_on_launch = true
}
`,
      sound: `resource "aws_subnet" "public" {
  vpc_id                  = "vpc-0123456789abcdef0"
  cidr_block              = "10.0.0.0/24"
  map_public_ip_on_launch = false
}
`,
    },
    check(project, { finding }) {
      for (const subnet of project.all('aws_subnet')) {
        if (subnet.truth('map_public_ip_on_launch') === true)
          finding(subnet, 'gives every interface in it a public address', 'map_public_ip_on_launch');
      }
    },
  },
);
