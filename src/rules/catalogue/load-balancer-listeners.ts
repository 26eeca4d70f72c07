import {
  actionsOf,
  listenerRules,
  listeners,
  listenersOf,
  loadBalancerOf,
  ruleTypes,
  targetGroupsOf,
} from '../lib/load-balancers.js';
import { isLeftOut } from '../lib/presence.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { defineRules } from '../rule.js';

const certificate = 'arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';

const https = (lines: string) => `resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.app.arn
  protocol          = "HTTPS"
  port              = 443
${lines}
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}
`;

const secureHttps = https(`  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
  certificate_arn   = "${certificate}"
`);

const loadBalancer = `resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
}
`;

const http = (action: string) => `resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.app.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
${action}  }
}
`;

const redirects = http(`    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
`);

const forwards = http(`    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
`);

const weighted = (blue: number, green: number, stickiness = '') =>
  http(`    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.blue.arn
        weight = ${blue}
      }

      target_group {
        arn    = aws_lb_target_group.green.arn
        weight = ${green}
      }
${stickiness}    }
`);

const sticky = `
      stickiness {
        enabled  = true
        duration = 600
      }
`;

const stickyGroup = `
resource "aws_lb_target_group" "blue" {
  vpc_id   = "vpc-0123456789abcdef0"
  protocol = "HTTP"
  port     = 80

  stickiness {
    type = "lb_cookie"
  }
}
`;

/** What tells a project that this generator wrote. */
const generated = '#>> .create-secure-infra.json\n{}\n';

/** Policies of AWS's that still take TLS 1.0 or 1.1, the one without a name among them. */
const outdatedPolicies = new Set([
  'ELBSecurityPolicy-2015-05',
  'ELBSecurityPolicy-2016-08',
  'ELBSecurityPolicy-TLS-1-0-2015-04',
  'ELBSecurityPolicy-TLS-1-1-2017-01',
  'ELBSecurityPolicy-FS-2018-06',
  'ELBSecurityPolicy-FS-1-1-2019-08',
  'ELBSecurityPolicy-TLS13-1-0-2021-06',
  'ELBSecurityPolicy-TLS13-1-1-2021-06',
]);

