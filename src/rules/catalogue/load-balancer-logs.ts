import { isApplication, loadBalancers } from '../lib/load-balancers.js';
import { madeBefore } from '../lib/ordering.js';
import { decide, type Answer } from '../lib/permissions.js';
import { readPolicy, type Policy } from '../lib/policies.js';
import { isLeftOut } from '../lib/presence.js';
import type { Project, Resource } from '../../terraform/project.js';
import { joinText, Text, unknown } from '../../terraform/value.js';
import { defineRules } from '../rule.js';

const lb = (lines: string) => `resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
${lines}}
`;

const logs = (prefix = 'alb', bucket = 'aws_s3_bucket.logs.id') => `
  access_logs {
    enabled = true
    bucket  = ${bucket}
    prefix  = "${prefix}"
  }
`;

/** A bucket that is in another project. */
const otherBucket = '"app-alb-logs-123456789012"';

const dependsOn = `
  depends_on = [aws_s3_bucket_policy.logs]
`;

const bucket = `resource "aws_s3_bucket" "logs" {
  bucket = "app-alb-logs-123456789012"
}
`;

const policy = (path: string) => `data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["\${aws_s3_bucket.logs.arn}/${path}"]

    principals {
      type        = "Service"
      identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs.json
}
`;

// Terraform's own marks, which are not TypeScript's here.
const ownPath = 'alb/AWSLogs/${data.aws_caller_identity.current.account_id}/*';

