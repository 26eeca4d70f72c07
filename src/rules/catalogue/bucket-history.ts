import { lifecycleOf, logSources, versioningOf, type LifecycleRule } from '../lib/buckets.js';
import type { Project, Resource } from '../../terraform/project.js';
import { defineRule, defineRules } from '../rule.js';

const versioning = defineRule({
  name: 'bucket-versioning',
  severity: 'warning',
  title: 'every bucket keeps the versions of its objects',
  why: 'What is overwritten or deleted, by mistake or by an intruder, is gone for good.',
  remedy:
    'Give the bucket an aws_s3_bucket_versioning with status = "Enabled", and a lifecycle rule that expires noncurrent versions.',
  catalogue: ['S000-22'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html',
  example: {
    broken: `resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "uploads-"
}
`,
    sound: `resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "uploads-"
}

resource "aws_s3_bucket_versioning" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  versioning_configuration {
    status = "Enabled"
  }
}
`,
  },
  check(project, { finding, abstain }) {
    for (const bucket of project.all('aws_s3_bucket')) {
      const versions = versioningOf(project, bucket);
      if (versions === undefined) abstain(bucket, 'it is not known whether it keeps versions');
      else if (versions === 'none') finding(bucket, 'has no aws_s3_bucket_versioning');
      else if (versions === 'Suspended') finding(bucket, 'has its versioning turned off');
    }
  },
});

/** The buckets that services write logs to, with their lifecycle rules as far as these are known. */
function logBuckets(project: Project): { bucket: Resource; rules: LifecycleRule[] | undefined; audit: boolean }[] {
  return project.all('aws_s3_bucket').flatMap((bucket) => {
    const sources = logSources(project, bucket);
    if (sources.length === 0) return [];
    return [{ bucket, rules: lifecycleOf(project, bucket), audit: sources.some(({ kind }) => kind === 'audit') }];
  });
}

const expires = defineRule({
  name: 'log-bucket-expires',
  severity: 'warning',
  title: 'logs in a bucket expire',
  why: 'Logs arrive every few minutes and stay for ever: the bill only grows, and data that should have been deleted by now can still be read.',
  remedy:
    'Give the bucket an aws_s3_bucket_lifecycle_configuration with an expiration. What auditors want for years may move to an archive instead.',
  catalogue: ['S001-20'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html',
  example: {
    broken: logBucket(''),
    sound: logBucket(`
resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire-logs"
    status = "Enabled"

    filter {}

    expiration {
      days = 365
    }
  }
}
`),
  },
  check(project, { finding, abstain }) {
    for (const { bucket, rules, audit } of logBuckets(project)) {
      if (!rules) abstain(bucket, 'its lifecycle rules are not known');
      else if (!rules.some((rule) => rule.expires || (audit && rule.moves)))
        finding(
          bucket,
          rules.length === 0 ? 'keeps logs and has no lifecycle rule' : 'keeps logs and no lifecycle rule expires them',
        );
    }
  },
});

function logBucket(lifecycle: string): string {
  return `resource "aws_s3_bucket" "logs" {
  bucket_prefix = "logs-"
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Enabled"
  }
}
${lifecycle}
resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]

  access_logs {
    enabled = true
    bucket  = aws_s3_bucket.logs.id
  }
}
`;
}

const noncurrent = defineRule({
  name: 'log-bucket-expires-versions',
  severity: 'warning',
  title: 'expired logs in a versioned bucket are deleted',
  why: 'In a versioned bucket an expiration only hides an object behind a delete marker. The old version stays, and is paid for, until a noncurrent_version_expiration deletes it.',
  remedy: 'Add a noncurrent_version_expiration to the lifecycle rule.',
  catalogue: ['S001-20'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html',
  example: {
    broken: logBucket(`
resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire-logs"
    status = "Enabled"

    filter {}

    expiration {
      days = 365
    }
  }
}
`),
    sound: logBucket(`
resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire-logs"
    status = "Enabled"

    filter {}

    expiration {
      days = 365
    }

    noncurrent_version_expiration {
      noncurrent_days = 7
    }
  }
}
`),
  },
  check(project, { finding }) {
    for (const { bucket, rules = [] } of logBuckets(project)) {
      const expiring = rules.find((rule) => rule.expires);
      if (!expiring || rules.some((rule) => rule.expiresNoncurrent)) continue;
      if (versioningOf(project, bucket) === 'Enabled')
        finding(expiring.at, 'expires objects of a versioned bucket and no noncurrent versions');
    }
  },
});

const uploads = defineRule({
  name: 'log-bucket-aborts-uploads',
  severity: 'note',
  title: 'uploads to a log bucket that were never completed are deleted',
  why: 'The parts of an upload that broke off are listed nowhere, stay for ever and are paid for; an expiration does not touch them.',
  remedy: 'Add an abort_incomplete_multipart_upload to the lifecycle rule.',
  catalogue: ['S001-20'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html',
  example: {
    broken: logBucket(`
resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire-logs"
    status = "Enabled"

    filter {}

    expiration {
      days = 365
    }
  }
}
`),
    sound: logBucket(`
resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire-logs"
    status = "Enabled"

    filter {}

    expiration {
      days = 365
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}
`),
  },
  check(project, { finding }) {
    for (const { rules = [] } of logBuckets(project)) {
      const [first] = rules;
      if (first && !rules.some((rule) => rule.abortsUploads)) finding(first.at, 'deletes no incomplete uploads');
    }
  },
});

const filter = defineRule({
  name: 'lifecycle-rule-filter',
  severity: 'warning',
  title: 'a lifecycle rule says which objects it is for',
  why: 'The provider warns at every plan: "No attribute specified when one (and only one) of [rule[0].filter,rule[0].prefix] is required. This will be an error in a future version of the provider".',
  remedy: 'Write filter {} for a rule about all objects.',
  catalogue: ['S001-20'],
  stages: ['hcl'],
  source: 'https://github.com/hashicorp/terraform-provider-aws/issues/41725',
  example: {
    broken: lifecycle(''),
    sound: lifecycle(`
    filter {}
`),
  },
  check(project, { finding }) {
    for (const configuration of project.all('aws_s3_bucket_lifecycle_configuration')) {
      for (const rule of configuration.blocks('rule')) {
        if (!rule.has('filter') && !rule.has('prefix')) finding(rule, 'has neither filter nor prefix');
      }
    }
  },
});

function lifecycle(filtered: string): string {
  return `resource "aws_s3_bucket" "logs" {
  bucket_prefix = "logs-"
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire-logs"
    status = "Enabled"
${filtered}
    expiration {
      days = 365
    }
  }
}
`;
}

export default defineRules(versioning, expires, noncurrent, uploads, filter);
