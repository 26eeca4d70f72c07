resource "aws_cloudwatch_log_resource_policy" "waf" {
  policy_name = "no-resource"

  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Principal = { Service = "delivery.logs.amazonaws.com" }
    }]
  })
}
