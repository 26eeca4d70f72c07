data "aws_partition" "current" {}

data "aws_iam_policy_document" "api_gateway_logs_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "api_gateway_logs" {
  name               = "api-gateway-logs-${var.aws_region}"
  description        = "Lets API Gateway write the logs of every API of the account in ${var.aws_region}"
  assume_role_policy = data.aws_iam_policy_document.api_gateway_logs_trust.json
}

# AWS tries what the role may do before it takes it, and wants to find all of this policy.
resource "aws_iam_role_policy_attachment" "api_gateway_logs" {
  role       = aws_iam_role.api_gateway_logs.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

# One for the account and the region. Destroyed, it takes the logs of every API there along.
resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = aws_iam_role.api_gateway_logs.arn

  depends_on = [aws_iam_role_policy_attachment.api_gateway_logs]
}
