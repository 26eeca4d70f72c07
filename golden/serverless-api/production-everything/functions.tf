# Created before the function: otherwise Lambda creates it, unencrypted and kept for ever.
resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${local.name_prefix}-app"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
}

resource "aws_lambda_function" "app" {
  #checkov:skip=CKV_AWS_116:API Gateway calls it and waits for the answer; a queue for dead letters is only for calls that nobody waits for.
  # create-secure-infra:ignore application-not-database-master It reads positions, by one statement of fixed words; README.md tells how it gets a user of its own.
  #checkov:skip=CKV_AWS_272:Whoever may change the function by Terraform could change what it checks signatures against, too.
  function_name = "${local.name_prefix}-app"
  description   = "Answers the requests of ${local.name_prefix}"
  role          = aws_iam_role.function.arn
  runtime       = var.lambda_runtime
  handler       = "index.handler"
  architectures = ["arm64"]
  memory_size   = var.function_memory_size

  # API Gateway waits for 29 seconds; what takes longer has nobody to answer to.
  timeout = 25

  # -1 takes what the account's other functions leave.
  reserved_concurrent_executions = var.reserved_concurrency

  filename         = "${path.module}/functions/app.zip"
  source_code_hash = filebase64sha256("${path.module}/functions/app.zip")
  kms_key_arn      = aws_kms_key.functions.arn

  environment {
    variables = local.function_environment
  }

  vpc_config {
    subnet_ids         = local.private_subnet_ids
    security_group_ids = [aws_security_group.function.id]
  }

  logging_config {
    log_group  = aws_cloudwatch_log_group.function.name
    log_format = "JSON"
  }

  tracing_config {
    mode = "Active"
  }

  # A function whose sources were changed and not packaged would go on running what it ran before.
  lifecycle {
    precondition {
      condition     = try(local.sources["app"] == local.packages["app"].sources && filebase64sha256("${path.module}/functions/app.zip") == local.packages["app"].zip, false)
      error_message = "functions/app.zip is not made of what functions/app/ holds now: run node functions/build.mjs."
    }
  }

  # The first call must find its permissions and its ways there.
  depends_on = [
    aws_iam_role_policy.function,
    aws_iam_role_policy.function_network,
    aws_route.private_nat,
    aws_route_table_association.private,
    aws_vpc_endpoint.interface,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_egress_rule.function_to_endpoints,
    aws_vpc_security_group_ingress_rule.endpoints_from_function,
    aws_vpc_security_group_egress_rule.function_https,
    aws_vpc_endpoint.dynamodb,
    aws_vpc_security_group_egress_rule.function_to_dynamodb,
  ]
}
