import { encryptionOf } from '../lib/buckets.js';
import { identityPolicies, isGranted, keyOf, roleMay, roleMayUseKey } from '../lib/permissions.js';
import { identity, joinText, type Value } from '../../terraform/value.js';
import type { Project, Resource } from '../../terraform/project.js';
import { defineRule } from '../rule.js';

/** A role that reads and writes a bucket with a key, with more statements. */
function example(more: string): string {
  return `data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "uploads" {
  enable_key_rotation = true
}

resource "aws_s3_bucket" "uploads" {
  bucket = "example-uploads-123456789012"
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

data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["\${aws_s3_bucket.uploads.arn}/*"]
  }
${more}}

resource "aws_iam_role" "app" {
  name               = "app"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "app" {
  name   = "uploads"
  role   = aws_iam_role.app.id
  policy = data.aws_iam_policy_document.app.json
}
`;
}

/** What S3 asks of the key on behalf of whoever does it to an object. */
const asked = [
  { action: 's3:GetObject', does: 'read', onKey: 'kms:Decrypt' },
  { action: 's3:PutObject', does: 'write', onKey: 'kms:GenerateDataKey' },
] as const;

export default defineRule({
  name: 'bucket-user-may-use-key',
  severity: 'warning',
  title: 'who may read or write the objects of a bucket may use the key that encrypts them',
  why: 'S3 answers "AccessDenied" in spite of the permission: it asks KMS in the name of whoever reads or writes, and KMS refuses. Nothing tells before the first object is asked for. Only requests that name another encryption than the default of the bucket come through.',
  remedy:
    "Allow the role kms:Decrypt on the key's ARN to read and kms:GenerateDataKey to write, with kms:ViaService s3.<region>.amazonaws.com as a condition.",
  catalogue: ['S000-10'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html',
  example: {
    broken: example(''),
    sound: example(`
  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.uploads.arn]
  }
`),
  },
  check(project, { finding }) {
    const encrypted = encryptedBuckets(project);
    if (encrypted.size === 0) return;
    for (const role of project.all('aws_iam_role')) {
      for (const { bucket, key } of bucketsNamedFor(project, role, encrypted)) {
        for (const { action, does, onKey } of asked) {
          if (!isMeantFor(project, role, action, bucket)) continue;
          const context = {
            'kms:viaservice': joinText(['s3.', bucket.surroundings.region, '.amazonaws.com']),
            'kms:calleraccount': role.surroundings.account,
          };
          if (roleMayUseKey(project, key, role, { action: onKey, context }) === 'denied')
            finding(
              role,
              `may ${does} the objects of ${bucket.configAddress}, and not ${onKey} with ${key.configAddress}`,
            );
        }
      }
    }
  },
});

interface EncryptedBucket {
  bucket: Resource;
  key: Resource;
}

/** The buckets, by ARN, that are encrypted with a key of the project which nobody is given by a grant. */
function encryptedBuckets(project: Project): ReadonlyMap<string, EncryptedBucket> {
  const found = new Map<string, EncryptedBucket>();
  for (const bucket of project.all('aws_s3_bucket')) {
    const arn = identity(bucket.computed('arn'));
    const encryption = encryptionOf(project, bucket);
    if (arn === undefined || !encryption || encryption === 'none' || encryption.algorithm !== 'aws:kms') continue;
    const [settings] = encryption.rule.blocks('apply_server_side_encryption_by_default');
    const key = settings && keyOf(project, settings, 'kms_master_key_id');
    if (key && !isGranted(project, key)) found.set(arn, { bucket, key });
  }
  return found;
}

/** Those of the buckets whose objects a role's own policies name. */
function bucketsNamedFor(
  project: Project,
  role: Resource,
  encrypted: ReadonlyMap<string, EncryptedBucket>,
): ReadonlySet<EncryptedBucket> {
  const named = identityPolicies(project, role)
    .flatMap(({ statements }) => statements)
    .flatMap(({ effect, resources = [] }) => (effect === 'Allow' ? resources : []))
    .map((resource) => encrypted.get(identity(resource)?.replace(/\/\*$/, '') ?? ''));
  return new Set(named.filter((bucket) => bucket !== undefined));
}

/** Whether a role surely may do something to all objects of a bucket, and that by a statement about it, not about all. */
function isMeantFor(project: Project, role: Resource, action: string, bucket: Resource): boolean {
  const may = (arn: Value) =>
    roleMay(project, role, {
      action,
      resource: joinText([arn, '/object']),
      context: { 'aws:securetransport': 'true' },
    });
  return may(bucket.computed('arn')) === 'allowed' && may('arn:aws:s3:::a-bucket-of-nobody') === 'denied';
}
