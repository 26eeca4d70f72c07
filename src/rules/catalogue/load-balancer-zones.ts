import { countable } from '../lib/counts.js';
import { subnetsOf, zoneOf } from '../lib/network.js';
import { defineRule } from '../rule.js';

export default defineRule({
  name: 'alb-two-zones',
  severity: 'error',
  title: 'an application load balancer is in subnets of two availability zones, one of each',
  why: 'AWS refuses the load balancer: "At least two subnets in two different Availability Zones must be specified", or "A load balancer cannot be attached to multiple subnets in the same Availability Zone". Neither validate nor plan looks.',
  remedy: 'Give one subnet in each of two or more zones.',
  catalogue: ['S003-02', 'S000-11'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html',
  example: {
    broken: `resource "aws_subnet" "public" {
  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = "10.0.0.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_lb" "app" {
  name    = "app"
  subnets = [aws_subnet.public.id]
}
`,
    sound: `data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_subnet" "public" {
  count = 2

  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = cidrsubnet("10.0.0.0/16", 8, count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]
}

resource "aws_lb" "app" {
  name    = "app"
  subnets = aws_subnet.public[*].id
}
`,
  },
  check(project, { finding, abstain }) {
    for (const lb of project.all('aws_lb', 'aws_alb')) {
      if ((lb.get('load_balancer_type') ?? 'application') !== 'application') continue;
      // On an Outpost and in a Local Zone one subnet is enough.
      if (lb.has('customer_owned_ipv4_pool')) continue;
      const argument = lb.has('subnets') ? 'subnets' : 'subnet_mapping';
      const count = argument === 'subnets' ? countable(lb.get('subnets'))?.length : lb.blocks('subnet_mapping').length;
      const subnets = argument === 'subnets' ? subnetsOf(project, lb, 'subnets') : undefined;
      if (subnets?.some((subnet) => subnet.has('outpost_arn') || /-[a-z]{3}-\d+[a-z]$/.test(zoneOf(subnet) ?? '')))
        continue;
      if (count === 1) {
        finding(lb, 'is in one subnet, and so in one availability zone', argument);
        continue;
      }
      const zones = subnets?.map(zoneOf);
      if (!zones || zones.some((zone) => zone === undefined)) {
        abstain(lb, 'it is not known which availability zones its subnets are in');
        continue;
      }
      const distinct = new Set(zones);
      if (distinct.size === 1) finding(lb, `has ${zones.length} subnets, all in the same availability zone`, argument);
      else if (distinct.size < zones.length) finding(lb, 'has two subnets in the same availability zone', argument);
    }
  },
});