export default defineRules(
  {
    name: 'alb-access-logs',
    severity: 'warning',
    title: 'an application load balancer keeps access logs',
    why: 'Who asked for what, and what was answered, is nowhere: neither an attack nor a fault can be looked into afterwards.',
    remedy: 'Add access_logs with enabled true and a bucket whose policy lets log delivery write.',
    catalogue: ['S004-05'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html',
    example: { broken: lb(''), sound: lb(logs('alb', otherBucket)) },
    check(project, { finding }) {
      for (const lb of loadBalancers(project).filter(isApplication)) {
        if (isLeftOut(project, lb, 'access_logs')) finding(lb, 'keeps no access logs');
        else if (lb.has('access_logs') && isOff(project, lb)) finding(lb, 'has its access logs off', 'access_logs');
      }
    },
  },
  {
    name: 'alb-log-prefix',
    severity: 'error',
    title: 'the prefix of access logs does not contain AWSLogs',
    why: 'AWS adds AWSLogs and the number of the account to the prefix itself, and refuses one that has AWSLogs already.',
    remedy: 'Take a prefix such as "alb", or none.',
    catalogue: ['S004-05', 'facts §3'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html',
    example: { broken: lb(logs('AWSLogs', otherBucket)), sound: lb(logs('alb', otherBucket)) },
    check(project, { finding }) {
      for (const lb of loadBalancers(project)) {
        for (const name of ['access_logs', 'connection_logs']) {
          const prefix = lb.get(`${name}.prefix`);
          const parts = prefix instanceof Text ? prefix.parts : [prefix];
          if (parts.some((part) => typeof part === 'string' && part.includes('AWSLogs')))
            finding(lb, `has a prefix with AWSLogs in its ${name}`, name);
        }
      }
    },
  },
  {
    name: 'alb-log-bucket-policy',
    severity: 'error',
    title: 'the policy of the bucket for access logs lets Elastic Load Balancing write there',
    why: 'The load balancer is refused: "InvalidConfigurationRequest: Access Denied for bucket: … Please check S3bucket permission".',
    remedy:
      'Allow logdelivery.elasticloadbalancing.amazonaws.com s3:PutObject on <bucket>/<prefix>/AWSLogs/<account>/*.',
    catalogue: ['S004-05', 'facts §3'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html',
    example: {
      broken: [bucket, policy('AWSLogs/*'), lb(logs() + dependsOn)].join('\n'),
      sound: [bucket, policy(ownPath), lb(logs() + dependsOn)].join('\n'),
    },
    check(project, { finding, abstain }) {
      for (const { lb, bucket } of loggingTo(project)) {
        const policies = policiesOfBucket(project, bucket);
        if (policies.length === 0 && project.isGivenToUnread(bucket)) continue;
        const answer = mayDeliver(policies, lb, bucket);
        if (answer === 'denied') {
          const what = policies.length === 0 ? 'has no policy' : 'has a policy that does not let it write there';
          finding(lb, `logs to ${bucket.configAddress}, which ${what}`, 'access_logs');
        } else if (answer === 'unknown') abstain(lb, `what the policy of ${bucket.configAddress} says is not known`);
      }
    },
  },
  {
    name: 'alb-after-log-bucket-policy',
    severity: 'warning',
    title: 'a load balancer is created after the policy of its bucket for logs',
    why: 'It writes a test object while it is created. Made at the same time as the policy, it may be refused: "Access Denied for bucket: … Please check S3bucket permission".',
    remedy: 'Add the aws_s3_bucket_policy to depends_on of the load balancer.',
    catalogue: ['S001-23', 'S004-05'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html',
    example: {
      broken: [bucket, policy(ownPath), lb(logs())].join('\n'),
      sound: [bucket, policy(ownPath), lb(logs() + dependsOn)].join('\n'),
    },
    check(project, { finding }) {
      for (const { lb, bucket } of loggingTo(project)) {
        const before = madeBefore(project, lb);
        for (const policy of project.linked('aws_s3_bucket_policy', 'bucket', bucket)) {
          if (!before.has(policy.configAddress)) finding(lb, `does not depend on ${policy.configAddress}`);
        }
      }
    },
  },
);

/** Whether the logs are surely off. Left out, `enabled` is false. */
function isOff(project: Project, lb: Resource): boolean {
  const [block] = lb.blocks('access_logs');
  if (!block || block.uncertain) return false;
  return block.truth('enabled') === false || isLeftOut(project, block, 'enabled');
}

interface LoggingTo {
  lb: Resource;
  bucket: Resource;
}

/** The application load balancers that log to a bucket of the project. */
function loggingTo(project: Project): LoggingTo[] {
  return loadBalancers(project)
    .filter(isApplication)
    .flatMap((lb) => {
      const [block] = lb.blocks('access_logs');
      if (!block || block.uncertain || block.truth('enabled') !== true) return [];
      const [bucket] = project.targets(block, 'bucket', 'aws_s3_bucket');
      return bucket ? [{ lb, bucket }] : [];
    });
}

function policiesOfBucket(project: Project, bucket: Resource): Policy[] {
  const unreadable: Policy = { statements: [], complete: false };
  const separate = project
    .linked('aws_s3_bucket_policy', 'bucket', bucket)
    .map((resource) => readPolicy(resource, 'policy') ?? unreadable);
  const inline = readPolicy(bucket, 'policy');
  return inline ? [...separate, inline] : separate;
}

/** Whether log delivery may write, as the service or as the account that it was in regions of before August 2022. */
function mayDeliver(policies: readonly Policy[], lb: Resource, bucket: Resource): Answer {
  const { region, account, partition } = lb.surroundings;
  const prefix = lb.get('access_logs.prefix');
  const wish = {
    action: 's3:PutObject',
    resource: joinText([
      bucket.computed('arn'),
      ...(prefix === undefined || prefix === '' ? ['/AWSLogs/'] : ['/', prefix, '/AWSLogs/']),
      account,
      '/elasticloadbalancing/',
      region,
      '/log.gz',
    ]),
    context: {
      'aws:securetransport': true,
      'aws:sourceaccount': account,
      'aws:sourcearn': joinText([
        'arn:',
        partition,
        ':elasticloadbalancing:',
        region,
        ':',
        account,
        ':loadbalancer/app/',
        unknown,
      ]),
    },
  } as const;
  const byService = decide(policies, {
    ...wish,
    principal: { type: 'Service', value: 'logdelivery.elasticloadbalancing.amazonaws.com' },
  });
  if (byService !== 'denied') return byService;
  return decide(policies, { ...wish, principal: { type: 'AWS', value: unknown } });
}
