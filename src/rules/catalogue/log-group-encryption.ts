import { isLeftOut } from '../lib/presence.js';
import { defineRule } from '../rule.js';

export default defineRule({
  name: 'log-group-encrypted',
  severity: 'warning',
  title: 'a log group is encrypted with a KMS key',
  why: 'CloudWatch Logs then encrypts with a key of its own, and everybody who may read the log group reads what is in it: addresses, tokens, personal data that slipped into a log.',
  remedy:
    "Set kms_key_id to a key whose policy admits logs.<region>.amazonaws.com for the group's ARN; one key will do for all groups of a project.",
  catalogue: ['S002-03'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html',
  example: {
    broken: `resource "aws_cloudwatch_log_group" "app" {
  name              = "/ecs/app"
  retention_in_days = 365
}
`,
    sound: `resource "aws_cloudwatch_log_group" "app" {
  name              = "/ecs/app"
  retention_in_days = 365
  kms_key_id        = "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
}
`,
  },
  check(project, { finding, abstain }) {
    for (const group of project.all('aws_cloudwatch_log_group')) {
      if (group.has('kms_key_id')) continue;
      if (isLeftOut(project, group, 'kms_key_id')) finding(group, 'has no kms_key_id');
      else abstain(group, 'its key is left to a variable');
    }
  },
});
