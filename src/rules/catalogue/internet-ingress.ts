import {
  internetInWords,
  isFromInternet,
  isOfDatabase,
  mayBeFromInternet,
  openOnUnknownPorts,
  openPorts,
  openPortsElsewhere,
  portsInWords,
  privateServiceAmong,
  rangesNotKnown,
  type OpenPorts,
} from '../lib/open-ports.js';
import { holdersOf, listenersOf, loadBalancers, targets } from '../lib/paths.js';
import type { WrittenRule } from '../lib/network.js';
import type { Project, Resource } from '../../terraform/project.js';
import { identity, show } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const loadBalancerTypes = ['aws_lb', 'aws_alb', 'aws_elb'];

const webPorts = [80, 443];

/** Neighbouring ports of one service are no wide range. */
const fewPorts = 10;

/** Whether a rule opens what load balancers with its group listen on, and nothing else. */
function opensListenersOnly(project: Project, { rule, from, to }: OpenPorts): boolean {
  if (to - from >= fewPorts) return false;
  const balancers = holdersOf(project, rule.group).filter(({ type }) => loadBalancerTypes.includes(type));
  // Listeners that are not seen may be on any port.
  if (
    balancers.some((balancer) => listenersOf(project, balancer).length === 0 && mayListenElsewhere(project, balancer))
  )
    return true;
  const listeners = balancers.flatMap((balancer) => [
    ...listenersOf(project, balancer),
    ...balancer.blocks('listener'),
  ]);
  const ports = listeners.map((listener) => listener.number('port') ?? listener.number('lb_port') ?? from);
  return range(from, to).every((port) => webPorts.includes(port) || ports.includes(port));
}

