data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "trail" {
  bucket = "no-trail-key"
}

data "aws_iam_policy_document" "trail_bucket" {
  statement {
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.trail.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }

  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.trail.arn}/AWSLogs/${data.aws_caller_identity.current.account_id}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }
}

resource "aws_s3_bucket_policy" "trail" {
  bucket = aws_s3_bucket.trail.id
  policy = data.aws_iam_policy_document.trail_bucket.json
}

data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
}

resource "aws_kms_key" "trail" {
  policy = data.aws_iam_policy_document.key.json
}

resource "aws_cloudtrail" "trail" {
  name                  = "no-key"
  s3_bucket_name        = aws_s3_bucket.trail.id
  kms_key_id            = aws_kms_key.trail.arn
  is_multi_region_trail = true

  depends_on = [aws_s3_bucket_policy.trail]
}
