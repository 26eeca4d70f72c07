# Created before the function: otherwise Lambda creates it, unencrypted and kept for ever.
resource "aws_cloudwatch_log_group" "authorizer" {
  name              = "/aws/lambda/${local.name_prefix}-authorizer"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
}

data "aws_iam_policy_document" "authorizer_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "authorizer" {
  # Without logs:CreateLogGroup: the group of the function is the only one its logs may go to.
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.authorizer.arn}:*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.aws_region]
    }
  }

  # AWS scopes these actions to nothing.
  statement {
    sid       = "WriteTraces"
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.aws_region]
    }
  }

  # Lambda has a grant for this; a role that was deleted and made again has not.
  statement {
    sid       = "DecryptEnvironment"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.functions.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["lambda.${var.aws_region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "authorizer" {
  name               = "${local.global_name_prefix}-authorizer"
  description        = "What the authorizer of ${local.name_prefix} may do"
  assume_role_policy = data.aws_iam_policy_document.authorizer_trust.json
}

resource "aws_iam_role_policy" "authorizer" {
  name   = "authorizer"
  role   = aws_iam_role.authorizer.id
  policy = data.aws_iam_policy_document.authorizer.json
}

# Outside the VPC, so that it reaches the issuer of the tokens without a NAT gateway; it may do nothing there.
resource "aws_lambda_function" "authorizer" {
  #checkov:skip=CKV_AWS_116:API Gateway calls it and waits for the answer; a queue for dead letters is only for calls that nobody waits for.
  #checkov:skip=CKV_AWS_117:It fetches the issuer's keys from the internet, and nothing of the VPC.
  #checkov:skip=CKV_AWS_272:Whoever may change the function by Terraform could change what it checks signatures against, too.
  function_name = "${local.name_prefix}-authorizer"
  description   = "Verifies the tokens of those who call the API of ${local.name_prefix}"
  role          = aws_iam_role.authorizer.arn
  runtime       = var.lambda_runtime
  handler       = "index.handler"
  architectures = ["arm64"]
  memory_size   = 256
  timeout       = 10

  # Nothing is set aside: whoever waits for it waits for the API.
  reserved_concurrent_executions = -1

  filename         = "${path.module}/functions/authorizer.zip"
  source_code_hash = filebase64sha256("${path.module}/functions/authorizer.zip")
  kms_key_arn      = aws_kms_key.functions.arn

  environment {
    variables = {
      JWT_AUDIENCE = var.jwt_audience
      JWT_ISSUER   = var.jwt_issuer
    }
  }

  logging_config {
    log_group  = aws_cloudwatch_log_group.authorizer.name
    log_format = "JSON"
  }

  tracing_config {
    mode = "Active"
  }

  # A function whose sources were changed and not packaged would go on running what it ran before.
  lifecycle {
    precondition {
      condition     = try(local.sources["authorizer"] == local.packages["authorizer"].sources && filebase64sha256("${path.module}/functions/authorizer.zip") == local.packages["authorizer"].zip, false)
      error_message = "functions/authorizer.zip is not made of what functions/authorizer/ holds now: run node functions/build.mjs."
    }
  }

  depends_on = [aws_iam_role_policy.authorizer]
}
