# Made, the function goes, and with it what it needed: its policy at once, its security group when nothing uses it any more.
variable "change" {
  type    = string
  default = "none"
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_security_group" "function" {
  count = var.change == "made" ? 0 : 1

  vpc_id = aws_vpc.this.id

  timeouts {
    delete = "20s"
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  name               = "interfaces-left"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "network" {
  statement {
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:AssignPrivateIpAddresses",
      "ec2:UnassignPrivateIpAddresses",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "network" {
  count = var.change == "made" ? 0 : 1

  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.network.json
}

resource "aws_s3_bucket" "code" {
  bucket = "interfaces-left-code"
}

resource "aws_s3_object" "code" {
  bucket         = aws_s3_bucket.code.id
  key            = "orders.zip"
  content_base64 = "UEsDBBQAAAAAAAAAIQB2NHSHIQAAACEAAAAJAAAAaW5kZXgubWpzZXhwb3J0IGNvbnN0IGhhbmRsZXIgPSAoKSA9PiB7fTsKUEsBAhQDFAAAAAAAAAAhAHY0dIchAAAAIQAAAAkAAAAAAAAAAAAAAIABAAAAAGluZGV4Lm1qc1BLBQYAAAAAAQABADcAAABIAAAAAAA="
}

resource "aws_lambda_function" "orders" {
  count = var.change == "made" ? 0 : 1

  function_name = "interfaces-left"
  role          = aws_iam_role.function.arn
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  s3_bucket     = aws_s3_object.code.bucket
  s3_key        = aws_s3_object.code.key

  vpc_config {
    subnet_ids         = [aws_subnet.private.id]
    security_group_ids = aws_security_group.function[*].id
  }

  depends_on = [aws_iam_role_policy.network]
}