export default defineRules(
  {
    name: 'https-listener-certificate',
    severity: 'error',
    title: 'a listener for HTTPS or TLS has a certificate',
    why: 'CreateListener answers "A certificate must be specified for HTTPS listeners". aws_lb_listener_certificate only adds further ones.',
    remedy: 'Set certificate_arn.',
    catalogue: ['S001-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html',
    example: {
      broken: https('  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"\n'),
      sound: secureHttps,
    },
    check(project, { finding }) {
      for (const listener of secureListeners(project)) {
        if (isLeftOut(project, listener, 'certificate_arn'))
          finding(listener, `is for ${String(listener.get('protocol'))} and has no certificate`);
      }
    },
  },
  {
    name: 'listener-tls-policy',
    severity: 'warning',
    title: 'a listener for HTTPS or TLS takes TLS 1.2 and later only',
    why: 'Clients may agree on TLS 1.0 or 1.1, which PCI DSS and every browser have dropped. Left out, the policy is ELBSecurityPolicy-2016-08, which takes both.',
    remedy: 'Set ssl_policy to "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", or to another that starts at TLS 1.2.',
    catalogue: ['S001-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html',
    example: {
      broken: https(`  ssl_policy        = "ELBSecurityPolicy-2016-08"
  certificate_arn   = "${certificate}"
`),
      sound: secureHttps,
    },
    check(project, { finding }) {
      for (const listener of secureListeners(project)) {
        const policy = listener.text('ssl_policy');
        if (policy !== undefined && outdatedPolicies.has(policy))
          finding(listener, `has policy ${policy}, which takes TLS 1.0 or 1.1`, 'ssl_policy');
        else if (isLeftOut(project, listener, 'ssl_policy'))
          finding(listener, 'has no ssl_policy, and so one that takes TLS 1.0');
      }
    },
  },
  {
    name: 'http-listener-redirects',
    severity: 'warning',
    title: 'a load balancer that has HTTPS redirects port 80 to it',
    why: 'Whoever types the name without https:// talks to the application unencrypted, though it could be encrypted.',
    remedy: 'Give the listener on port 80 a default action of type redirect, to HTTPS and port 443.',
    catalogue: ['S001-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html',
    example: {
      broken: `${loadBalancer}
${forwards}
${secureHttps}`,
      sound: `${loadBalancer}
${redirects}
${secureHttps}`,
    },
    check(project, { finding }) {
      for (const listener of listeners(project)) {
        if (listener.text('protocol') !== 'HTTP' || listener.number('port') !== 80) continue;
        if (!actionsOf(listener).some((action) => action.text('type') === 'forward')) continue;
        const lb = loadBalancerOf(project, listener);
        const secure = lb && listenersOf(project, lb).find((other) => other.text('protocol') === 'HTTPS');
        if (!lb || !secure || lb.truth('internal') === true || hasRedirectingRule(project, listener)) continue;
        finding(listener, `forwards HTTP; ${secure.configAddress} is there for HTTPS`, 'default_action');
      }
    },
  },
  {
    name: 'redirect-has-listener',
    severity: 'error',
    title: 'a redirect to another port of a load balancer leads to a listener',
    why: 'The browser follows the redirect to a port on which nothing listens, and the connection times out.',
    remedy: 'Add the listener for HTTPS, or forward instead of redirecting.',
    catalogue: ['S001-09'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html',
    example: {
      broken: `${loadBalancer}
${redirects}`,
      sound: `${loadBalancer}
${redirects}
${secureHttps}`,
    },
    check(project, { finding }) {
      for (const listener of listeners(project)) {
        const lb = loadBalancerOf(project, listener);
        if (!lb || project.isGivenToUnread(lb)) continue;
        const ports = listenersOf(project, lb).map((other) => (other.uncertain ? undefined : other.number('port')));
        for (const redirect of actionsOf(listener).flatMap((action) => action.blocks('redirect'))) {
          const port = redirect.number('port');
          if (port === undefined || redirect.uncertain || leavesHost(redirect)) continue;
          if (!ports.includes(undefined) && !ports.includes(port))
            finding(
              listener,
              `redirects to port ${port}, on which ${lb.configAddress} does not listen`,
              'default_action',
            );
        }
      }
    },
  },
  {
    name: 'forward-weights',
    severity: 'error',
    title: 'the weights of a forward action are from 0 to 999, and not all 0',
    why: 'AWS refuses a weight above 999. With all weights 0 no target group gets requests.',
    remedy: 'Give each target group a weight from 0 to 999, and at least one of them more than 0.',
    catalogue: ['S004-08'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupTuple.html',
    example: { broken: weighted(0, 0, sticky), sound: weighted(90, 10, sticky) },
    check(project, { finding }) {
      for (const { holder, weights } of weightedForwards(project)) {
        const outside = weights.find((weight) => weight !== undefined && (weight < 0 || weight > 999));
        if (outside !== undefined) finding(holder, `has weight ${outside}`, actionName(holder));
        else if (weights.every((weight) => weight === 0))
          finding(holder, 'gives every target group weight 0', actionName(holder));
      }
    },
  },
  {
    name: 'forward-weights-percent',
    severity: 'note',
    scope: 'generated',
    title: 'the weights of a forward action add up to 100',
    why: 'Weights are shares of their sum: only with 100 do they read as the percentages that they are taken for.',
    remedy: 'Take both weights from one variable: weight, and 100 minus it.',
    catalogue: ['S004-08'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html',
    example: { broken: weighted(3, 1, sticky) + generated, sound: weighted(75, 25, sticky) + generated },
    check(project, { finding }) {
      for (const { holder, weights } of weightedForwards(project)) {
        if (weights.length < 2 || !weights.every((weight) => weight !== undefined)) continue;
        const sum = weights.reduce((total, weight) => total + weight, 0);
        if (sum > 0 && sum !== 100) finding(holder, `has weights that add up to ${sum}`, actionName(holder));
      }
    },
  },
  {
    name: 'forward-stickiness',
    severity: 'note',
    title: 'a forward to several target groups says whether a client stays with one',
    why: 'Without stickiness the same client gets one version of the application and then the other, request by request.',
    remedy:
      'Add a stickiness block to forward, with enabled true and a duration; a dynamic one, where a variable turns it off.',
    catalogue: ['S004-08'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html',
    example: { broken: weighted(90, 10), sound: weighted(90, 10, sticky) },
    check(project, { finding }) {
      for (const { holder, forward, weights } of weightedForwards(project)) {
        if (weights.filter((weight) => weight !== 0).length < 2 || forward.uncertain) continue;
        // AWS refuses that: forward-group-stickiness.
        if (targetGroupsOf(forward, 'target_group').some(isSticky)) continue;
        if (isLeftOut(project, forward, 'stickiness'))
          finding(holder, `forwards to ${weights.length} target groups and has no stickiness`, actionName(holder));
      }
    },
  },
  {
    name: 'forward-group-stickiness',
    severity: 'error',
    title: 'a forward to several target groups, one of which is sticky, is sticky itself',
    why: 'AWS answers "You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups".',
    remedy: 'Add stickiness { enabled = true, duration = … } to forward, or take it out of the target groups.',
    catalogue: ['S004-08'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html#sticky-sessions-weights',
    example: { broken: weighted(90, 10) + stickyGroup, sound: weighted(90, 10, sticky) + stickyGroup },
    check(project, { finding }) {
      for (const { holder, forward, weights } of weightedForwards(project)) {
        if (weights.length < 2 || forward.uncertain) continue;
        const isOff = forward.truth('stickiness.enabled') === false || isLeftOut(project, forward, 'stickiness');
        const group = targetGroupsOf(forward, 'target_group').find(isSticky);
        if (isOff && group) finding(holder, `has no stickiness, and ${group.configAddress} has`, actionName(holder));
      }
    },
  },
);

/** Whether a target group keeps a client with one of its targets. */
function isSticky(group: Resource): boolean {
  const [stickiness, ...others] = group.blocks('stickiness');
  if (!stickiness || others.length > 0 || stickiness.uncertain) return false;
  return stickiness.has('enabled') ? stickiness.truth('enabled') === true : stickiness.has('type');
}

function secureListeners(project: Project): Resource[] {
  return listeners(project).filter((listener) => ['HTTPS', 'TLS'].includes(listener.text('protocol') ?? ''));
}

function hasRedirectingRule(project: Project, listener: Resource): boolean {
  return project
    .linked(ruleTypes, 'listener_arn', listener)
    .some((rule) => actionsOf(rule).some((action) => action.text('type') !== 'forward'));
}

/** Whether a redirect goes to another host than the one that was asked for, or may do so. */
function leavesHost(redirect: Block): boolean {
  return (redirect.get('host') ?? '#{host}') !== '#{host}';
}

interface WeightedForward {
  /** The listener or listener rule. */
  holder: Resource;
  forward: Block;
  /** By target group; undefined where one is not known. */
  weights: (number | undefined)[];
}

function weightedForwards(project: Project): WeightedForward[] {
  return [...listeners(project), ...listenerRules(project)].flatMap((holder) =>
    actionsOf(holder)
      .flatMap((action) => action.blocks('forward'))
      .flatMap((forward) => {
        const groups = forward.blocks('target_group');
        if (groups.length === 0 || groups.some(({ uncertain }) => uncertain)) return [];
        return [
          { holder, forward, weights: groups.map((group) => (group.has('weight') ? group.number('weight') : 1)) },
        ];
      }),
  );
}

function actionName(holder: Resource): string {
  return holder.type.endsWith('_rule') ? 'action' : 'default_action';
}
