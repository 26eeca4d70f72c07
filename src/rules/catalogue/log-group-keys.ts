import { keyOf, keyPolicy, serviceMayUseKey } from '../lib/permissions.js';
import { joinText, type Value } from '../../terraform/value.js';
import { defineRule } from '../rule.js';

export default defineRule({
  name: 'log-group-key-admits-logs',
  severity: 'error',
  title: "the policy of a log group's key lets CloudWatch Logs use it for that group",
  why: 'CreateLogGroup answers "AccessDeniedException: The specified KMS key does not exist or is not allowed to be used with Arn …". Nothing before the apply looks at the key\'s policy.',
  remedy:
    "Allow logs.<region>.amazonaws.com kms:Encrypt*, Decrypt*, ReEncrypt*, GenerateDataKey* and Describe* in the key's policy, with ArnLike on kms:EncryptionContext:aws:logs:arn for the groups that use the key.",
  catalogue: ['S002-01', 'facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html',
  example: {
    broken: `data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "logs_key" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::\${data.aws_caller_identity.current.account_id}:root"]
    }
  }
}

resource "aws_kms_key" "logs" {
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.logs_key.json
}

resource "aws_cloudwatch_log_group" "app" {
  name       = "/ecs/app"
  kms_key_id = aws_kms_key.logs.arn
}
`,
    sound: `data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "logs_key" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::\${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  statement {
    actions   = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.eu-west-1.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:aws:logs:eu-west-1:\${data.aws_caller_identity.current.account_id}:log-group:/ecs/app"]
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

resource "aws_kms_key" "logs" {
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.logs_key.json
}

resource "aws_cloudwatch_log_group" "app" {
  name       = "/ecs/app"
  kms_key_id = aws_kms_key.logs.arn
}
`,
  },
  check(project, { finding, abstain }) {
    for (const group of project.all('aws_cloudwatch_log_group')) {
      if (!group.has('kms_key_id')) continue;
      const key = keyOf(project, group, 'kms_key_id');
      if (!key) {
        abstain(group, 'its key is not in the project');
        continue;
      }
      const answerTo = (service: Value) =>
        serviceMayUseKey(project, key, service, {
          action: 'kms:GenerateDataKey',
          context: { 'kms:encryptioncontext:aws:logs:arn': group.computed('arn') },
        });
      const { region } = group.surroundings;
      const regional = answerTo(joinText(['logs.', region, '.amazonaws.com']));
      // China has the suffix of its partition.
      const isInChina = answerTo(joinText(['logs.', region, '.amazonaws.com.cn'])) !== 'denied';
      const answer = regional === 'denied' && isInChina ? 'unknown' : regional;
      if (answer === 'denied') {
        const why = keyPolicy(project, key)
          ? 'does not let CloudWatch Logs in'
          : 'is the default one, which lets no service in';
        finding(group, `the policy of its key ${key.configAddress} ${why}`, 'kms_key_id');
      } else if (answer === 'unknown') abstain(group, `what the policy of ${key.configAddress} says is not known`);
    }
  },
});
