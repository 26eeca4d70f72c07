import { policiesOfBucket, type HeldPolicy } from '../lib/bucket-policies.js';
import { bucketsIn, listAdmitsLogDelivery } from '../lib/buckets.js';
import { decide, type Answer } from '../lib/permissions.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { joinText, unknown } from '../../terraform/value.js';
import { defineRule, defineRules } from '../rule.js';

/** A bucket for access logs, whose policy lets S3 write there what it logs of one bucket, and a bucket that logs to it. */
function loggingExample({ logs, admitted }: { logs: string; admitted: string }): string {
  return `data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "uploads" {
  bucket = "example-uploads-123456789012"
}

resource "aws_s3_bucket" "access_logs" {
  bucket = "example-access-logs-123456789012"
}

data "aws_iam_policy_document" "access_logs_bucket" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["\${aws_s3_bucket.access_logs.arn}/*"]

    principals {
      type        = "Service"
      identifiers = ["logging.s3.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [aws_s3_bucket.${admitted}.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_s3_bucket_policy" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id
  policy = data.aws_iam_policy_document.access_logs_bucket.json
}

resource "aws_s3_bucket_logging" "${logs}" {
  bucket        = aws_s3_bucket.${logs}.id
  target_bucket = aws_s3_bucket.access_logs.id
  target_prefix = "${logs}/"
}
`;
}

interface Logging {
  /** Where it is written. */
  resource: Resource;
  block: Block;
  /** Whose access is logged; undefined where that is not known to be one bucket of the project. */
  source: Resource | undefined;
  target: Resource;
}

/** Where the access to a bucket is logged to another, or the same, of the project. */
function loggings(project: Project): Logging[] {
  const written = [
    ...project.all('aws_s3_bucket_logging').map((resource) => {
      const [source, ...others] = bucketsIn(project, resource, 'bucket');
      return { resource, block: resource as Block, source: others.length > 0 ? undefined : source };
    }),
    ...project
      .all('aws_s3_bucket')
      .flatMap((source) => source.blocks('logging').map((block) => ({ resource: source, block, source }))),
  ];
  return written.flatMap((one) => {
    const [target, ...others] = bucketsIn(project, one.block, 'target_bucket');
    return target && others.length === 0 ? [{ ...one, target }] : [];
  });
}

const admitted = defineRule({
  name: 's3-log-bucket-policy',
  severity: 'error',
  title: "the policy of the bucket for other buckets' access logs lets S3 write there",
  why: 'No access log is ever delivered, and nothing says so. Buckets have had access control lists disabled since April 2023, so that only a policy can let S3 in; aws:SourceArn is the bucket whose access is logged, not the one for the logs.',
  remedy:
    'Allow logging.s3.amazonaws.com s3:PutObject on <bucket>/<prefix>*, with the account as aws:SourceAccount and the buckets that log there as aws:SourceArn.',
  catalogue: ['facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source:
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html#grant-log-delivery-permissions-bucket-policy',
  example: {
    broken: loggingExample({ logs: 'uploads', admitted: 'access_logs' }),
    sound: loggingExample({ logs: 'uploads', admitted: 'uploads' }),
  },
  check(project, { finding, abstain }) {
    for (const logging of loggings(project)) {
      const { resource, block, target } = logging;
      const listed = listAdmitsLogDelivery(project, target);
      if (listed === true) continue;
      const policies = policiesOfBucket(project, target);
      const answer = policies && listed === false && !block.uncertain ? mayDeliver(logging, policies) : 'unknown';
      if (answer === 'unknown') abstain(resource, `it is not known whether S3 may write to ${target.configAddress}`);
      else if (answer === 'denied') {
        const what = policies?.length === 0 ? 'which has no policy' : 'whose policy does not let S3 write it there';
        finding(resource, `logs to ${target.configAddress}, ${what}`, 'target_bucket');
      }
    }
  },
});

function mayDeliver({ block, source, target }: Logging, policies: readonly HeldPolicy[]): Answer {
  const prefix = block.get('target_prefix');
  return decide(
    policies.map(({ policy }) => policy),
    {
      action: 's3:PutObject',
      resource: joinText([
        target.computed('arn'),
        '/',
        ...(prefix === undefined || prefix === '' ? [] : [prefix]),
        '2026-01-01-00-00-00-0123456789ABCDEF',
      ]),
      principal: { type: 'Service', value: 'logging.s3.amazonaws.com' },
      context: {
        'aws:securetransport': 'true',
        'aws:sourceaccount': source?.surroundings.account ?? unknown,
        'aws:sourcearn': source?.computed('arn') ?? unknown,
      },
    },
  );
}

const loop = defineRule({
  name: 's3-log-bucket-not-its-own',
  severity: 'warning',
  title: 'no bucket keeps the access logs of itself',
  why: 'Each log that S3 delivers is an access to the bucket, and so brings on the next one: logs of logs for ever, each of them paid for.',
  remedy: 'Log to another bucket, whose own access is not logged.',
  catalogue: ['S001-20'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html',
  example: {
    broken: loggingExample({ logs: 'access_logs', admitted: 'access_logs' }),
    sound: loggingExample({ logs: 'uploads', admitted: 'uploads' }),
  },
  check(project, { finding }) {
    for (const { resource, source, target } of loggings(project))
      if (source === target)
        finding(resource, `logs the access to ${target.configAddress} to the same bucket`, 'target_bucket');
  },
});

export default defineRules(admitted, loop);
