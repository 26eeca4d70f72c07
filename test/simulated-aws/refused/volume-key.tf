data "aws_caller_identity" "current" {}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.0.0/24"
}

# Helps only those whose own policies allow it, as the service-linked role's does not.
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

resource "aws_kms_key" "volumes" {
  policy = data.aws_iam_policy_document.key.json
}

resource "aws_launch_template" "app" {
  name          = "no-volume-key"
  image_id      = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
  instance_type = "t4g.small"

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size = 8
      encrypted   = true
      kms_key_id  = aws_kms_key.volumes.arn
    }
  }
}

resource "aws_autoscaling_group" "app" {
  name                      = "no-volume-key"
  min_size                  = 1
  max_size                  = 1
  vpc_zone_identifier       = [aws_subnet.private.id]
  wait_for_capacity_timeout = "20s"

  launch_template {
    id      = aws_launch_template.app.id
    version = aws_launch_template.app.latest_version
  }
}
