# One key for each kind of data, so that access to one never opens another.
# In a key policy, "*" is the key that the policy belongs to.
data "aws_iam_policy_document" "key_account" {
  # Without it nobody could change the key again; IAM policies decide who may use it.
  # The condition changes nothing, for root is this account's; scanners take kms:* without one for unlimited.
  statement {
    sid       = "AccountAdministration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:CallerAccount"
      values   = [local.account_id]
    }
  }
}

# The groups are named, not referenced: each of them needs this key before it can be created.
data "aws_iam_policy_document" "key_logs" {
  source_policy_documents = [data.aws_iam_policy_document.key_account.json]

  statement {
    sid = "CloudWatchLogs"
    actions = [
      "kms:Decrypt*",
      "kms:Describe*",
      "kms:Encrypt*",
      "kms:GenerateDataKey*",
      "kms:ReEncrypt*",
    ]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${var.aws_region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [for name in [
        "/vpc/${local.name_prefix}/flow-logs",
        "aws-waf-logs-${local.name_prefix}",
        "/aws/cloudtrail/${local.name_prefix}",
        "/aws/rds/instance/${local.database_identifier}/*",
        "/aws/lambda/${local.name_prefix}-*",
      ] : "arn:${local.partition}:logs:${var.aws_region}:${local.account_id}:log-group:${name}"]
    }
  }
}

resource "aws_kms_key" "logs" {
  description             = "Encrypts the log groups of ${local.name_prefix}"
  enable_key_rotation     = true
  deletion_window_in_days = var.kms_deletion_window_days
  policy                  = data.aws_iam_policy_document.key_logs.json
}

resource "aws_kms_alias" "logs" {
  name          = "alias/${local.name_prefix}-logs"
  target_key_id = aws_kms_key.logs.key_id
}

resource "aws_kms_key" "secrets" {
  description             = "Encrypts the secrets of ${local.name_prefix}"
  enable_key_rotation     = true
  deletion_window_in_days = var.kms_deletion_window_days
  policy                  = data.aws_iam_policy_document.key_account.json
}

resource "aws_kms_alias" "secrets" {
  name          = "alias/${local.name_prefix}-secrets"
  target_key_id = aws_kms_key.secrets.key_id
}

data "aws_iam_policy_document" "key_alerts" {
  source_policy_documents = [data.aws_iam_policy_document.key_account.json]

  # AWS's own key for SNS cannot admit CloudWatch: with it, alarms would fire and nobody would hear.
  statement {
    sid       = "CloudWatchAlarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:cloudwatch:${var.aws_region}:${local.account_id}:alarm:${local.name_prefix}-*"]
    }
  }

  # For this topic only, which SNS names to the key whoever publishes.
  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  statement {
    sid       = "DatabaseEvents"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["events.rds.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:aws:sns:topicArn"
      values   = ["arn:${local.partition}:sns:${var.aws_region}:${local.account_id}:${local.name_prefix}-alerts"]
    }
  }
}

resource "aws_kms_key" "alerts" {
  description             = "Encrypts the alerts of ${local.name_prefix}"
  enable_key_rotation     = true
  deletion_window_in_days = var.kms_deletion_window_days
  policy                  = data.aws_iam_policy_document.key_alerts.json
}

resource "aws_kms_alias" "alerts" {
  name          = "alias/${local.name_prefix}-alerts"
  target_key_id = aws_kms_key.alerts.key_id
}

resource "aws_kms_key" "data" {
  description             = "Encrypts the data bucket of ${local.name_prefix}"
  enable_key_rotation     = true
  deletion_window_in_days = var.kms_deletion_window_days
  policy                  = data.aws_iam_policy_document.key_account.json
}

resource "aws_kms_alias" "data" {
  name          = "alias/${local.name_prefix}-data"
  target_key_id = aws_kms_key.data.key_id
}

# People who read the log files decrypt them by their own IAM policies.
data "aws_iam_policy_document" "key_trail" {
  source_policy_documents = [data.aws_iam_policy_document.key_account.json]

  # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
  statement {
    sid       = "CloudTrailEncrypts"
    actions   = ["kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }

    condition {
      test     = "StringLike"
      variable = "kms:EncryptionContext:aws:cloudtrail:arn"
      values   = ["arn:${local.partition}:cloudtrail:*:${local.account_id}:trail/*"]
    }
  }

  # To decrypt is for the bucket key of the trail's bucket, of whose context nothing is said.
  statement {
    sid       = "CloudTrailLooksAtTheKey"
    actions   = ["kms:Decrypt", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }
}

resource "aws_kms_key" "trail" {
  description             = "Encrypts the log files of the trail of ${local.name_prefix}"
  enable_key_rotation     = true
  deletion_window_in_days = var.kms_deletion_window_days
  policy                  = data.aws_iam_policy_document.key_trail.json
}

resource "aws_kms_alias" "trail" {
  name          = "alias/${local.name_prefix}-trail"
  target_key_id = aws_kms_key.trail.key_id
}

resource "aws_kms_key" "database" {
  description             = "Encrypts the database of ${local.name_prefix}"
  enable_key_rotation     = true
  deletion_window_in_days = var.kms_deletion_window_days
  policy                  = data.aws_iam_policy_document.key_account.json
}

resource "aws_kms_alias" "database" {
  name          = "alias/${local.name_prefix}-database"
  target_key_id = aws_kms_key.database.key_id
}

resource "aws_kms_key" "functions" {
  description             = "Encrypts the environment of the functions of ${local.name_prefix}"
  enable_key_rotation     = true
  deletion_window_in_days = var.kms_deletion_window_days
  policy                  = data.aws_iam_policy_document.key_account.json
}

resource "aws_kms_alias" "functions" {
  name          = "alias/${local.name_prefix}-functions"
  target_key_id = aws_kms_key.functions.key_id
}
