# Servers whose launch template changes: what an instance refresh does shows in no second plan.

variable "release" {
  type    = number
  default = 1
}

variable "lets_auto_scaling_in" {
  type    = bool
  default = true
}

data "aws_caller_identity" "current" {}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "private" {
  count = 2

  vpc_id            = aws_vpc.this.id
  availability_zone = ["us-east-1a", "us-east-1b"][count.index]
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
}

resource "aws_iam_service_linked_role" "servers" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "servers"
}

data "aws_iam_policy_document" "volumes" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  dynamic "statement" {
    for_each = var.lets_auto_scaling_in ? [1] : []

    content {
      actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
      resources = ["*"]

      principals {
        type        = "AWS"
        identifiers = [aws_iam_service_linked_role.servers.arn]
      }
    }
  }

  statement {
    actions   = ["kms:CreateGrant"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_service_linked_role.servers.arn]
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }
}

resource "aws_kms_key" "volumes" {
  policy = data.aws_iam_policy_document.volumes.json
}

resource "aws_lb_target_group" "servers" {
  name        = "servers"
  port        = 443
  protocol    = "HTTPS"
  target_type = "instance"
  vpc_id      = aws_vpc.this.id
}

resource "aws_launch_template" "servers" {
  name          = "servers"
  image_id      = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
  instance_type = "t4g.small"
  user_data     = base64encode("#!/bin/sh\necho release ${var.release}\n")

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      encrypted             = true
      kms_key_id            = aws_kms_key.volumes.arn
      delete_on_termination = true
    }
  }
}

resource "aws_autoscaling_group" "servers" {
  name                    = "servers"
  min_size                = 2
  max_size                = 4
  vpc_zone_identifier     = aws_subnet.private[*].id
  target_group_arns       = [aws_lb_target_group.servers.arn]
  health_check_type       = "ELB"
  min_elb_capacity        = 2
  service_linked_role_arn = aws_iam_service_linked_role.servers.arn

  launch_template {
    id      = aws_launch_template.servers.id
    version = aws_launch_template.servers.latest_version
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 150
    }
  }
}