/** Whether a load balancer without a listener may have some that are made elsewhere, or of which it is not known whose they are. */
function mayListenElsewhere(project: Project, balancer: Resource): boolean {
  if (project.isGivenToUnread(balancer) || project.isExported(balancer) || balancer.uncertain) return true;
  return project
    .all('aws_lb_listener', 'aws_alb_listener')
    .some((listener) => identity(listener.get('load_balancer_arn')) === undefined);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

/** An application load balancer speaks HTTP, whatever the port is named after. */
function speaksHttp(project: Project, group: Resource): boolean {
  const holders = holdersOf(project, group);
  return (
    holders.length > 0 &&
    holders.every(({ type }) => type === 'aws_lb' || type === 'aws_alb') &&
    holders.every((balancer) => (balancer.get('load_balancer_type') ?? 'application') === 'application')
  );
}

/** Whether a group that the project does not make may be that of a server or load balancer for just these ports. */
function mayBeMeantElsewhere(project: Project, { from, to }: OpenPorts<WrittenRule>): boolean {
  if (project.all('aws_transfer_server').length > 0 && from >= 20 && to <= 22) return true;
  const ports = project.all('aws_lb_listener', 'aws_alb_listener').map((listener) => listener.number('port'));
  return to - from < fewPorts && range(from, to).every((port) => ports.includes(port));
}

/** A group without holders here may be that of a load balancer elsewhere. */
function isUsedElsewhere(project: Project, group: Resource): boolean {
  if (project.isGivenToUnread(group)) return true;
  return project.isExported(group) && holdersOf(project, group).length === 0;
}

/** Clients of a network load balancer come with their own addresses, unless it has groups of its own. */
function mayBeBehindNetworkBalancer(project: Project): boolean {
  return loadBalancers(project).some(
    (balancer) =>
      (balancer.get('load_balancer_type') ?? 'application') !== 'application' && !balancer.has('security_groups'),
  );
}

/** The addresses of the groups of what stands behind an application load balancer. */
function groupsBehindBalancers(project: Project): Set<string> {
  const behind = targets(project).filter(({ targetGroup }) => /^HTTPS?$/.test(targetGroup.text('protocol') ?? ''));
  const groups = behind.flatMap((target) => target.groups ?? []);
  // A group that the load balancer has too lets its own clients in.
  return new Set(
    groups
      .filter((group) => !project.isGivenToUnread(group))
      .filter((group) => !holdersOf(project, group).some(({ type }) => loadBalancerTypes.includes(type)))
      .map(({ address }) => address),
  );
}

const group = `resource "aws_security_group" "app" {
  name        = "app"
  description = "Application"
  vpc_id      = "vpc-0123456789abcdef0"
}

`;

const serviceBehindBalancer = `resource "aws_security_group" "alb" {
  name        = "alb"
  description = "Load balancer"
  vpc_id      = "vpc-0123456789abcdef0"
}

${group}resource "aws_lb_target_group" "app" {
  name        = "app"
  vpc_id      = "vpc-0123456789abcdef0"
  target_type = "ip"
  protocol    = "HTTP"
  port        = 8080
}

resource "aws_ecs_service" "app" {
  name            = "app"
  task_definition = "app"

  network_configuration {
    subnets         = ["subnet-0123456789abcdef0"]
    security_groups = [aws_security_group.app.id]
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.app.arn
    container_name   = "app"
    container_port   = 8080
  }
}

`;

export default defineRules(
  {
    name: 'internet-ingress-private-ports',
    severity: 'error',
    title: 'ports of administration and of databases are closed to the internet',
    why: 'Such ports are scanned and attacked without end: whoever has or guesses a password, or finds a flaw in the service, is in.',
    remedy:
      'Take the rule away and reach instances with Session Manager, which needs no open port; or name the few addresses that may connect.',
    catalogue: ['S000-06'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html',
    example: {
      broken: `${group}resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = aws_security_group.app.id
  description       = "SSH"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}
`,
      sound: `${group}resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = aws_security_group.app.id
  description       = "SSH from the office"
  cidr_ipv4         = "203.0.113.10/32"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}
`,
    },
    check(project, { finding, abstain }) {
      for (const open of openPorts(project)) {
        const { group } = open.rule;
        const internet = internetInWords(open.rule);
        if (!internet && !mayBeFromInternet(open.rule)) continue;
        const service = privateServiceAmong(open);
        if (!service || isOfDatabase(project, group)) continue;
        // A server for SFTP and FTP may be for the internet.
        const isTransfer =
          project.linked('aws_transfer_server', 'endpoint_details.security_group_ids', group).length > 0;
        if (isTransfer && open.from >= 20 && open.to <= 22) continue;
        if (speaksHttp(project, group) && opensListenersOnly(project, open)) continue;
        if (internet) finding(open.rule.at, `lets ${internet} in on ${portsInWords(open)}: ${service}`);
        else abstain(open.rule.at, rangesNotKnown);
      }
      for (const open of openPortsElsewhere(project)) {
        const internet = internetInWords(open.rule);
        const service = privateServiceAmong(open);
        if (!service || (!internet && !mayBeFromInternet(open.rule)) || mayBeMeantElsewhere(project, open)) continue;
        if (internet) finding(open.rule.at, `lets ${internet} in on ${portsInWords(open)}: ${service}`);
        else abstain(open.rule.at, rangesNotKnown);
      }
      for (const rule of openOnUnknownPorts(project)) abstain(rule.at, 'its ports are not known');
    },
  },
  {
    name: 'internet-ingress-web-ports',
    severity: 'warning',
    title: 'the internet is let in on ports 80 and 443 only, and on those that a load balancer listens on',
    why: 'Any other port is an application that is reached without the load balancer, its TLS, its logs and its firewall.',
    remedy: 'Let in the group of the load balancer before it, or the addresses of those who are to connect.',
    catalogue: ['S000-06'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html',
    example: {
      broken: `${group}resource "aws_vpc_security_group_ingress_rule" "app" {
  security_group_id = aws_security_group.app.id
  description       = "Requests"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8080
}
`,
      sound: `${group}resource "aws_vpc_security_group_ingress_rule" "app" {
  security_group_id = aws_security_group.app.id
  description       = "Requests"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
`,
    },
    check(project, { finding, abstain }) {
      const behindBalancers = groupsBehindBalancers(project);
      for (const open of openPorts(project)) {
        const { rule } = open;
        const internet = internetInWords(rule);
        if (!internet && !mayBeFromInternet(rule)) continue;
        if (privateServiceAmong(open) || isOfDatabase(project, rule.group)) continue;
        if (behindBalancers.has(rule.group.address) || isUsedElsewhere(project, rule.group)) continue;
        if (opensListenersOnly(project, open) || mayBeBehindNetworkBalancer(project)) continue;
        if (internet) finding(rule.at, `lets ${internet} in on ${portsInWords(open)}`);
        else abstain(rule.at, rangesNotKnown);
      }
    },
  },
  {
    name: 'targets-closed-to-internet',
    severity: 'warning',
    title: 'what stands behind an application load balancer lets in the load balancer, not the internet',
    why: 'Where its subnets have a route to the internet, clients go round the load balancer, and with it round its TLS, its web application firewall and its access logs. Where they have none, the rule waits for the day they get one.',
    remedy: "Name the load balancer's security group as the source.",
    catalogue: ['S000-06'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html',
    example: {
      broken: `${serviceBehindBalancer}resource "aws_vpc_security_group_ingress_rule" "app" {
  security_group_id = aws_security_group.app.id
  description       = "Requests"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8080
}
`,
      sound: `${serviceBehindBalancer}resource "aws_vpc_security_group_ingress_rule" "app" {
  security_group_id            = aws_security_group.app.id
  description                  = "Requests"
  referenced_security_group_id = aws_security_group.alb.id
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
}
`,
    },
    check(project, { finding, abstain }) {
      const behindBalancers = groupsBehindBalancers(project);
      for (const open of openPorts(project)) {
        const { rule } = open;
        const internet = internetInWords(rule);
        if (!behindBalancers.has(rule.group.address) || (!internet && !mayBeFromInternet(rule))) continue;
        if (privateServiceAmong(open) || isOfDatabase(project, rule.group)) continue;
        if (internet) finding(rule.at, `lets ${internet} in on ${portsInWords(open)}, past the load balancer`);
        else abstain(rule.at, rangesNotKnown);
      }
    },
  },
  {
    name: 'ingress-ports-narrow',
    severity: 'warning',
    title: 'a rule for an address range opens the ports of one service, not a wide range of them',
    why: 'Every port that a process opens later, and every debugging port forgotten on one, is open at once to all of the range.',
    remedy: 'Open the port that the service listens on.',
    catalogue: ['S000-07'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html',
    example: {
      broken: `${group}resource "aws_vpc_security_group_ingress_rule" "app" {
  security_group_id = aws_security_group.app.id
  description       = "Requests from the VPC"
  cidr_ipv4         = "10.0.0.0/16"
  ip_protocol       = "-1"
}
`,
      sound: `${group}resource "aws_vpc_security_group_ingress_rule" "app" {
  security_group_id = aws_security_group.app.id
  description       = "Requests from the VPC"
  cidr_ipv4         = "10.0.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8080
}
`,
    },
    check(project, { finding, abstain }) {
      for (const open of openPorts(project)) {
        const { rule, from, to } = open;
        // What is open to the internet, or of a database, is told by rules of their own.
        if (to - from < fewPorts || isFromInternet(rule) || isOfDatabase(project, rule.group)) continue;
        const [first] = rule.ranges ?? [];
        if (first !== undefined) finding(rule.at, `opens ${portsInWords(open)} to ${show(first)}`);
        else if (!rule.ranges) abstain(rule.at, rangesNotKnown);
      }
      for (const open of openPortsElsewhere(project)) {
        const { rule, from, to } = open;
        const [first] = rule.ranges ?? [];
        if (to - from < fewPorts || isFromInternet(rule) || first === undefined) continue;
        finding(rule.at, `opens ${portsInWords(open)} to ${show(first)}`);
      }
    },
  },
);
