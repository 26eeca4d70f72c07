import { isAnyProtocol, isEverywhere, rulesOfGroupsElsewhere, trafficRules, type WrittenRule } from '../lib/network.js';
import { groupsArgument, groupsOf, placedResources, subnetsHolding } from '../lib/paths.js';
import { vpcOf } from '../lib/network.js';
import type { Project, Resource } from '../../terraform/project.js';
import { identity } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const group = `resource "aws_security_group" "app" {
  name        = "app"
  description = "Application"
  vpc_id      = "vpc-0123456789abcdef0"
}

`;

const vpcAndSubnet = `resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_instance" "app" {
  ami                    = data.aws_ssm_parameter.al2023.value
  instance_type          = "t4g.micro"
  subnet_id              = aws_subnet.private.id
  vpc_security_group_ids = [aws_security_group.app.id]
}

data "aws_ssm_parameter" "al2023" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
}

`;

/** Whether a subnet and a group are known to be in different VPCs. A group without one is in the default VPC. */
function areApart(project: Project, subnet: Resource, group: Resource): boolean {
  const vpc = vpcOf(project, subnet);
  if (!vpc || vpc.uncertain || group.type !== 'aws_security_group') return false;
  // A group can be associated with more VPCs than its own.
  if (project.all('aws_vpc_security_group_vpc_association').length > 0) return false;
  if (!group.has('vpc_id')) return vpc.type === 'aws_vpc';
  const other = vpcOf(project, group);
  if (other) return !other.uncertain && other !== vpc;
  // A literal id is no VPC of the project's own.
  return identity(group.get('vpc_id'))?.startsWith('vpc-') === true && project.stage === 'hcl';
}

/** Every rule, whether or not the project makes its group: how it is written is all that is asked for. */
function writtenRules(project: Project): readonly WrittenRule[] {
  return [...trafficRules(project), ...rulesOfGroupsElsewhere(project)];
}

export default defineRules(
  {
    name: 'egress-not-everything',
    severity: 'warning',
    title: 'a security group lets out what is needed, not everything to everywhere',
    why: 'Whoever gets into the service can send its data anywhere, on any port, and fetch his tools the same way.',
    remedy:
      'Allow the port of the database to its group, 443 to the endpoints or prefix lists of the AWS APIs, and 443 to 0.0.0.0/0 only where a NAT gateway is the way out.',
    catalogue: ['S001-17'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html',
    example: {
      broken: `${group}resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.app.id
  description       = "Everything"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
`,
      sound: `${group}resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.app.id
  description       = "HTTPS through the NAT gateway"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
`,
    },
    check(project, { finding }) {
      for (const { direction, protocol, from, to, ranges, at } of writtenRules(project)) {
        if (direction !== 'egress' || !ranges?.some(isEverywhere)) continue;
        if (isAnyProtocol(protocol) || (from === 0 && to === 65_535))
          finding(at, 'lets everything out to the whole internet');
      }
    },
  },
  {
    name: 'security-group-rule-described',
    severity: 'note',
    title: 'every rule of a security group has a description',
    why: 'Nobody takes away a rule of which nobody knows what it is for.',
    remedy: 'Say in description who connects to what.',
    catalogue: ['S001-17'],
    stages: ['hcl', 'plan'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html',
    example: {
      broken: `${group}resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.app.id
  cidr_ipv4         = "10.0.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
`,
      sound: `${group}resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.app.id
  description       = "HTTPS from the VPC"
  cidr_ipv4         = "10.0.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
`,
    },
    check(project, { finding }) {
      for (const { description, at } of writtenRules(project)) {
        if (description === undefined || description === null || description === '') finding(at, 'has no description');
      }
    },
  },
  {
    name: 'security-groups-of-one-vpc',
    severity: 'error',
    title: 'security groups are in the VPC of the subnets they are used in',
    why: 'The apply fails: "Security group sg-… and subnet subnet-… belong to different networks." A group without vpc_id is in the default VPC.',
    remedy: "Set the group's vpc_id to the VPC that the subnets are in.",
    catalogue: ['S000-13'],
    stages: ['hcl', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html',
    example: {
      broken: `${vpcAndSubnet}resource "aws_security_group" "app" {
  name        = "app"
  description = "Application"
}
`,
      sound: `${vpcAndSubnet}resource "aws_security_group" "app" {
  name        = "app"
  description = "Application"
  vpc_id      = aws_vpc.this.id
}
`,
    },
    check(project, { finding }) {
      for (const resource of placedResources(project)) {
        const [subnet] = subnetsHolding(project, resource) ?? [];
        const apart = subnet && groupsOf(project, resource)?.find((group) => areApart(project, subnet, group));
        if (apart)
          finding(
            resource,
            `has ${apart.configAddress}, which is not in the VPC of its subnets`,
            groupsArgument(resource),
          );
      }
    },
  },
);
