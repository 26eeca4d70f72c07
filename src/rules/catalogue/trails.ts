import { policiesOfBucket, type HeldPolicy } from '../lib/bucket-policies.js';
import { bucketsIn } from '../lib/buckets.js';
import { refusedToWrite } from '../lib/log-writers.js';
import { madeBefore } from '../lib/ordering.js';
import { decide, roleOf, type Answer } from '../lib/permissions.js';
import type { Statement } from '../lib/policies.js';
import { isLeftOut } from '../lib/presence.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { elements, same, joinText, Text, unknown, type Value } from '../../terraform/value.js';
import { defineRule, defineRules } from '../rule.js';

/** A trail in HCL, with more arguments as they stand there. */
function trailExample(...more: string[]): string {
  const names = ['name', 's3_bucket_name', ...more.map((line) => line.split(' = ')[0]!)];
  const width = Math.max(...names.map((name) => name.length));
  const lines = ['name = "audit"', 's3_bucket_name = "example-audit-123456789012"', ...more].map((line) => {
    const [name = '', value = ''] = line.split(' = ');
    return `  ${name.padEnd(width)} = ${value}\n`;
  });
  return `resource "aws_cloudtrail" "audit" {\n${lines.join('')}}\n`;
}

const logging = defineRule({
  name: 'trail-enabled',
  severity: 'warning',
  title: 'a trail records',
  why: 'The trail is there, its bucket stays empty, and after an incident nobody can tell who did what.',
  remedy: 'Leave enable_logging out, or set it to true.',
  catalogue: ['S000-21'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-3',
  example: {
    broken: trailExample('enable_logging = false'),
    sound: trailExample('enable_logging = true'),
  },
  check(project, { finding }) {
    for (const trail of project.all('aws_cloudtrail'))
      if (trail.truth('enable_logging') === false) finding(trail, 'is turned off', 'enable_logging');
  },
});

const everywhere = defineRule({
  name: 'trail-multi-region',
  severity: 'warning',
  title: 'a trail records every region, and the services that are in none',
  why: 'Whoever has stolen credentials works in a region that nobody looks at. What is done with IAM, STS and CloudFront is recorded as global service events.',
  remedy: 'Set is_multi_region_trail to true, and do not turn include_global_service_events off.',
  catalogue: ['S000-21'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-1',
  example: {
    broken: trailExample('is_multi_region_trail = false'),
    sound: trailExample('is_multi_region_trail = true'),
  },
  check(project, { finding, abstain }) {
    for (const trail of project.all('aws_cloudtrail')) {
      const all = trail.truth('is_multi_region_trail');
      if (all === undefined && trail.has('is_multi_region_trail')) abstain(trail, 'is_multi_region_trail is not known');
      else if (all !== true) finding(trail, 'records one region only', 'is_multi_region_trail');
      if (trail.truth('include_global_service_events') === false)
        finding(trail, 'leaves global service events out', 'include_global_service_events');
    }
  },
});

const validation = defineRule({
  name: 'trail-log-validation',
  severity: 'warning',
  title: 'the log files of a trail can be validated',
  why: 'Nobody can tell whether a log file was changed or deleted after CloudTrail wrote it, so it proves nothing.',
  remedy: 'Set enable_log_file_validation to true.',
  catalogue: ['S000-20'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html',
  example: {
    broken: trailExample('is_multi_region_trail = true'),
    sound: trailExample('is_multi_region_trail = true', 'enable_log_file_validation = true'),
  },
  check(project, { finding, abstain }) {
    for (const trail of project.all('aws_cloudtrail')) {
      const validated = trail.truth('enable_log_file_validation');
      if (validated === true) continue;
      if (validated === undefined && trail.has('enable_log_file_validation'))
        abstain(trail, 'enable_log_file_validation is not known');
      else finding(trail, 'writes no digests to validate its log files by', 'enable_log_file_validation');
    }
  },
});

const encrypted = defineRule({
  name: 'trail-encrypted',
  severity: 'warning',
  title: 'the log files of a trail are encrypted with a KMS key',
  why: "Whoever may read the bucket then reads who did what in the account; no key's policy stands between.",
  remedy: 'Set kms_key_id to a key whose policy admits cloudtrail.amazonaws.com.',
  catalogue: ['facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-2',
  example: {
    broken: trailExample('is_multi_region_trail = true'),
    sound: trailExample(
      'is_multi_region_trail = true',
      'kms_key_id = "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"',
    ),
  },
  check(project, { finding, abstain }) {
    for (const trail of project.all('aws_cloudtrail')) {
      if (trail.has('kms_key_id')) continue;
      if (isLeftOut(project, trail, 'kms_key_id')) finding(trail, 'encrypts its log files with no KMS key');
      else abstain(trail, 'its key is left to a variable');
    }
  },
});

const delivered = defineRule({
  name: 'trail-cloudwatch-logs',
  severity: 'warning',
  title: 'a trail also goes to CloudWatch Logs',
  why: 'What a trail writes to its bucket arrives there minutes later and raises no alarm. In a log group it can be searched, and metric filters can tell of root logins and refused calls.',
  remedy: 'Set cloud_watch_logs_group_arn and cloud_watch_logs_role_arn.',
  catalogue: ['S000-18'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-5',
  example: {
    broken: trailExample('is_multi_region_trail = true'),
    sound: trailExample(
      'is_multi_region_trail = true',
      'cloud_watch_logs_group_arn = "arn:aws:logs:eu-west-1:123456789012:log-group:audit:*"',
      'cloud_watch_logs_role_arn = "arn:aws:iam::123456789012:role/audit"',
    ),
  },
  check(project, { finding, abstain }) {
    for (const trail of project.all('aws_cloudtrail')) {
      if (trail.has('cloud_watch_logs_group_arn')) continue;
      if (isLeftOut(project, trail, 'cloud_watch_logs_group_arn')) finding(trail, 'goes to no log group');
      else abstain(trail, 'its log group is left to a variable');
    }
  },
});

const logGroup = defineRule({
  name: 'trail-log-group-arn',
  severity: 'error',
  title: 'a trail names its log group with ":*" behind the ARN, and a role to write with',
  why: 'The trail is refused: "InvalidCloudWatchLogsLogGroupArnException: CloudTrail cannot validate the specified log group ARN". CloudTrail wants the ARN of the streams, and the provider\'s attribute arn is that of the group.',
  remedy: 'Write "${aws_cloudwatch_log_group.<name>.arn}:*", and set cloud_watch_logs_role_arn.',
  catalogue: ['S000-18'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://github.com/hashicorp/terraform-provider-aws/issues/14557',
  example: {
    broken: `resource "aws_cloudwatch_log_group" "audit" {
  name = "audit"
}

${trailExample(
  'cloud_watch_logs_group_arn = aws_cloudwatch_log_group.audit.arn',
  'cloud_watch_logs_role_arn = "arn:aws:iam::123456789012:role/audit"',
)}`,
    sound: `resource "aws_cloudwatch_log_group" "audit" {
  name = "audit"
}

${trailExample(
  'cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.audit.arn}:*"',
  'cloud_watch_logs_role_arn = "arn:aws:iam::123456789012:role/audit"',
)}`,
  },
  check(project, { finding, abstain }) {
    for (const trail of project.all('aws_cloudtrail')) {
      const arn = trail.get('cloud_watch_logs_group_arn');
      if (arn === undefined || arn === '') continue;
      const ends = endsInWildcard(arn, groupsOf(trail));
      if (ends === false)
        finding(trail, 'names its log group without ":*" behind the ARN', 'cloud_watch_logs_group_arn');
      else if (ends === undefined) abstain(trail, 'the ARN of its log group is not known');
      if (!trail.has('cloud_watch_logs_role_arn') && isLeftOut(project, trail, 'cloud_watch_logs_role_arn'))
        finding(trail, 'has a log group and no role to write to it with', 'cloud_watch_logs_group_arn');
    }
  },
});

function groupsOf(trail: Resource): Resource[] {
  return trail.refs('cloud_watch_logs_group_arn', 'aws_cloudwatch_log_group');
}

/** Whether an ARN ends in `:*`; undefined where its end is not known. */
function endsInWildcard(arn: Value, groups: readonly Resource[]): boolean | undefined {
  if (typeof arn === 'string') return arn.endsWith(':*');
  if (groups.some((group) => group.mode === 'managed' && same(group.computed('arn'), arn) === true)) return false;
  const end = arn instanceof Text ? arn.parts.at(-1) : undefined;
  return typeof end === 'string' ? end.endsWith(':*') : undefined;
}

const account = `data "aws_caller_identity" "current" {}
`;

function roleExample(resource: string): string {
  return `resource "aws_cloudwatch_log_group" "audit" {
  name = "audit"
}

data "aws_iam_policy_document" "audit_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "audit" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${resource}"]
  }
}

resource "aws_iam_role" "audit" {
  name               = "audit"
  assume_role_policy = data.aws_iam_policy_document.audit_trust.json
}

resource "aws_iam_role_policy" "audit" {
  name   = "write-audit-log"
  role   = aws_iam_role.audit.id
  policy = data.aws_iam_policy_document.audit.json
}

${trailExample(
  'cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.audit.arn}:*"',
  'cloud_watch_logs_role_arn = aws_iam_role.audit.arn',
)}`;
}

const role = defineRule({
  name: 'trail-role-writes-logs',
  severity: 'error',
  title: "a trail's role may write to its log group",
  why: 'The trail is refused: "InvalidCloudWatchLogsLogGroupArnException: Access denied. Check the permissions for your role."',
  remedy: 'Allow the role logs:CreateLogStream and logs:PutLogEvents on the log group\'s ARN with ":*" behind it.',
  catalogue: ['S000-18'],
  stages: ['hcl', 'plan', 'state'],
  source:
    'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html',
  example: {
    broken: roleExample('${aws_cloudwatch_log_group.audit.arn}'),
    sound: roleExample('${aws_cloudwatch_log_group.audit.arn}:*'),
  },
  check(project, { finding, abstain }) {
    for (const trail of project.all('aws_cloudtrail')) {
      const writer = roleOf(trail, 'cloud_watch_logs_role_arn', project);
      const [group, ...others] = groupsOf(trail);
      if (!writer || group?.mode !== 'managed' || others.length > 0) continue;
      const { region, account } = trail.surroundings;
      for (const { action, answer } of refusedToWrite(project, writer, group, [account, '_CloudTrail_', region])) {
        if (answer === 'denied')
          finding(
            trail,
            `writes to ${group.configAddress} as ${writer.configAddress}, which may not ${action} there`,
            'cloud_watch_logs_role_arn',
          );
        else abstain(trail, `it is not known whether its role may ${action}`);
      }
    }
  },
});

/** A bucket with a policy that lets CloudTrail in, and the trail. */
function bucketExample(put: { resource: string; condition: string; last?: string }): string {
  return `${account}
resource "aws_s3_bucket" "audit" {
  bucket_prefix = "audit-"
}

data "aws_iam_policy_document" "audit_bucket" {
  statement {
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.audit.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
${put.condition}  }

  statement {
    actions   = ["s3:PutObject"]
    resources = ["${put.resource}"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
${put.condition}  }
}

resource "aws_s3_bucket_policy" "audit" {
  bucket = aws_s3_bucket.audit.id
  policy = data.aws_iam_policy_document.audit_bucket.json
}

resource "aws_cloudtrail" "audit" {
  name                  = "audit"
  s3_bucket_name        = aws_s3_bucket.audit.id
  is_multi_region_trail = true
${put.last ?? ''}}
`;
}

const ownLogs = '${aws_s3_bucket.audit.arn}/AWSLogs/${data.aws_caller_identity.current.account_id}/*';

const sourceArn = `
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["arn:aws:cloudtrail:eu-west-1:\${data.aws_caller_identity.current.account_id}:trail/audit"]
    }
`;

const bucketPolicy = defineRule({
  name: 'trail-bucket-policy',
  severity: 'error',
  title: "the policy of a trail's bucket lets CloudTrail write there",
  why: 'The trail is refused: "InsufficientS3BucketPolicyException: Incorrect S3 bucket policy is detected for bucket: …". Neither validate nor plan looks.',
  remedy:
    "Allow cloudtrail.amazonaws.com s3:GetBucketAcl on the bucket and s3:PutObject on <bucket>/<prefix>/AWSLogs/<account>/*, both with the trail's ARN as aws:SourceArn.",
  catalogue: ['S000-19'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html',
  example: {
    broken: bucketExample({ resource: '${aws_s3_bucket.audit.arn}/trail/*', condition: '' }),
    sound: bucketExample({ resource: ownLogs, condition: '' }),
  },
  check(project, { finding, abstain }) {
    for (const { trail, bucket, policies } of trailBuckets(project)) {
      if (!policies) {
        abstain(trail, `the policy of ${bucket.configAddress} is not known`);
        continue;
      }
      if (policies.length === 0) {
        finding(trail, `writes to ${bucket.configAddress}, which has no policy`, 's3_bucket_name');
        continue;
      }
      for (const [action, resource] of writes(trail, bucket)) {
        const answer = mayTrail(trail, policies, action, resource);
        if (answer === 'denied')
          finding(trail, `may not ${action} in ${bucket.configAddress} by the bucket's policy`, 's3_bucket_name');
        else if (answer === 'unknown') abstain(trail, `it is not known whether CloudTrail may ${action}`);
      }
    }
  },
});

interface TrailBucket {
  trail: Resource;
  bucket: Resource;
  /** Its policies; undefined where there may be one that is not in the project. */
  policies: HeldPolicy[] | undefined;
}

/** The trails whose bucket is in the project. */
function trailBuckets(project: Project): TrailBucket[] {
  return project.all('aws_cloudtrail').flatMap((trail) => {
    const [bucket, ...others] = bucketsIn(project, trail, 's3_bucket_name');
    if (!bucket || others.length > 0) return [];
    return [{ trail, bucket, policies: policiesOfBucket(project, bucket) }];
  });
}

/** What CloudTrail does to a trail's bucket. */
function writes(trail: Resource, bucket: Resource): (readonly [action: string, resource: Value])[] {
  const { account, region } = trail.surroundings;
  const prefix = trail.get('s3_key_prefix');
  const log = joinText([
    bucket.computed('arn'),
    '/',
    ...(prefix === undefined ? [] : [prefix, '/']),
    'AWSLogs/',
    // One of an organization writes for many accounts, and may be of another than the one it is made from.
    trail.has('is_organization_trail') && trail.truth('is_organization_trail') !== false ? unknown : account,
    '/CloudTrail/',
    region,
    '/log.json.gz',
  ]);
  return [
    ['s3:GetBucketAcl', bucket.computed('arn')],
    ['s3:PutObject', log],
  ];
}

function mayTrail(trail: Resource, policies: readonly HeldPolicy[], action: string, resource: Value): Answer {
  return decide(
    policies.map(({ policy }) => policy),
    {
      action,
      resource,
      principal: { type: 'Service', value: 'cloudtrail.amazonaws.com' },
      context: {
        's3:x-amz-acl': 'bucket-owner-full-control',
        'aws:securetransport': 'true',
        'aws:sourcearn': trail.computed('arn'),
        'aws:sourceaccount': trail.surroundings.account,
      },
    },
  );
}

const source = defineRule({
  name: 'trail-bucket-source',
  severity: 'warning',
  title: "the policy of a trail's bucket admits the account's own trail only",
  why: 'Without a condition anybody can point a trail of another account at the bucket: the service is the same, and the policy asks no further.',
  remedy:
    "Add a condition to the statements for cloudtrail.amazonaws.com: StringEquals on aws:SourceArn, the trail's ARN.",
  catalogue: ['S000-19'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html',
  example: {
    broken: bucketExample({ resource: ownLogs, condition: '' }),
    sound: bucketExample({ resource: ownLogs, condition: sourceArn }),
  },
  check(project, { finding }) {
    for (const { policies = [] } of trailBuckets(project)) {
      for (const { policy } of policies) {
        const open = policy.statements.find((statement) => isForCloudTrail(statement) && !namesSource(statement));
        if (open) finding(open.at, 'lets CloudTrail in on behalf of any account', open.argument);
      }
    }
  },
});

function isForCloudTrail({ effect, principals = [] }: Statement): boolean {
  return effect === 'Allow' && principals.some(({ value }) => value === 'cloudtrail.amazonaws.com');
}

function namesSource({ conditions }: Statement): boolean {
  return conditions.some(({ variable }) => /^(aws:source(arn|account|orgid|orgpaths)|\?)$/i.test(variable));
}

const order = defineRule({
  name: 'trail-after-bucket-policy',
  severity: 'warning',
  title: 'a trail is made after the policy of its bucket',
  why: 'Terraform makes both at once, as nothing tells it otherwise. Where the trail comes first, the apply fails: "InsufficientS3BucketPolicyException: Incorrect S3 bucket policy is detected for bucket: …", upon which the provider does not try again. A second apply succeeds.',
  remedy: "Add the bucket's policy to the trail's depends_on.",
  catalogue: ['S000-19', 'S001-23'],
  stages: ['hcl'],
  source: 'https://github.com/hashicorp/terraform/issues/6388',
  example: {
    broken: bucketExample({ resource: ownLogs, condition: sourceArn }),
    sound: bucketExample({
      resource: ownLogs,
      condition: sourceArn,
      last: `
  depends_on = [aws_s3_bucket_policy.audit]
`,
    }),
  },
  check(project, { finding }) {
    for (const { trail, policies = [] } of trailBuckets(project)) {
      const before = madeBefore(project, trail);
      const late = policies.find(
        ({ holder }) => holder.type === 'aws_s3_bucket_policy' && !before.has(holder.configAddress),
      );
      if (late) finding(trail, `may be made before ${late.holder.configAddress}`, 's3_bucket_name');
    }
  },
});

/** A selector for events of one category in HCL; data events are those of the objects in a bucket. */
function selectorExample(category: 'Management' | 'Data'): string {
  const fields = [
    `    field_selector {
      field  = "eventCategory"
      equals = ["${category}"]
    }
`,
  ];
  if (category === 'Data')
    fields.push(`    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
`);
  return `
  advanced_event_selector {
    name = "${category.toLowerCase()}"

${fields.join('\n')}  }
`;
}

function selectedExample(...selectors: string[]): string {
  return trailExample('is_multi_region_trail = true').replace(/\}\n$/, `${selectors.join('')}}\n`);
}

const management = defineRule({
  name: 'trail-management-events',
  severity: 'warning',
  title: 'a trail of every region, or with metric filters, records management events',
  why: "Selectors take the place of the default one: a trail whose selectors are for data events only records no other. Nobody can tell who changed a policy or a key, and no metric filter on the trail's log group ever finds anything.",
  remedy:
    'Add an advanced_event_selector with eventCategory equals Management, or leave include_management_events of the event_selector on. Where another trail of the account records them, nothing is amiss.',
  catalogue: ['S000-21'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html',
  example: {
    broken: selectedExample(selectorExample('Data')),
    sound: selectedExample(selectorExample('Management'), selectorExample('Data')),
  },
  check(project, { finding, abstain }) {
    const trails = project.all('aws_cloudtrail').map((trail) => ({ trail, recorded: recordsManagement(trail) }));
    if (trails.some(({ recorded }) => recorded === true)) return;
    for (const { trail, recorded } of trails) {
      if (!isForManagement(project, trail)) continue;
      const argument = trail.has('event_selector') ? 'event_selector' : 'advanced_event_selector';
      if (recorded === false) finding(trail, 'has event selectors, and none for management events', argument);
      else abstain(trail, 'it is not known which events it records');
    }
  },
});

/**
 * Whether a trail is meant for management events: it records every region, or something looks for events in its log group.
 * One for the data events of a bucket or a function alone, as accounts of an organization have, is in one region.
 */
function isForManagement(project: Project, trail: Resource): boolean {
  const global = isLeftOut(project, trail, 'include_global_service_events')
    ? true
    : trail.truth('include_global_service_events');
  if (trail.truth('is_multi_region_trail') === true && global === true) return true;
  const filters = groupsOf(trail).flatMap((group) =>
    project.linked('aws_cloudwatch_log_metric_filter', 'log_group_name', group),
  );
  return filters.length > 0;
}

/** Whether a trail records management events, as it does without selectors; undefined where that is not known. */
function recordsManagement(trail: Resource): boolean | undefined {
  const selectors = [
    ...trail.blocks('advanced_event_selector').map((block) => ({ block, matches: selectsManagement(block) })),
    ...trail.blocks('event_selector').map((block) => ({
      block,
      matches: block.has('include_management_events') ? block.truth('include_management_events') : true,
    })),
  ];
  if (selectors.length === 0) return true;
  const sure = selectors.filter(({ block }) => !block.uncertain);
  if (sure.some(({ matches }) => matches === true)) return true;
  return sure.length > 0 && selectors.every(({ matches }) => matches === false) ? false : undefined;
}

/** Whether an advanced selector is for management events; undefined where that is not known. */
function selectsManagement(selector: Block): boolean | undefined {
  const fields = selector.blocks('field_selector');
  const category = fields.find((field) => field.text('field') === 'eventCategory');
  if (!category) return fields.every((field) => field.text('field') !== undefined) ? false : undefined;
  const wanted = elements(category.get('equals'));
  if (wanted?.includes('Management')) return true;
  return wanted?.every((value) => typeof value === 'string') ? false : undefined;
}

export default defineRules(
  logging,
  everywhere,
  management,
  validation,
  encrypted,
  delivered,
  logGroup,
  role,
  bucketPolicy,
  source,
  order,
);
