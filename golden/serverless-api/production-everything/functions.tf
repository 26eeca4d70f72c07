# Created before the function: otherwise Lambda creates it, unencrypted and kept for ever.
resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${local.name_prefix}-api"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
}

resource "aws_lambda_function" "api" {
  # create-secure-infra:ignore application-not-database-master It reads positions, by one statement of fixed words; README.md tells how it gets a user of its own.
  #checkov:skip=CKV_AWS_116:API Gateway calls it and waits for the answer; a queue for dead letters is only for calls that nobody waits for.
  #checkov:skip=CKV_AWS_272:Whoever may change the function by Terraform could change what it checks signatures against, too.
  function_name = "${local.name_prefix}-api"
  description   = "Answers the API of ${local.name_prefix}"
  role          = aws_iam_role.function.arn
  runtime       = var.lambda_runtime
  handler       = "index.handler"
  architectures = ["arm64"]
  memory_size   = var.function_memory_size

  # API Gateway waits for 29 seconds; what takes longer has nobody to answer to.
  timeout = 25

  # -1 takes what the account's other functions leave.
  reserved_concurrent_executions = var.reserved_concurrency

  filename         = "${path.module}/functions/api.zip"
  source_code_hash = filebase64sha256("${path.module}/functions/api.zip")
  kms_key_arn      = aws_kms_key.functions.arn

  environment {
    variables = {
      DATABASE_ARN  = aws_rds_cluster.aurora.arn
      DATABASE_NAME = var.database_name

      # The Data API reads the password itself, in the name of the function.
      DATABASE_SECRET_ARN = aws_rds_cluster.aurora.master_user_secret[0].secret_arn

      ORDERS_TABLE         = aws_dynamodb_table.orders.name
      ORDER_RETENTION_DAYS = tostring(var.order_retention_days)

      API_AUTH = "jwt"
    }
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
      condition     = try(local.sources["api"] == local.packages["api"].sources && filebase64sha256("${path.module}/functions/api.zip") == local.packages["api"].zip, false)
      error_message = "functions/api.zip is not made of what functions/api/ holds now: run node functions/build.mjs."
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
