data "aws_iam_policy_document" "waf" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["*"]

    # A service is a principal of type Service.
    principals {
      type        = "AWS"
      identifiers = ["delivery.logs.amazonaws.com"]
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "waf" {
  policy_name     = "not-a-principal"
  policy_document = data.aws_iam_policy_document.waf.json
}
