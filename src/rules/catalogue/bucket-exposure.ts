import { bucketsIn, configurationsOf, isPublicList, websiteOf } from '../lib/buckets.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { identity, show } from '../../terraform/value.js';
import { defineRule, defineRules } from '../rule.js';

const flags = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'];

/** The settings of a block that are not known to be true. */
function openFlags(block: Block): { off: string[]; unknown: string[] } {
  const open = flags.filter((flag) => block.truth(flag) !== true);
  // What is not set is false.
  const off = open.filter((flag) => block.truth(flag) === false || !block.has(flag));
  return { off, unknown: open.filter((flag) => !off.includes(flag)) };
}

/** Whether the account itself blocks all public access, as far as the project says so. */
function accountBlocks(project: Project): boolean {
  return project.all('aws_s3_account_public_access_block').some((block) => openFlags(block).off.length === 0);
}

const publicAccessBlock = defineRule({
  name: 'bucket-public-access-block',
  severity: 'warning',
  title: 'every bucket blocks public access, with all four settings',
  why: 'One policy or access control list, written by mistake later, makes the data public. AWS blocks public access of new buckets by default; that it stays so is nowhere held, and a setting that is left out of the resource is turned off.',
  remedy:
    'Give the bucket an aws_s3_bucket_public_access_block with block_public_acls, block_public_policy, ignore_public_acls and restrict_public_buckets set to true.',
  catalogue: ['S000-23'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html',
  example: {
    broken: `resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "uploads-"
}

resource "aws_s3_bucket_public_access_block" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  block_public_acls   = true
  block_public_policy = true
}
`,
    sound: `resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "uploads-"
}

resource "aws_s3_bucket_public_access_block" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
`,
  },
  check(project, { finding, abstain }) {
    if (accountBlocks(project)) return;
    for (const bucket of project.all('aws_s3_bucket')) {
      // A website is public on purpose, which bucket-website tells.
      if (websiteOf(project, bucket)) continue;
      const blocks = configurationsOf(project, bucket, 'aws_s3_bucket_public_access_block');
      if (!blocks) abstain(bucket, 'it is not known whether its public access is blocked');
      else if (blocks.length === 0) finding(bucket, 'has no aws_s3_bucket_public_access_block');
      for (const block of blocks ?? []) {
        const { off, unknown } = openFlags(block);
        if (off.length > 0)
          finding(
            block,
            `leaves ${off.join(', ')} of ${bucket.configAddress} off`,
            off.find((flag) => block.has(flag)),
          );
        else if (unknown.length > 0) abstain(block, `${unknown.join(', ')} is not known`);
      }
    }
    for (const block of blocksOfBucketsElsewhere(project)) {
      const { off } = openFlags(block);
      if (off.length > 0)
        finding(
          block,
          `leaves ${off.join(', ')} off`,
          off.find((flag) => block.has(flag)),
        );
    }
  },
});

/** The settings of buckets that are not of the project, but for those that the project makes websites. */
function blocksOfBucketsElsewhere(project: Project): Resource[] {
  const websites = project.all('aws_s3_bucket_website_configuration').map((website) => identity(website.get('bucket')));
  return project.all('aws_s3_bucket_public_access_block').filter((block) => {
    const bucket = identity(block.get('bucket'));
    if (bucket === undefined || bucketsIn(project, block, 'bucket').length > 0) return false;
    return websites.every((website) => website !== undefined && website !== bucket);
  });
}

/** Groups of grantees that are everybody, or everybody who has an AWS account. */
const publicGroups = /\/groups\/global\/(AllUsers|AuthenticatedUsers)$/;

const notPublic = defineRule({
  name: 'bucket-acl-not-public',
  severity: 'error',
  title: 'no access control list opens a bucket to everybody',
  why: 'Anybody on the internet can list what is in the bucket, and read or even write it. In a bucket whose public access AWS blocks by default the apply fails: "AccessDenied", for BlockPublicAcls.',
  remedy: 'Keep the bucket private. Serve public files through CloudFront with an origin access control.',
  catalogue: ['S000-23'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html',
  example: {
    broken: `resource "aws_s3_bucket" "files" {
  bucket_prefix = "files-"
}

resource "aws_s3_bucket_acl" "files" {
  bucket = aws_s3_bucket.files.id
  acl    = "public-read"
}
`,
    sound: `resource "aws_s3_bucket" "files" {
  bucket_prefix = "files-"
}

resource "aws_s3_bucket_acl" "files" {
  bucket = aws_s3_bucket.files.id
  acl    = "private"
}
`,
  },
  check(project, { finding, abstain }) {
    for (const resource of project.all('aws_s3_bucket', 'aws_s3_bucket_acl')) {
      const acl = resource.get('acl');
      if (isPublicList(acl)) finding(resource, `has the access control list ${show(acl)}`, 'acl');
      else if (acl !== undefined && typeof acl !== 'string') abstain(resource, 'acl is not known');
      for (const grant of [...resource.blocks('grant'), ...resource.blocks('access_control_policy.grant')]) {
        const group = identity(grant.get('uri') ?? grant.get('grantee.uri'));
        if (group !== undefined && publicGroups.test(group))
          finding(
            grant,
            `grants ${show(grant.get('permission') ?? grant.get('permissions'))} to ${group.split('/').at(-1)}`,
          );
      }
    }
  },
});

const ownership = defineRule({
  name: 'bucket-acl-needs-ownership',
  severity: 'error',
  title: 'a bucket that is given an access control list has them enabled',
  why: 'The apply fails: "AccessControlListNotSupported: The bucket does not allow ACLs". New buckets have had access control lists disabled since April 2023, the list "private" too.',
  remedy:
    'Drop the aws_s3_bucket_acl: a bucket is private without it. Where a list is needed, give the bucket aws_s3_bucket_ownership_controls with BucketOwnerPreferred and let the list depend on it.',
  catalogue: ['S000-23'],
  stages: ['hcl', 'plan'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html',
  example: {
    broken: `resource "aws_s3_bucket" "files" {
  bucket_prefix = "files-"
}

resource "aws_s3_bucket_acl" "files" {
  bucket = aws_s3_bucket.files.id
  acl    = "private"
}
`,
    sound: `resource "aws_s3_bucket" "files" {
  bucket_prefix = "files-"
}

resource "aws_s3_bucket_ownership_controls" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_acl" "files" {
  bucket = aws_s3_bucket.files.id
  acl    = "private"

  depends_on = [aws_s3_bucket_ownership_controls.files]
}
`,
  },
  check(project, { finding, abstain }) {
    for (const list of project.all('aws_s3_bucket_acl')) {
      for (const bucket of bucketsIn(project, list, 'bucket')) {
        const controls = configurationsOf(project, bucket, 'aws_s3_bucket_ownership_controls');
        const [first] = controls ?? [];
        if (!controls || list.uncertain)
          abstain(list, `it is not known who owns the objects in ${bucket.configAddress}`);
        else if (!first) finding(list, `is for ${bucket.configAddress}, which has no ownership controls`);
        else if (ownershipIn(first) === 'BucketOwnerEnforced')
          finding(list, `is for ${bucket.configAddress}, whose ownership controls are BucketOwnerEnforced`);
      }
    }
  },
});

function ownershipIn(controls: Resource): string | undefined {
  return controls.text('rule.object_ownership');
}

const website = defineRule({
  name: 'bucket-website',
  severity: 'warning',
  title: 'no bucket is a website of its own',
  why: 'The website endpoints of S3 speak HTTP only, and the bucket must be open to everybody for them: what it serves can be read and changed on the way, and everything in it is public.',
  remedy:
    'Serve the bucket through CloudFront with an origin access control, and drop the website configuration. One that only redirects is fine.',
  catalogue: ['S000-23'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html',
  example: {
    broken: `resource "aws_s3_bucket" "site" {
  bucket_prefix = "site-"
}

resource "aws_s3_bucket_website_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  index_document {
    suffix = "index.html"
  }
}
`,
    sound: `resource "aws_s3_bucket" "site" {
  bucket_prefix = "site-"
}

resource "aws_s3_bucket_website_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  redirect_all_requests_to {
    host_name = "www.example.com"
    protocol  = "https"
  }
}
`,
  },
  check(project, { finding }) {
    for (const bucket of project.all('aws_s3_bucket')) {
      const configuration = websiteOf(project, bucket);
      if (!configuration || configuration.uncertain || configuration.has('redirect_all_requests_to')) continue;
      finding(configuration, 'makes a bucket a website, without TLS');
    }
  },
});

export default defineRules(publicAccessBlock, notPublic, ownership, website);
