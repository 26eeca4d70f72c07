import { autoScalingRoleArn } from '../../terraform/aws-attributes.js';
import { templatesOf } from '../lib/launch-templates.js';
import { isGranted, keyOf, keyPolicy, principalMayUseKey, type Answer } from '../lib/permissions.js';
import { isLeftOut } from '../lib/presence.js';
import type { Project, Resource } from '../../terraform/project.js';
import { isKnown, show, type Value } from '../../terraform/value.js';
import { defineRule } from '../rule.js';

/**
 * What EBS does with a key for whoever starts an instance.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
 */
const actions = ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'];

/** The role as which a group starts instances: its own, or the one that every account has. */
function roleArn(project: Project, group: Resource): Value | undefined {
  const argument = 'service_linked_role_arn';
  if (isLeftOut(project, group, argument)) return autoScalingRoleArn(group.surroundings);
  const [role, ...others] = project.pointedAt(group, argument, 'aws_iam_service_linked_role');
  if (role && others.length === 0) return role.computed('arn');
  return group.get(argument);
}

/** What of the actions a role surely may not do with a key. */
function refused(project: Project, key: Resource, arn: Value): { action: string; answer: Answer }[] {
  return actions
    .map((action) => ({
      action,
      answer: principalMayUseKey(project, key, {
        action,
        context: { 'kms:grantisforawsresource': true, 'kms:calleraccount': key.surroundings.account },
        // Its own policy, which nobody can change, is about no key of the account's.
        principal: { type: 'AWS', value: arn, byAccount: 'denied' },
      }),
    }))
    .filter(({ answer }) => answer !== 'allowed');
}

const key = (more: string) => `data "aws_caller_identity" "current" {}

resource "aws_iam_service_linked_role" "asg" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "app"
}

data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::\${data.aws_caller_identity.current.account_id}:root"]
    }
  }
${more}}

resource "aws_kms_key" "volumes" {
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}

resource "aws_launch_template" "app" {
  name          = "app"
  image_id      = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
  instance_type = "t4g.small"

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted  = true
      kms_key_id = aws_kms_key.volumes.arn
    }
  }
}

resource "aws_autoscaling_group" "app" {
  min_size                = 2
  max_size                = 4
  vpc_zone_identifier     = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
  service_linked_role_arn = aws_iam_service_linked_role.asg.arn

  launch_template {
    id      = aws_launch_template.app.id
    version = aws_launch_template.app.latest_version
  }
}
`;

const statements = `
  statement {
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_service_linked_role.asg.arn]
    }
  }

  statement {
    actions   = ["kms:CreateGrant"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_service_linked_role.asg.arn]
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }
`;

export default defineRule({
  name: 'volume-key-admits-auto-scaling',
  severity: 'error',
  title: "the policy of the key of a group's volumes lets the group's service-linked role use it",
  why: 'Auto Scaling launches instances and AWS ends them at once: "Client.InternalError: Client error on launch". That the account may use the key does not help: the policies of a service-linked role cannot be changed, and have no key of yours.',
  remedy:
    "Allow the role kms:Encrypt, Decrypt, ReEncrypt*, GenerateDataKey* and DescribeKey in the key's policy, and kms:CreateGrant with kms:GrantIsForAWSResource: AWSServiceRoleForAutoScaling, or the one that service_linked_role_arn names.",
  catalogue: ['S000-16', 'facts §5'],
  stages: ['hcl', 'plan', 'state'],
  source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html',
  example: { broken: key(''), sound: key(statements) },
  check(project, { finding, abstain }) {
    for (const group of project.all('aws_autoscaling_group')) {
      const arn = roleArn(project, group);
      for (const template of templatesOf(group)) {
        const keys = new Set(
          template
            .blocks('block_device_mappings.ebs')
            .filter((ebs) => !ebs.uncertain && ebs.has('kms_key_id'))
            .map((ebs) => keyOf(project, ebs, 'kms_key_id')),
        );
        for (const key of keys) {
          // A grant, or the caller of a module, may let the role in.
          const isOpen = key && !keyPolicy(project, key) && !isLeftOut(project, key, 'policy');
          if (!key || isOpen || isGranted(project, key)) continue;
          const lacking = arn === undefined ? [] : refused(project, key, arn);
          const denied = lacking.filter(({ answer }) => answer === 'denied').map(({ action }) => action);
          if (denied.length > 0)
            finding(
              template,
              `has volumes that ${key.configAddress} encrypts, whose policy does not allow ${denied.join(', ')} to ${nameOf(arn!)} of ${group.configAddress}`,
              'block_device_mappings',
            );
          else if (arn === undefined || lacking.length > 0)
            abstain(template, `whether ${key.configAddress} lets the role of ${group.configAddress} in is not known`);
        }
      }
    }
  },
});

/** The last part of a role's ARN, which is its name. */
function nameOf(arn: Value): string {
  const text = show(arn);
  return isKnown(arn) || text.includes('/') ? text.slice(text.lastIndexOf('/') + 1) : text;
}
