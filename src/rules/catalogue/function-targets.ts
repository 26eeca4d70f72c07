import { functionsNamed, permissionsFor } from '../lib/functions.js';
import { attachmentTypes, loadBalancersBefore, targetGroups, targetGroupTypes } from '../lib/load-balancers.js';
import { madeBefore } from '../lib/ordering.js';
import { covers } from '../lib/patterns.js';
import { isLeftOut } from '../lib/presence.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { argument } from '../../terraform/references.js';
import { isKnown } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const targetGroup = (lines: string) => `resource "aws_lb_target_group" "orders" {
  name        = "orders"
  target_type = "lambda"
${lines}}
`;

const lambda = (timeout: number) => `
resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = aws_iam_role.orders.arn
  runtime       = "python3.13"
  handler       = "index.handler"
  filename      = "orders.zip"
  timeout       = ${timeout}
}
`;

const permission = `
resource "aws_lambda_permission" "alb" {
  function_name = aws_lambda_function.orders.function_name
  action        = "lambda:InvokeFunction"
  principal     = "elasticloadbalancing.amazonaws.com"
  source_arn    = aws_lb_target_group.orders.arn
}
`;

const attachment = (lines: string) => `
resource "aws_lb_target_group_attachment" "orders" {
  target_group_arn = aws_lb_target_group.orders.arn
  target_id        = aws_lambda_function.orders.arn
${lines}}
`;

const checks = `
  health_check {
    path     = "/health"
    interval = 35
    timeout  = 30
  }
`;

const after = '\n  depends_on = [aws_lambda_permission.alb]\n';

/** What the provider leaves out of a request for a target group of functions. */
const dropped = {
  group: [
    'deregistration_delay',
    'load_balancing_algorithm_type',
    'port',
    'protocol',
    'protocol_version',
    'slow_start',
    'stickiness',
    'vpc_id',
  ],
  health_check: ['port', 'protocol'],
};

