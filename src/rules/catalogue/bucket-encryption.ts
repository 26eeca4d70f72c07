import { encryptionOf, isReadWithoutKey, logSources, servesWeb, takesLogs } from '../lib/buckets.js';
import type { Project, Resource } from '../../terraform/project.js';
import { show } from '../../terraform/value.js';
import { defineRule, defineRules } from '../rule.js';

/**
 * Whether a bucket holds data, as far as can be told: no logs, which services write with S3's keys, and nothing that the
 * public reads, which may use no key.
 */
function holdsData(project: Project, bucket: Resource): boolean {
  if (takesLogs(project, bucket) || servesWeb(project, bucket) || isReadWithoutKey(project, bucket)) return false;
  // The load balancer or bucket that logs to it may be made elsewhere.
  const names = [bucket.name, show(bucket.get('bucket') ?? bucket.get('bucket_prefix'))];
  return !names.some((name) => /(^|[^a-z])(access)?logs?([^a-z]|$)|logging/i.test(name));
}

const kmsKey = defineRule({
  name: 'bucket-kms-key',
  severity: 'warning',
  title: 'a bucket for data is encrypted with a KMS key',
  why: 'S3 then encrypts with its own key (SSE-S3): everybody who may read the bucket reads the data, no key policy stands between, and CloudTrail shows no use of a key.',
  remedy:
    'Give the bucket an aws_s3_bucket_server_side_encryption_configuration with sse_algorithm = "aws:kms", a kms_master_key_id and bucket_key_enabled = true.',
  catalogue: ['S000-10'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-17',
  example: {
    broken: `resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "uploads-"
}
`,
    sound: `resource "aws_kms_key" "uploads" {
  enable_key_rotation = true
}

resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "uploads-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.uploads.arn
    }
  }
}
`,
  },
  check(project, { finding, abstain }) {
    for (const bucket of project.all('aws_s3_bucket')) {
      if (!holdsData(project, bucket)) continue;
      const encryption = encryptionOf(project, bucket);
      if (encryption === 'none') finding(bucket, 'has no default encryption of its own, so that S3 uses its own key');
      else if (encryption === undefined || encryption.algorithm === undefined)
        abstain(bucket, 'it is not known how it is encrypted');
      else if (encryption.algorithm !== 'AES256') continue;
      else if (project.isGivenToUnread(bucket))
        abstain(bucket, 'a module that was not looked into may write logs to it');
      else finding(encryption.rule, 'encrypts with the key of S3 (AES256)', 'apply_server_side_encryption_by_default');
    }
  },
});

const bucketKey = defineRule({
  name: 'bucket-key-enabled',
  severity: 'note',
  title: 'a bucket that is encrypted with a KMS key uses an S3 Bucket Key',
  why: 'Without one S3 asks KMS for every object that is read or written: each request is billed, and counts against the quota of KMS.',
  remedy: 'Set bucket_key_enabled to true in the rule.',
  catalogue: ['S000-10'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html',
  example: {
    broken: `resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "uploads-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}
`,
    sound: `resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "uploads-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}
`,
  },
  check(project, { finding, abstain }) {
    for (const bucket of project.all('aws_s3_bucket')) {
      const encryption = encryptionOf(project, bucket);
      if (encryption === undefined || encryption === 'none' || encryption.algorithm !== 'aws:kms') continue;
      const { rule } = encryption;
      if (rule.truth('bucket_key_enabled') === true) continue;
      if (rule.has('bucket_key_enabled') && rule.truth('bucket_key_enabled') === undefined)
        abstain(rule, 'bucket_key_enabled is not known');
      else finding(rule, 'encrypts with a KMS key and without a bucket key', 'bucket_key_enabled');
    }
  },
});

const written = defineRule({
  name: 'bucket-encryption-written',
  severity: 'note',
  title: "every bucket's encryption is written out",
  why: 'S3 encrypts every new object with its own key even so. Whoever reviews the project, or scans it, cannot see that this is meant.',
  remedy: 'Give the bucket an aws_s3_bucket_server_side_encryption_configuration: AES256 for logs, aws:kms for data.',
  catalogue: ['S000-10'],
  scope: 'generated',
  stages: ['hcl'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html',
  example: {
    broken: `resource "aws_s3_bucket" "alb_logs" {
  bucket_prefix = "alb-logs-"
}

#>> .create-secure-infra.json
{}
`,
    sound: `resource "aws_s3_bucket" "alb_logs" {
  bucket_prefix = "alb-logs-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "alb_logs" {
  bucket = aws_s3_bucket.alb_logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

#>> .create-secure-infra.json
{}
`,
  },
  check(project, { finding }) {
    for (const bucket of project.all('aws_s3_bucket')) {
      // Data without a key of its own is a graver matter, which bucket-kms-key tells.
      if (!holdsData(project, bucket) && encryptionOf(project, bucket) === 'none')
        finding(bucket, 'leaves its encryption to what S3 does by default');
    }
  },
});

const loadBalancerLogs = defineRule({
  name: 'load-balancer-log-bucket-sse-s3',
  severity: 'error',
  title: 'the bucket for the logs of a load balancer is encrypted with the key of S3',
  why: 'Elastic Load Balancing delivers access logs to buckets with S3-managed keys (SSE-S3) only. With a KMS key the load balancer is refused with "Access Denied for bucket: … Please check S3bucket permission", or its logs never arrive.',
  remedy: 'Set sse_algorithm to "AES256" for this bucket.',
  catalogue: ['S000-10', 'facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html',
  example: {
    broken: loadBalancerExample('aws:kms'),
    sound: loadBalancerExample('AES256'),
  },
  check(project, { finding, abstain }) {
    for (const bucket of project.all('aws_s3_bucket')) {
      const source = logSources(project, bucket).find(
        ({ kind }) => kind === 'application load balancer' || kind === 'classic load balancer',
      )?.source;
      const encryption = source && encryptionOf(project, bucket);
      if (!source || encryption === 'none') continue;
      if (!encryption?.algorithm) abstain(bucket, 'it is not known how it is encrypted');
      else if (encryption.algorithm !== 'AES256')
        finding(
          encryption.rule,
          `encrypts with ${encryption.algorithm} what ${source.configAddress} logs`,
          'apply_server_side_encryption_by_default',
        );
    }
  },
});

function loadBalancerExample(algorithm: string): string {
  return `resource "aws_s3_bucket" "alb_logs" {
  bucket_prefix = "alb-logs-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "alb_logs" {
  bucket = aws_s3_bucket.alb_logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "${algorithm}"
    }
  }
}

resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]

  access_logs {
    enabled = true
    bucket  = aws_s3_bucket.alb_logs.id
  }
}
`;
}

const accessLogs = defineRule({
  name: 's3-log-bucket-sse-s3',
  severity: 'warning',
  title: "the bucket for other buckets' access logs is encrypted with the key of S3",
  why: 'AWS supports default encryption with SSE-S3 only for the destination of server access logs; with AWS-managed KMS keys nothing is delivered, and nothing says so.',
  remedy: 'Set sse_algorithm to "AES256" for this bucket.',
  catalogue: ['S000-10', 'facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html',
  example: {
    broken: accessLogExample('aws:kms'),
    sound: accessLogExample('AES256'),
  },
  check(project, { finding, abstain }) {
    for (const bucket of project.all('aws_s3_bucket')) {
      const source = logSources(project, bucket).find(({ kind }) => kind === 'S3')?.source;
      const encryption = source && encryptionOf(project, bucket);
      if (!source || encryption === 'none') continue;
      if (!encryption?.algorithm) abstain(bucket, 'it is not known how it is encrypted');
      else if (encryption.algorithm !== 'AES256')
        finding(
          encryption.rule,
          `encrypts with ${encryption.algorithm} what S3 logs by ${source.configAddress}`,
          'apply_server_side_encryption_by_default',
        );
    }
  },
});

function accessLogExample(algorithm: string): string {
  return `resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "uploads-"
}

resource "aws_s3_bucket" "access_logs" {
  bucket_prefix = "access-logs-"
}

resource "aws_s3_bucket_logging" "uploads" {
  bucket        = aws_s3_bucket.uploads.id
  target_bucket = aws_s3_bucket.access_logs.id
  target_prefix = "uploads/"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "${algorithm}"
    }
  }
}
`;
}

export default defineRules(kmsKey, bucketKey, written, loadBalancerLogs, accessLogs);
