import { describe, expect, it } from 'vitest';

import { addressRange, groupAllows, wayOut, zoneOf } from '../../src/rules/lib/network.js';
import { databaseClients, needsOf, passage, targets } from '../../src/rules/lib/paths.js';
import type { Project, Resource } from '../../src/terraform/project.js';
import { memorySources, readHclProject } from '../../src/terraform/read-hcl.js';

async function read(text: string): Promise<{ project: Project; find(address: string): Resource }> {
  const project = await readHclProject(memorySources(new Map([['main.tf', text]])));
  const find = (address: string) => {
    const found = project.resources.find((resource) => resource.address === address);
    if (!found) throw new Error(`no ${address}`);
    return found;
  };
  return { project, find };
}

describe('groupAllows', () => {
  const configured = 'provider "aws" {}\n';
  const group = (rules: string, rest = configured) => `
variable "ports" { type = list(number) }
variable "ranges" { type = list(string) }
resource "aws_security_group" "a" {
  ${rules}
}
resource "aws_security_group" "b" {}
${rest}`;

  const rule = (from: string, to: string, source: string, protocol = '"tcp"') =>
    `ingress {\n protocol = ${protocol}\n from_port = ${from}\n to_port = ${to}\n ${source}\n}`;

  it.each([
    ['no rule', group(''), false],
    ['a rule for the port', group(rule('443', '443', 'cidr_blocks = ["0.0.0.0/0"]')), true],
    ['a rule for ports around it', group(rule('400', '500', 'ipv6_cidr_blocks = ["::/0"]')), true],
    ['a rule for another port', group(rule('80', '80', 'cidr_blocks = ["0.0.0.0/0"]')), false],
    ['a rule for every protocol', group(rule('0', '0', 'cidr_blocks = ["0.0.0.0/0"]', '-1')), true],
    ['a rule for UDP', group(rule('443', '443', 'cidr_blocks = ["0.0.0.0/0"]', '"udp"')), false],
    ['a rule for private addresses', group(rule('443', '443', 'cidr_blocks = ["10.0.0.0/8"]')), false],
    ['a port that is not known', group(rule('var.ports[0]', '443', 'cidr_blocks = ["0.0.0.0/0"]')), undefined],
    ['ranges that are not known', group(rule('443', '443', 'cidr_blocks = var.ranges')), undefined],
    ['rules that are not known', group('ingress = var.ranges'), undefined],
    ['no rule, in a module that others call', group('', ''), undefined],
    ['a rule for another port, in such a module', group(rule('80', '80', 'cidr_blocks = ["0.0.0.0/0"]'), ''), false],
    [
      'a group that the project hands out',
      group('', configured + 'output "a" { value = aws_security_group.a.id }'),
      undefined,
    ],
    [
      'a group that a module that is not read is given',
      group('', configured + 'module "m" {\n source = "x/y/aws"\n group = { id = aws_security_group.a.id }\n}'),
      undefined,
    ],
  ])('from the internet, with %s', async (_title, text, expected) => {
    const { project, find } = await read(text);
    expect(groupAllows(project, find('aws_security_group.a'), 'ingress', 443, 'internet')).toBe(expected);
  });

  const separate = (resource: string) => `
variable "create" { type = bool }
variable "other" { type = string }
resource "aws_security_group" "a" {}
resource "aws_security_group" "b" {}
${resource}`;

  it.each([
    [
      'a rule of the old kind',
      `resource "aws_security_group_rule" "r" {
  type                     = "ingress"
  security_group_id        = aws_security_group.a.id
  source_security_group_id = aws_security_group.b.id
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
}`,
      true,
    ],
    [
      'a rule of the new kind',
      `resource "aws_vpc_security_group_ingress_rule" "r" {
  security_group_id            = aws_security_group.a.id
  referenced_security_group_id = aws_security_group.b.id
  ip_protocol                  = "-1"
}`,
      true,
    ],
    [
      'a rule that may not be there',
      `resource "aws_vpc_security_group_ingress_rule" "r" {
  count                        = var.create ? 1 : 0
  security_group_id            = aws_security_group.a.id
  referenced_security_group_id = aws_security_group.b.id
  ip_protocol                  = "-1"
}`,
      undefined,
    ],
    [
      'a rule for a group that is not known',
      `resource "aws_vpc_security_group_ingress_rule" "r" {
  security_group_id            = aws_security_group.a.id
  referenced_security_group_id = var.other
  ip_protocol                  = "-1"
}`,
      undefined,
    ],
    [
      'a rule for itself only',
      `resource "aws_vpc_security_group_ingress_rule" "r" {
  security_group_id            = aws_security_group.a.id
  referenced_security_group_id = aws_security_group.a.id
  ip_protocol                  = "-1"
}`,
      false,
    ],
    [
      'a rule of a group that is not known',
      `resource "aws_vpc_security_group_ingress_rule" "r" {
  security_group_id            = var.create ? aws_security_group.a.id : aws_security_group.b.id
  referenced_security_group_id = aws_security_group.b.id
  ip_protocol                  = "-1"
}`,
      undefined,
    ],
  ])('from another group, with %s', async (_title, resource, expected) => {
    const { project, find } = await read(separate(resource));
    const peer = { groups: [find('aws_security_group.b')] };
    expect(groupAllows(project, find('aws_security_group.a'), 'ingress', 443, peer)).toBe(expected);
  });
});

