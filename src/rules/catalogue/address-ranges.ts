import { addressRange, resourceNamed, vpcOf } from '../lib/network.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { identity, type Value } from '../../terraform/value.js';
import { defineRules } from '../rule.js';
import { addTo } from '../../terraform/groups.js';

interface Range {
  first: number;
  last: number;
}

/** The IPv4 ranges of a VPC; undefined where some are not known. */
function rangesOf(project: Project, vpc: Resource): Range[] | undefined {
  const more = project.all('aws_vpc_ipv4_cidr_block_association');
  // One of another VPC, or of one that is not known, may be of this.
  const own = more.filter((one) => vpcOf(project, one) === vpc);
  if (more.some((one) => identity(one.get('vpc_id')) === undefined) || project.isGivenToUnread(vpc)) return undefined;
  const ranges = [vpc, ...own].map((holder) => addressRange(holder.get('cidr_block')));
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

function isWithin(inner: Range, outer: Range): boolean {
  return inner.first >= outer.first && inner.last <= outer.last;
}

function overlap(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Prefix length of a range and whether it starts at its own first address; undefined where it is not known. */
function prefixOf(value: Value | undefined): { length: number; startsRight: boolean } | undefined {
  const range = addressRange(value);
  if (!range || typeof value !== 'string') return undefined;
  const [address = '', length = ''] = value.split('/');
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return { length: Number(length), startsRight: ((a * 256 + b) * 256 + c) * 256 + d === range.first };
}

/** The VPC at an end of a peering connection. */
function endOf(project: Project, peering: Block, argument: string): Resource | undefined {
  return resourceNamed(project, peering, argument, ['aws_vpc']);
}

const vpc = `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

`;

const twoSubnets = (second: string) => `${vpc}resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet(aws_vpc.this.cidr_block, 4, 0)
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.this.id
  cidr_block = ${second}
}
`;

const peered = (second: string) => `resource "aws_vpc" "app" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc" "legacy" {
  cidr_block = "${second}"
}

resource "aws_vpc_peering_connection" "legacy" {
  vpc_id      = aws_vpc.app.id
  peer_vpc_id = aws_vpc.legacy.id
  auto_accept = true
}
`;

export default defineRules(
  {
    name: 'address-range-size',
    severity: 'error',
    title: 'the range of a VPC or subnet is between /16 and /28 and starts at its first address',
    why: 'The range is refused: "InvalidVpc.Range" or "InvalidSubnet.Range: The CIDR \'…\' is invalid."',
    remedy: 'Choose a prefix length from 16 to 28, and the first address of the range.',
    catalogue: ['S001-05'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html',
    example: {
      broken: `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/8"
}
`,
      sound: vpc.trimEnd() + '\n',
    },
    check(project, { finding }) {
      for (const holder of project.all('aws_vpc', 'aws_subnet', 'aws_vpc_ipv4_cidr_block_association')) {
        const prefix = prefixOf(holder.get('cidr_block'));
        if (!prefix) continue;
        if (prefix.length < 16 || prefix.length > 28)
          finding(holder, `has the range ${holder.text('cidr_block')}, and /16 to /28 are allowed`, 'cidr_block');
        else if (!prefix.startsRight)
          finding(
            holder,
            `has the range ${holder.text('cidr_block')}, which does not start at its first address`,
            'cidr_block',
          );
      }
    },
  },
  {
    name: 'subnet-within-vpc',
    severity: 'error',
    title: 'the range of a subnet is within a range of its VPC',
    why: 'The subnet is refused: "InvalidSubnet.Range: The CIDR \'…\' is invalid." Neither validate nor plan looks.',
    remedy: "Compute the range with cidrsubnet() from the VPC's.",
    catalogue: ['S001-05'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html',
    example: {
      broken: twoSubnets('"10.1.0.0/20"'),
      sound: twoSubnets('cidrsubnet(aws_vpc.this.cidr_block, 4, 1)'),
    },
    check(project, { finding }) {
      for (const subnet of project.all('aws_subnet')) {
        const range = addressRange(subnet.get('cidr_block'));
        const vpc = range && vpcOf(project, subnet);
        const ranges = vpc && rangesOf(project, vpc);
        if (ranges && !ranges.some((outer) => isWithin(range, outer)))
          finding(subnet, `has the range ${subnet.text('cidr_block')}, outside of ${vpc.configAddress}`, 'cidr_block');
      }
    },
  },
  {
    name: 'subnets-disjoint',
    severity: 'error',
    title: 'the ranges of the subnets of a VPC do not overlap',
    why: 'The second subnet is refused: "InvalidSubnet.Conflict: The CIDR \'…\' conflicts with another subnet". Neither validate nor plan looks.',
    remedy: 'Give each subnet its own number in cidrsubnet(), across all tiers.',
    catalogue: ['S001-05'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html',
    example: {
      broken: twoSubnets('cidrsubnet(aws_vpc.this.cidr_block, 8, 1)'),
      sound: twoSubnets('cidrsubnet(aws_vpc.this.cidr_block, 4, 1)'),
    },
    check(project, { finding }) {
      const byVpc = new Map<string, { subnet: Resource; range: Range }[]>();
      for (const subnet of project.all('aws_subnet')) {
        const [vpc, range] = [identity(subnet.get('vpc_id')), addressRange(subnet.get('cidr_block'))];
        // Of two that may not be there, perhaps only one ever is.
        if (vpc !== undefined && range && !subnet.uncertain) addTo(byVpc, vpc, { subnet, range });
      }
      for (const subnets of byVpc.values()) {
        const sorted = subnets.sort((a, b) => a.range.first - b.range.first || a.range.last - b.range.last);
        let widest = sorted[0];
        for (const next of sorted.slice(1)) {
          if (widest && overlap(widest.range, next.range)) {
            const [one, other] = [next.subnet, widest.subnet];
            const message = `has the range ${one.text('cidr_block')}, which overlaps ${other.text('cidr_block')} of ${other.address}`;
            finding(one, message, 'cidr_block');
          }
          if (!widest || next.range.last > widest.range.last) widest = next;
        }
      }
    },
  },
  {
    name: 'peered-vpcs-disjoint',
    severity: 'error',
    title: 'the ranges of peered VPCs do not overlap',
    why: 'AWS lets no peering connection become active between VPCs whose IPv4 ranges overlap: it fails as soon as it is created.',
    remedy: 'Give one of the VPCs another range.',
    catalogue: ['S001-05', 'S004-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html',
    example: { broken: peered('10.0.128.0/17'), sound: peered('10.1.0.0/16') },
    check(project, { finding, abstain }) {
      for (const peering of project.all('aws_vpc_peering_connection')) {
        const ends = [endOf(project, peering, 'vpc_id'), endOf(project, peering, 'peer_vpc_id')];
        const [own, other] = ends.map((end) => end && rangesOf(project, end));
        if (!own || !other) abstain(peering, 'it is not known which ranges the two VPCs have');
        else if (own.some((range) => other.some((peer) => overlap(range, peer))))
          finding(peering, 'connects two VPCs whose ranges overlap', 'peer_vpc_id');
      }
    },
  },
);
