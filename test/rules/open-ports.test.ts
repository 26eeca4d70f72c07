import { describe, expect, it } from 'vitest';

import { rules } from '../../src/rules/check.js';
import { checkFiles } from '../support/rules.js';

/** What rules say of a group, and of a database in it, that lets in on a port what `arguments` say. */
async function said(rule: string, holder: string, source: string, ports: string) {
  const text = `variable "ranges" { type = list(string) }
variable "text" { type = string }
variable "port" { type = number }
resource "aws_security_group" "a" {
  ingress {
    protocol = "tcp"
    ${source}
    ${ports}
  }
}
${holder}`;
  const { findings, abstentions } = await checkFiles(new Map([['main.tf', text]]), [rules.get(rule)!]);
  return { found: findings.map(({ message }) => message), abstained: abstentions.map(({ why }) => why) };
}

const ssh = 'from_port = 22\n    to_port = 22';
const database = `resource "aws_db_instance" "a" {
  engine                 = "postgres"
  vpc_security_group_ids = [aws_security_group.a.id]
}
`;
const behindBalancer = `resource "aws_lb_target_group" "a" {
  protocol = "HTTP"
  port     = 8080
}
resource "aws_ecs_service" "a" {
  network_configuration {
    subnets         = ["subnet-0123456789abcdef0"]
    security_groups = [aws_security_group.a.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.a.arn
    container_name   = "a"
    container_port   = 8080
  }
}
`;

describe('what is the internet', () => {
  const wide = (range: string) => [
    `lets the internet (${range} is more than any one network has) in on port 22: SSH on 22`,
  ];
  const most = ['lets the internet (its ranges together are more than half of it) in on port 22: SSH on 22'];
  const whole = ['lets the whole internet in on port 22: SSH on 22'];
  const all8 = (from: number, to: number) =>
    JSON.stringify(Array.from({ length: to - from + 1 }, (_, at) => `${from + at}.0.0.0/8`));

  it.each([
    ['cidr_blocks = ["0.0.0.0/1", "128.0.0.0/1"]', wide('0.0.0.0/1')],
    ['cidr_blocks = ["10.0.0.0/8", "64.0.0.0/7"]', wide('64.0.0.0/7')],
    ['ipv6_cidr_blocks = ["2000::/3"]', wide('2000::/3')],
    ['ipv6_cidr_blocks = ["2600::/12"]', wide('2600::/12')],
    ['ipv6_cidr_blocks = ["::/1"]', wide('::/1')],
    ['ipv6_cidr_blocks = ["0::0/0"]', whole],
    [`cidr_blocks = ${all8(0, 128)}`, most],
    [`cidr_blocks = ${all8(0, 127)}`, []],
    ['cidr_blocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]', []],
    ['cidr_blocks = ["11.0.0.0/8", "224.0.0.0/4"]', []],
    ['ipv6_cidr_blocks = ["fc00::/7", "fe80::/10", "ff00::/8", "2600:1f00::/24"]', []],
    // What is listed is seen beside what is not known.
    ['cidr_blocks = var.ranges\n    ipv6_cidr_blocks = ["::/0"]', whole],
    ['cidr_blocks = [var.text, "0.0.0.0/0"]', whole],
  ])('%s', async (source, found) => {
    expect(await said('internet-ingress-private-ports', '', source, ssh)).toEqual({ found, abstained: [] });
  });
});

describe('nothing is said of ranges that are not known, and that is said', () => {
  it.each([
    ['internet-ingress-private-ports', '', 22, 22],
    ['internet-ingress-web-ports', '', 8080, 8080],
    ['targets-closed-to-internet', behindBalancer, 8080, 8080],
    ['ingress-ports-narrow', '', 8000, 9000],
    ['database-closed-to-internet', database, 5432, 5432],
    ['database-ingress-from-groups', database, 5432, 5432],
  ])('%s', async (rule, holder, from, to) => {
    const ports = `from_port = ${from}\n    to_port = ${to}`;
    const answer = await said(rule, holder, 'cidr_blocks = var.ranges', ports);
    expect(answer).toEqual({ found: [], abstained: ['its ranges are not known'] });
    const known = await said(rule, holder, 'cidr_blocks = ["192.0.2.1/32"]', ports);
    expect(known.abstained).toEqual([]);
  });

  it('of one range among others', async () => {
    const answer = await said('internet-ingress-private-ports', '', 'cidr_blocks = ["192.0.2.1/32", var.text]', ssh);
    expect(answer).toEqual({ found: [], abstained: ['its ranges are not known'] });
  });

  it('nor of ports that are not known', async () => {
    const ports = 'from_port = var.port\n    to_port = var.port';
    const answer = await said('internet-ingress-private-ports', '', 'cidr_blocks = ["0.0.0.0/0"]', ports);
    expect(answer).toEqual({ found: [], abstained: ['its ports are not known'] });
    const inside = await said('internet-ingress-private-ports', '', 'cidr_blocks = ["10.0.0.0/8"]', ports);
    expect(inside).toEqual({ found: [], abstained: [] });
  });
});