it('answers for both sides of a path', async () => {
  const { project, find } = await read(`
resource "aws_security_group" "app" {
  egress {
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5432
    security_groups = [aws_security_group.database.id]
  }
}
resource "aws_security_group" "database" {}
`);
  const [app, database] = [find('aws_security_group.app'), find('aws_security_group.database')];
  expect(passage(project, [app], [database], 5432)).toEqual({ leaves: true, enters: false });
  expect(passage(project, [app], [database], 3306)).toEqual({ leaves: false, enters: false });
  expect(passage(project, [database, app], undefined, 5432)).toEqual({ leaves: true, enters: undefined });
});

describe('wayOut', () => {
  const subnet = (route: string, rest = '') => `
variable "vpc_range" { type = string }
resource "aws_vpc" "this" {}
resource "aws_internet_gateway" "this" { vpc_id = aws_vpc.this.id }
resource "aws_subnet" "a" { vpc_id = aws_vpc.this.id }
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.this.id
  ${route}
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
${rest}`;
  const route = (target: string, range = '"0.0.0.0/0"') => `route {\n cidr_block = ${range}\n ${target}\n}`;

  it.each([
    ['no route', subnet(''), 'none'],
    ['an internet gateway', subnet(route('gateway_id = aws_internet_gateway.this.id')), 'internet'],
    ['a NAT gateway', subnet(route('nat_gateway_id = "nat-1"')), 'nat'],
    ['a transit gateway', subnet(route('transit_gateway_id = "tgw-1"')), 'other'],
    ['a VPN gateway', subnet(route('gateway_id = "vgw-1"')), 'other'],
    ['a route for other addresses', subnet(route('nat_gateway_id = "nat-1"', '"10.0.0.0/8"')), 'none'],
    ['a route for addresses that are not known', subnet(route('nat_gateway_id = "nat-1"', 'var.vpc_range')), undefined],
    ['a gateway that is not known', subnet(route('gateway_id = var.vpc_range')), undefined],
    ['routes that a VPN gateway adds', subnet('propagating_vgws = ["vgw-1"]'), undefined],
    [
      'a route beside the table',
      subnet(
        '',
        'resource "aws_route" "r" {\n route_table_id = aws_route_table.a.id\n destination_cidr_block = "0.0.0.0/0"\n nat_gateway_id = "nat-1"\n}',
      ),
      'nat',
    ],
    [
      'a table that another project may add to',
      subnet('', 'output "table" { value = aws_route_table.a.id }'),
      undefined,
    ],
  ])('with %s', async (_title, text, expected) => {
    const { project, find } = await read(text);
    expect(wayOut(project, find('aws_subnet.a'))).toBe(expected);
  });

  it('follows the main route table of the VPC, where the project writes it', async () => {
    const { project, find } = await read(`
resource "aws_vpc" "a" {}
resource "aws_default_route_table" "a" {
  default_route_table_id = aws_vpc.a.default_route_table_id
  ${route('gateway_id = "igw-1"')}
}
resource "aws_subnet" "a" { vpc_id = aws_vpc.a.id }
resource "aws_vpc" "b" {}
resource "aws_route" "b" {
  route_table_id         = aws_vpc.b.main_route_table_id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = "nat-1"
}
resource "aws_subnet" "b" { vpc_id = aws_vpc.b.id }
resource "aws_vpc" "c" {}
resource "aws_subnet" "c" { vpc_id = aws_vpc.c.id }
`);
    expect(['a', 'b', 'c'].map((name) => wayOut(project, find(`aws_subnet.${name}`)))).toEqual([
      'internet',
      'nat',
      undefined,
    ]);
  });
});

it('knows which zones are the same without knowing them', async () => {
  const { find } = await read(`
variable "zone" { type = string }
resource "aws_subnet" "a" { availability_zone = var.zone }
resource "aws_subnet" "b" { availability_zone = "\${var.zone}" }
resource "aws_subnet" "c" {}
`);
  expect(zoneOf(find('aws_subnet.a'))).toBe(zoneOf(find('aws_subnet.b')));
  expect(zoneOf(find('aws_subnet.c'))).toBeUndefined();
});

it('reads address ranges', () => {
  expect(addressRange('10.0.1.0/24')).toEqual({ first: 167772416, last: 167772671 });
  expect(addressRange('10.0.1.0')).toBeUndefined();
  expect(addressRange('::/0')).toBeUndefined();
});

it('finds the ports that targets are called on, and who is told the address of a database', async () => {
  const { project, find } = await read(`
resource "aws_lb_target_group" "app" {
  health_check { port = "9000" }
}
resource "aws_elasticache_cluster" "cache" {}
resource "aws_ecs_task_definition" "app" {
  container_definitions = jsonencode([{
    image            = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1"
    environment      = [{ name = "CACHE", value = aws_elasticache_cluster.cache.cache_nodes[0].address }]
    secrets          = [{ name = "KEY", valueFrom = "arn:aws:ssm:eu-west-1:111122223333:parameter/key" }]
    logConfiguration = { logDriver = "awslogs" }
  }])
}
resource "aws_ecs_service" "app" {
  task_definition = aws_ecs_task_definition.app.arn
  network_configuration { subnets = ["subnet-1"] }
  load_balancer {
    target_group_arn = aws_lb_target_group.app.arn
    container_port   = 8080
  }
}
`);
  const service = find('aws_ecs_service.app');
  expect(targets(project).map(({ ports }) => ports)).toEqual([[8080, 9000]]);
  expect(databaseClients(project)).toEqual([{ resource: service, database: find('aws_elasticache_cluster.cache') }]);
  expect(needsOf(project, service)).toEqual({
    services: ['ecr.api', 'ecr.dkr', 's3', 'logs', 'ssm'],
    foreignImages: [],
  });
});
