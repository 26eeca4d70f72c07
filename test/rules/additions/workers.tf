data "aws_ssm_parameter" "image" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

data "aws_iam_policy_document" "workers_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "workers" {
  name               = "${local.global_name_prefix}-workers"
  description        = "Role of the workers"
  assume_role_policy = data.aws_iam_policy_document.workers_trust.json
}

resource "aws_iam_role_policy_attachment" "workers" {
  role       = aws_iam_role.workers.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "workers" {
  name = "${local.global_name_prefix}-workers"
  role = aws_iam_role.workers.name
}

resource "aws_launch_template" "workers" {
  name                   = "${local.name_prefix}-workers"
  image_id               = data.aws_ssm_parameter.image.value
  instance_type          = "t3.micro"
  vpc_security_group_ids = [aws_security_group.app.id]

  iam_instance_profile {
    name = aws_iam_instance_profile.workers.name
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type = "gp3"
      volume_size = 20
      encrypted   = true
    }
  }

  monitoring {
    enabled = true
  }
}

resource "aws_autoscaling_group" "workers" {
  name                      = "${local.name_prefix}-workers"
  min_size                  = var.task_count.min
  max_size                  = var.task_count.max
  vpc_zone_identifier       = local.private_subnet_ids
  health_check_type         = "EC2"
  health_check_grace_period = 60

  launch_template {
    id      = aws_launch_template.workers.id
    version = aws_launch_template.workers.latest_version
  }

  instance_refresh {
    strategy = "Rolling"
  }

  tag {
    key                 = "Project"
    value               = var.project_name
    propagate_at_launch = true
  }
}