export default defineRules(
  {
    name: 'function-target-group-arguments',
    severity: 'warning',
    title: 'a target group of functions has no port, protocol or VPC, and nothing that is for connections',
    why: 'A load balancer calls a function through AWS\'s API. The provider sends none of these, and warns at each apply: "Attribute "port" cannot be specified when "target_type" is "lambda"", which "will be an error in a future release". Whoever reads them takes them for true.',
    remedy: 'Take them out.',
    catalogue: ['S003-06', 'facts §10'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/lb_target_group.html.markdown',
    example: {
      broken: targetGroup('  port        = 443\n  protocol    = "HTTPS"\n'),
      sound: targetGroup(''),
    },
    check(project, { finding }) {
      for (const group of targetGroups(project)) {
        if (group.text('target_type') !== 'lambda') continue;
        const isCertain = isWrittenOut(group, 'target_type');
        const isSet = (block: Block, name: string) => {
          if (name === 'stickiness') return block.blocks(name).some((one) => hasEffect(one, isCertain));
          const value = block.get(name);
          if (value === undefined || value === null || value === 0) return false;
          // 0 is off, which one that is not known may be.
          if (name === 'slow_start' && !isKnown(value)) return false;
          // What a module hands on may be null for the functions that it is also for.
          return isKnown(value) || isCertain;
        };
        const inGroup = dropped.group.filter((name) => isSet(group, name));
        const inCheck = group
          .blocks('health_check')
          .flatMap((check) => dropped.health_check.filter((name) => isSet(check, name)))
          .map((name) => `health_check.${name}`);
        const [first] = inGroup;
        if (inGroup.length + inCheck.length > 0)
          finding(group, `is of functions, and sets ${[...inGroup, ...inCheck].join(', ')}`, first ?? 'health_check');
      }
    },
  },
  {
    name: 'function-attached-after-permission',
    severity: 'warning',
    title: 'a function becomes a target after its load balancer may call it',
    why: 'Elastic Load Balancing tries the permission when the target is registered. Made at the same time, it is refused: "AccessDenied: elasticloadbalancing principal does not have permission to invoke … from target group", and the provider does not try again.',
    remedy: 'Add the aws_lambda_permission to depends_on of the aws_lb_target_group_attachment.',
    catalogue: ['S001-23', 'facts §10'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/lb_target_group_attachment.html.markdown',
    example: {
      broken: targetGroup('') + lambda(10) + permission + attachment(''),
      sound: targetGroup('') + lambda(10) + permission + attachment(after),
    },
    check(project, { finding }) {
      for (const { attachment, lambda } of attachedFunctions(project)) {
        const before = madeBefore(project, attachment);
        const [first, ...others] = permissionsFor(project, lambda).filter(isForLoadBalancers);
        // That there is none is said elsewhere; one for a function that is not known may be for this.
        const open = project
          .all('aws_lambda_permission')
          .filter(
            (one) => !isKnown(one.get('function_name') ?? '') && functionsNamed(one, 'function_name').length === 0,
          );
        if (!first || [first, ...others, ...open].some(({ configAddress }) => before.has(configAddress))) continue;
        finding(attachment, `does not depend on ${first.configAddress}`);
      }
    },
  },
  {
    name: 'function-target-timeout',
    severity: 'note',
    title: 'a function behind a load balancer does not work for longer than the load balancer waits',
    why: 'When nothing came for idle_timeout, 60 seconds where it is not set, the load balancer answers 504: the function goes on, is paid for, and nobody hears what it did. Health checks start it again each interval, though it may still be at the last one.',
    remedy: "Set timeout of the function below the interval of the health check and the load balancer's idle_timeout.",
    catalogue: ['S003-09', 'facts §10'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/lb_target_group.html.markdown',
    example: {
      broken: targetGroup(checks) + lambda(60) + permission + attachment(after),
      sound: targetGroup(checks) + lambda(25) + permission + attachment(after),
    },
    check(project, { finding }) {
      const told = new Set<Resource>();
      for (const { attachment, lambda } of attachedFunctions(project)) {
        const works = isLeftOut(project, lambda, 'timeout') ? 3 : lambda.number('timeout');
        if (works === undefined || told.has(lambda) || isCalledOtherwise(project, lambda)) continue;
        const groups = project.targets(attachment, 'target_group_arn', ...targetGroupTypes);
        const patience = groups.flatMap((group) => patienceOf(project, group)).find(({ limit }) => works > limit);
        if (!patience) continue;
        told.add(lambda);
        finding(lambda, `may work for ${works} s, and ${patience.what}`, 'timeout');
      }
    },
  },
);

/** Whether an argument is a text in the block itself, and not one that somebody may set otherwise. */
function isWrittenOut(resource: Resource, name: string): boolean {
  const written = resource.syntax && argument(resource.syntax.body, name)?.expression;
  return written?.kind === 'literal';
}

/** Whether a block is there, and not only to say that it is off. */
function hasEffect(block: Block, isCertain: boolean): boolean {
  const isOn = !block.has('enabled') || block.truth('enabled') === true;
  return isOn && (isCertain || !block.uncertain);
}

interface AttachedFunction {
  attachment: Resource;
  lambda: Resource;
}

/** The functions of the project that are targets of load balancers. */
function attachedFunctions(project: Project): AttachedFunction[] {
  return project
    .all(...attachmentTypes)
    .flatMap((attachment) => functionsNamed(attachment, 'target_id').map((lambda) => ({ attachment, lambda })))
    .filter(({ lambda }) => lambda.mode === 'managed');
}

/** Whether a permission lets load balancers call, or may. */
function isForLoadBalancers(permission: Resource): boolean {
  return covers(permission.get('principal') ?? '', 'elasticloadbalancing.amazonaws.com') !== false;
}

/** Whether something else calls a function too, which may wait for longer. */
function isCalledOtherwise(project: Project, lambda: Resource): boolean {
  return (
    permissionsFor(project, lambda).some((one) => !isForLoadBalancers(one)) ||
    project.linked('aws_lambda_event_source_mapping', 'function_name', lambda).length > 0
  );
}

/** How long, at most, a function of a target group may work. */
interface Patience {
  /** Seconds. */
  limit: number;
  what: string;
}

function patienceOf(project: Project, group: Resource): Patience[] {
  const ofBalancers = loadBalancersBefore(project, group).flatMap((lb): Patience[] => {
    const limit = isLeftOut(project, lb, 'idle_timeout') ? 60 : lb.number('idle_timeout');
    return limit === undefined ? [] : [{ limit, what: `${lb.configAddress} waits ${limit} s` }];
  });
  const ofChecks = group.blocks('health_check').flatMap((check): Patience[] => {
    const isOn = isLeftOut(project, check, 'enabled') || check.truth('enabled') === true;
    if (!isOn || check.uncertain) return [];
    const interval = isLeftOut(project, check, 'interval') ? 30 : check.number('interval');
    // An interval is to be longer, and both are whole seconds.
    return interval === undefined
      ? []
      : [{ limit: interval - 1, what: `${group.configAddress} checks it every ${interval} s` }];
  });
  return [...ofBalancers, ...ofChecks];
}
