import { alarmTopics } from '../lib/alarms.js';
import { bucketsIn, encryptionOf } from '../lib/buckets.js';
import { keyOf, keyPolicy, serviceMayUseKey, type Answer, type Wish } from '../lib/permissions.js';
import { isLeftOut } from '../lib/presence.js';
import { senders } from '../lib/senders.js';
import type { Block, Project, Resource } from '../../terraform/project.js';
import { defineRule, defineRules } from '../rule.js';

/** Whether a service may do all of these with a key; denied if one of them is. */
function serviceMay(
  project: Project,
  key: Resource,
  service: string,
  actions: readonly string[],
  known: Pick<Wish, 'context' | 'absent'>,
): Answer {
  // A module's caller may give the policy.
  if (!keyPolicy(project, key) && !isLeftOut(project, key, 'policy')) return 'unknown';
  const answers = actions.map((action) => serviceMayUseKey(project, key, service, { action, ...known }));
  if (answers.includes('denied')) return 'denied';
  return answers.includes('unknown') ? 'unknown' : 'allowed';
}

/** Why a key does not let a service in. */
function refusal(project: Project, key: Resource, service: string): string {
  return keyPolicy(project, key)
    ? `whose policy does not let ${service} use it`
    : `whose policy is the default one, which lets no service in`;
}

const account = `data "aws_caller_identity" "current" {}
`;

/** A key policy for the account, with more statements in JSON. */
function keyWith(more: string): string {
  return `resource "aws_kms_key" "this" {
  enable_key_rotation = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "kms:*"
        Resource  = "*"
        Principal = { AWS = "arn:aws:iam::\${data.aws_caller_identity.current.account_id}:root" }
      },
${more}    ]
  })
}
`;
}

function serviceStatement(service: string, actions = '"kms:Decrypt", "kms:GenerateDataKey*"'): string {
  return `      {
        Effect    = "Allow"
        Action    = [${actions}]
        Resource  = "*"
        Principal = { Service = "${service}" }
      },
`;
}

const trail = `
resource "aws_cloudtrail" "audit" {
  name           = "audit"
  s3_bucket_name = "example-audit-123456789012"
  kms_key_id     = aws_kms_key.this.arn
}
`;

