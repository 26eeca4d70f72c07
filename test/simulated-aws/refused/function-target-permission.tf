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
  name               = "behind-a-load-balancer"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_s3_bucket" "code" {
  bucket = "behind-a-load-balancer-code"
}

resource "aws_s3_object" "code" {
  bucket         = aws_s3_bucket.code.id
  key            = "orders.zip"
  content_base64 = "UEsDBBQAAAAAAAAAIQB2NHSHIQAAACEAAAAJAAAAaW5kZXgubWpzZXhwb3J0IGNvbnN0IGhhbmRsZXIgPSAoKSA9PiB7fTsKUEsBAhQDFAAAAAAAAAAhAHY0dIchAAAAIQAAAAkAAAAAAAAAAAAAAIABAAAAAGluZGV4Lm1qc1BLBQYAAAAAAQABADcAAABIAAAAAAA="
}

resource "aws_lambda_function" "orders" {
  function_name = "behind-a-load-balancer"
  role          = aws_iam_role.function.arn
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  s3_bucket     = aws_s3_object.code.bucket
  s3_key        = aws_s3_object.code.key
}

resource "aws_lb_target_group" "orders" {
  name        = "orders"
  target_type = "lambda"
}

resource "aws_lb_target_group" "stock" {
  name        = "stock"
  target_type = "lambda"
}

# Of another target group than the one that the function is registered with.
resource "aws_lambda_permission" "alb" {
  function_name = aws_lambda_function.orders.function_name
  action        = "lambda:InvokeFunction"
  principal     = "elasticloadbalancing.amazonaws.com"
  source_arn    = aws_lb_target_group.stock.arn
}

resource "aws_lb_target_group_attachment" "orders" {
  target_group_arn = aws_lb_target_group.orders.arn
  target_id        = aws_lambda_function.orders.arn

  depends_on = [aws_lambda_permission.alb]
}
