import { forwardersTo, isApplication, loadBalancers, targetGroups } from '../lib/load-balancers.js';
import { createsBeforeDestroy, isLeftOut } from '../lib/presence.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

const lb = (lines: string) => `resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
${lines}}
`;

const targetGroup = (lines: string) => `resource "aws_lb_target_group" "app" {
  vpc_id      = "vpc-0123456789abcdef0"
  target_type = "ip"
  protocol    = "HTTP"
  port        = 80
${lines}}
`;

const listener = `resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.app.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}
`;

const healthCheck = (interval: number, timeout: number) => `
  health_check {
    path     = "/health"
    interval = ${interval}
    timeout  = ${timeout}
  }
`;

const encrypted = (protocol: string) => `resource "aws_lb_target_group" "app" {
  vpc_id      = "vpc-0123456789abcdef0"
  target_type = "ip"
  protocol    = "HTTPS"
  port        = 8443

  health_check {
${protocol === '' ? '    path = "/health"\n' : `    path     = "/health"\n${protocol}`}  }
}
`;

/** The port that the one protocol has where nothing else is said, by the other. */
const portOfOther = { HTTP: 443, HTTPS: 80 };

/** The protocol of health checks that go to the port of the requests; undefined where they may go elsewhere. */
function protocolOfChecks(project: Project, group: Resource): string | undefined {
  const [check] = group.blocks('health_check');
  if (!check) return isLeftOut(project, group, 'health_check') ? 'HTTP' : undefined;
  if (check.uncertain || !goesToPortOf(project, group, check)) return undefined;
  // Whoever takes a 400 for an answer means it.
  const matcher = isLeftOut(project, check, 'matcher') ? '200' : check.text('matcher');
  if (matcher === undefined || /400|-4/.test(matcher)) return undefined;
  return isLeftOut(project, check, 'protocol') ? 'HTTP' : check.text('protocol');
}

function goesToPortOf(project: Project, group: Resource, check: Block): boolean {
  if (check.truth('enabled') === false) return false;
  if (isLeftOut(project, check, 'port') || check.text('port') === 'traffic-port') return true;
  const port = check.number('port');
  return port !== undefined && port === group.number('port');
}

export default defineRules(
  {
    name: 'alb-drops-invalid-headers',
    severity: 'note',
    title: 'an application load balancer drops headers whose names are not valid',
    why: 'Headers that a proxy and the application read differently reach the application, which is how requests are smuggled past checks.',
    remedy: 'Set drop_invalid_header_fields to true.',
    catalogue: ['S001-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html',
    example: { broken: lb(''), sound: lb('\n  drop_invalid_header_fields = true\n') },
    check(project, { finding }) {
      for (const lb of loadBalancers(project).filter(isApplication)) {
        const drops = lb.truth('drop_invalid_header_fields');
        if (drops === false || isLeftOut(project, lb, 'drop_invalid_header_fields'))
          finding(lb, 'passes on headers whose names are not valid', 'drop_invalid_header_fields');
      }
    },
  },
  {
    name: 'target-group-health-check',
    severity: 'error',
    title: 'a health check times out before the next one starts',
    why: 'CreateTargetGroup answers "ValidationError: Health check interval must be greater than the timeout". Left out, the interval is 30 seconds, and the timeout 5, or 30 for functions.',
    remedy: 'Make interval longer than timeout; for functions, write both.',
    catalogue: ['S001-09', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html',
    example: { broken: targetGroup(healthCheck(10, 15)), sound: targetGroup(healthCheck(15, 5)) },
    check(project, { finding }) {
      for (const group of targetGroups(project)) {
        const isOfFunction = group.text('target_type') === 'lambda';
        if (!isOfFunction && !['HTTP', 'HTTPS'].includes(group.text('protocol') ?? '')) continue;
        const [check] = group.blocks('health_check');
        if (!check || check.uncertain || (check.has('enabled') && check.truth('enabled') !== true)) continue;
        // The provider sends an interval of 30 seconds, and of the timeout nothing.
        const seconds = (name: string, otherwise: number) =>
          isLeftOut(project, check, name) ? otherwise : check.number(name);
        const interval = seconds('interval', 30);
        const timeout = seconds('timeout', isOfFunction ? 30 : 5);
        if (interval !== undefined && timeout !== undefined && timeout >= interval)
          finding(group, `checks every ${interval} seconds and waits ${timeout}`, 'health_check');
      }
    },
  },
  {
    name: 'target-group-protocol',
    severity: 'warning',
    title: 'requests and health checks speak the protocol of the port that they go to',
    why: 'A server speaks either HTTP or HTTPS on a port: it answers the other with 400, or with nothing that can be understood, and every target stays unhealthy. Left out, the protocol of health checks is HTTP, whatever that of the requests is.',
    remedy: 'Set protocol in health_check to that of the target group, or give health checks a port of their own.',
    catalogue: ['S001-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html',
    example: { broken: encrypted(''), sound: encrypted('    protocol = "HTTPS"\n') },
    check(project, { finding }) {
      for (const group of targetGroups(project)) {
        const protocol = group.text('protocol');
        if (protocol !== 'HTTP' && protocol !== 'HTTPS') continue;
        const checks = protocolOfChecks(project, group);
        if (checks !== undefined && checks !== protocol)
          finding(group, `gets ${protocol} and is checked with ${checks} on the same port`, 'health_check');
        // Where others name the port of a target, that of its group is not used.
        else if (
          group.number('port') === portOfOther[protocol] &&
          project.linked('aws_autoscaling_group', 'target_group_arns', group).length > 0
        )
          finding(group, `sends ${protocol} to port ${portOfOther[protocol]}`, 'port');
      }
    },
  },
  {
    name: 'target-group-replaceable',
    severity: 'note',
    title: 'a target group that a listener forwards to is replaced before it is destroyed',
    why: 'A change of its port, protocol or VPC replaces it, and AWS refuses to delete what a listener still uses: "ResourceInUse: Target group … is currently in use by a listener or a rule".',
    remedy: 'Add lifecycle { create_before_destroy = true }, with a name that changes along, or a name_prefix.',
    catalogue: ['S001-23'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/lb_target_group.html.markdown',
    example: {
      broken: `${targetGroup('')}
${listener}`,
      sound: `${targetGroup(`
  lifecycle {
    create_before_destroy = true
  }
`)}
${listener}`,
    },
    check(project, { finding }) {
      for (const group of targetGroups(project)) {
        if (forwardersTo(project, group).length > 0 && !createsBeforeDestroy(group))
          finding(group, 'is destroyed before its replacement is there');
      }
    },
  },
);