const trailKey = defineRule({
  name: 'trail-key-admits-cloudtrail',
  severity: 'error',
  title: "the policy of a trail's key lets CloudTrail encrypt with it",
  why: 'The trail is refused: "InsufficientEncryptionPolicyException: Insufficient permissions to access S3 bucket … or KMS key …". CloudTrail has no role of its own: only the key\'s policy can admit it.',
  remedy:
    "Allow cloudtrail.amazonaws.com kms:GenerateDataKey* and kms:DescribeKey in the key's policy, with aws:SourceArn for the trail and kms:EncryptionContext:aws:cloudtrail:arn for the account's trails.",
  catalogue: ['facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html',
  example: {
    broken: `${account}
${keyWith('')}${trail}`,
    sound: `${account}
${keyWith(serviceStatement('cloudtrail.amazonaws.com'))}${trail}`,
  },
  check(project, { finding, abstain }) {
    for (const trail of project.all('aws_cloudtrail')) {
      const key = trail.has('kms_key_id') ? keyOf(project, trail, 'kms_key_id') : undefined;
      if (!key) continue;
      const answer = trailMay(project, trail, key, 'kms:GenerateDataKey');
      if (answer === 'denied')
        finding(
          trail,
          `encrypts with ${key.configAddress}, ${refusal(project, key, 'cloudtrail.amazonaws.com')}`,
          'kms_key_id',
        );
      else if (answer === 'unknown') abstain(trail, `what the policy of ${key.configAddress} says is not known`);
    }
  },
});

function trailMay(project: Project, trail: Resource, key: Resource, action: string): Answer {
  return serviceMay(project, key, 'cloudtrail.amazonaws.com', [action], {
    context: {
      'aws:sourcearn': trail.computed('arn'),
      'aws:sourceaccount': trail.surroundings.account,
      'kms:encryptioncontext:aws:cloudtrail:arn': trail.computed('arn'),
    },
  });
}

const trailInBucket = `
resource "aws_s3_bucket" "audit" {
  bucket_prefix = "audit-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "audit" {
  bucket = aws_s3_bucket.audit.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}
${trail.replace('"example-audit-123456789012"', 'aws_s3_bucket.audit.id')}`;

const trailDecrypts = defineRule({
  name: 'trail-key-decrypts',
  severity: 'warning',
  title: "the policy of a trail's key lets CloudTrail decrypt, where the trail's bucket has a bucket key",
  why: 'The trail is refused, or a later change of it: "InsufficientEncryptionPolicyException". AWS: "If you are using an existing S3 bucket with an S3 Bucket Key, kms:Decrypt permissions are required to create or update a trail with SSE-KMS encryption enabled."',
  remedy: "Allow cloudtrail.amazonaws.com kms:Decrypt beside kms:GenerateDataKey* in the key's policy.",
  catalogue: ['facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html',
  example: {
    broken: `${account}
${keyWith(serviceStatement('cloudtrail.amazonaws.com', '"kms:GenerateDataKey*"'))}${trailInBucket}`,
    sound: `${account}
${keyWith(serviceStatement('cloudtrail.amazonaws.com'))}${trailInBucket}`,
  },
  check(project, { finding }) {
    for (const trail of project.all('aws_cloudtrail')) {
      const key = trail.has('kms_key_id') ? keyOf(project, trail, 'kms_key_id') : undefined;
      const [bucket] = bucketsIn(project, trail, 's3_bucket_name');
      const encryption = bucket && encryptionOf(project, bucket);
      if (!key || !encryption || encryption === 'none') continue;
      if (encryption.algorithm !== 'aws:kms' || encryption.rule.truth('bucket_key_enabled') !== true) continue;
      // A key that does not admit CloudTrail at all is what trail-key-admits-cloudtrail tells.
      if (trailMay(project, trail, key, 'kms:GenerateDataKey') !== 'allowed') continue;
      if (trailMay(project, trail, key, 'kms:Decrypt') === 'denied')
        finding(
          trail,
          `encrypts with ${key.configAddress}, whose policy does not let CloudTrail decrypt`,
          'kms_key_id',
        );
    }
  },
});

const alarm = `
resource "aws_sns_topic" "alerts" {
  name              = "alerts"
  kms_master_key_id = aws_kms_key.this.arn
}

resource "aws_cloudwatch_metric_alarm" "cpu" {
  alarm_name          = "cpu"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  period              = 60
  evaluation_periods  = 5
  alarm_actions       = [aws_sns_topic.alerts.arn]
}
`;

const publishing = ['kms:Decrypt', 'kms:GenerateDataKey'];

const alarmKey = defineRule({
  name: 'alarm-topic-key-admits-cloudwatch',
  severity: 'error',
  title: 'the key of a topic that alarms go to lets CloudWatch use it',
  why: 'The alarm changes its state, and nobody hears of it: only its history says "null (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException". The policy of alias/aws/sns is AWS\'s own and cannot be changed.',
  remedy:
    "Encrypt the topic with a key of your own whose policy allows cloudwatch.amazonaws.com kms:Decrypt and kms:GenerateDataKey*, with aws:SourceAccount and aws:SourceArn for the account's alarms.",
  catalogue: ['S001-27', 'facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger',
  example: {
    broken: `${account}
${keyWith('')}${alarm}`,
    sound: `${account}
${keyWith(serviceStatement('cloudwatch.amazonaws.com'))}${alarm}`,
  },
  check(project, { finding, abstain }) {
    for (const { topic, alarms } of alarmTopics(project)) {
      if (usesAwsKey(topic, 'kms_master_key_id', 'sns')) {
        finding(topic, 'gets alarms and is encrypted with alias/aws/sns', 'kms_master_key_id');
        continue;
      }
      const key = topic.has('kms_master_key_id') ? keyOf(project, topic, 'kms_master_key_id') : undefined;
      if (!key) continue;
      for (const alarm of alarms) {
        const answer = serviceMay(project, key, 'cloudwatch.amazonaws.com', publishing, {
          context: {
            'aws:sourceaccount': alarm.surroundings.account,
            'aws:sourcearn': alarm.computed('arn'),
            'kms:encryptioncontext:aws:sns:topicarn': topic.computed('arn'),
          },
        });
        if (answer === 'denied')
          finding(
            topic,
            `gets ${alarm.configAddress} and is encrypted with ${key.configAddress}, ${refusal(project, key, 'cloudwatch.amazonaws.com')}`,
            'kms_master_key_id',
          );
        else if (answer === 'unknown') abstain(topic, `what the policy of ${key.configAddress} says is not known`);
        if (answer !== 'allowed') break;
      }
    }
  },
});

/** Whether an argument names the key that AWS manages for a service. */
function usesAwsKey(block: Block, argument: string, service: string): boolean {
  const alias = `alias/aws/${service}`;
  const data = block.refs(argument, 'aws_kms_alias').filter(({ mode }) => mode === 'data');
  return block.text(argument) === alias || data.some((resource) => resource.text('name') === alias);
}

const queue = `
resource "aws_sqs_queue" "uploads" {
  name              = "uploads"
  kms_master_key_id = aws_kms_key.this.arn
}

resource "aws_s3_bucket_notification" "uploads" {
  bucket = "example-uploads-123456789012"

  queue {
    queue_arn = aws_sqs_queue.uploads.arn
    events    = ["s3:ObjectCreated:*"]
  }
}
`;

/**
 * What EventBridge does not say when it sends to an encrypted topic, so that no condition on it holds.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 */
const notSentToTopics = ['aws:sourceaccount', 'aws:sourcearn', 'aws:sourceorgid'];

const senderKey = defineRule({
  name: 'encrypted-queue-admits-sender',
  severity: 'error',
  title: 'the key of a queue or topic lets the service that sends to it use it',
  why: 'S3 refuses the notification with "Unable to validate the following destination configurations"; SNS, EventBridge and RDS lose what they send without a word. The policies of alias/aws/sqs and alias/aws/sns cannot be changed.',
  remedy:
    "Allow the sending service (s3, sns, events or events.rds.amazonaws.com) kms:Decrypt and kms:GenerateDataKey* in the policy of a key of your own, EventBridge for a topic with kms:EncryptionContext:aws:sns:topicArn as the only condition, or use the queue's own encryption (sqs_managed_sse_enabled).",
  catalogue: ['facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source:
    'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services',
  example: {
    broken: `${account}
${keyWith('')}${queue}`,
    sound: `${account}
${keyWith(serviceStatement('s3.amazonaws.com'))}${queue}`,
  },
  check(project, { finding, abstain }) {
    for (const { resource: sender, service, target, contexts } of senders(project)) {
      if (!target.has('kms_master_key_id')) continue;
      const own = target.type === 'aws_sqs_queue' ? 'sqs' : 'sns';
      const key = keyOf(project, target, 'kms_master_key_id');
      if (usesAwsKey(target, 'kms_master_key_id', own)) {
        finding(
          target,
          `is encrypted with alias/aws/${own}, so that ${service} cannot send what ${sender.configAddress} asks for`,
          'kms_master_key_id',
        );
      } else if (key) {
        const isTopic = own === 'sns';
        const encryption = isTopic ? { 'kms:encryptioncontext:aws:sns:topicarn': target.computed('arn') } : {};
        const absent = isTopic && service === 'events.amazonaws.com' ? notSentToTopics : [];
        const answers = contexts.map((context) =>
          serviceMay(project, key, service, publishing, { context: { ...context, ...encryption }, absent }),
        );
        if (answers.includes('denied'))
          finding(
            target,
            `gets ${sender.configAddress} and is encrypted with ${key.configAddress}, ${refusal(project, key, service)}`,
            'kms_master_key_id',
          );
        else if (answers.includes('unknown'))
          abstain(target, `what the policy of ${key.configAddress} says is not known`);
      }
    }
  },
});

export default defineRules(trailKey, trailDecrypts, alarmKey, senderKey);
