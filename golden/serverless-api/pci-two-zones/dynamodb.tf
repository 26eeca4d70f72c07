resource "aws_dynamodb_table" "orders" {
  name         = "${local.name_prefix}-orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.orders.arn
  }

  ttl {
    enabled        = true
    attribute_name = "expiresAt"
  }

  tags = local.store_tags
}

# To this table and no other: what the function may do besides needs its line here too.
data "aws_iam_policy_document" "orders_endpoint" {
  statement {
    sid       = "Orders"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [aws_dynamodb_table.orders.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

# The way to the table, which costs nothing and never leaves AWS.
resource "aws_vpc_endpoint" "dynamodb" {
  vpc_id            = local.vpc_id
  service_name      = "com.amazonaws.${var.aws_region}.dynamodb"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = aws_route_table.private[*].id
  policy            = data.aws_iam_policy_document.orders_endpoint.json

  tags = { Name = "${local.name_prefix}-dynamodb" }
}
