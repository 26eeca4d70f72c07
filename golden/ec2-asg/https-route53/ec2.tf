locals {
  # AWS's own processors have a g after the number of their family: t4g, m7gd.
  instance_architecture = can(regex("^[a-z]+[0-9]+[a-z]*g", var.instance_type)) ? "arm64" : "x86_64"

  # What the application finds in its environment.
  application_environment = {
    APP_SECRET_ARN = aws_secretsmanager_secret.app.arn
    AWS_REGION     = var.aws_region
    PORT           = "8080"

    DATA_BUCKET = aws_s3_bucket.data.id

    DB_HOST = aws_db_instance.database.address
    DB_NAME = aws_db_instance.database.db_name
    DB_PORT = tostring(aws_db_instance.database.port)

    # The user logs in with tokens of IAM.
    DB_USERNAME = "app"
  }

  # What instance/boot.sh is told, as assignments of the shell before it; no value has a quote.
  boot_settings = {
    ENVIRONMENT      = join("\n", [for name, value in local.application_environment : "${name}=${value}"])
    LOG_GROUPS       = "/ec2/${local.name_prefix}"
    METRIC_NAMESPACE = local.name_prefix
    PACKAGES         = join(" ", var.instance_packages)
    PROJECT          = local.name_prefix
    REGION           = var.aws_region
    RELEASE_BUCKET   = aws_s3_bucket.releases.id
    RELEASE_VERSION  = var.release_version == null ? "" : var.release_version
  }

  # Git on Windows may have ended its lines in another way.
  boot_script = replace(file("${path.module}/instance/boot.sh"), "\r", "")

  user_data = join("\n", concat(
    ["#!/bin/sh", "set -eu"],
    [for name, value in local.boot_settings : "${name}='${value}'"],
    [local.boot_script],
  ))
}

# A role for this key alone: the group starts instances whose volumes the key encrypts, and the account's own role for
# Auto Scaling need not be there yet.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html
resource "aws_iam_service_linked_role" "asg" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = local.global_name_prefix
  description      = "Lets Auto Scaling run the instances of ${local.name_prefix}"
}

resource "aws_cloudwatch_log_group" "instances" {
  for_each = toset(["app", "boot", "web"])

  name              = "/ec2/${local.name_prefix}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
}

resource "aws_launch_template" "app" {
  name                   = "${local.name_prefix}-app"
  description            = "Instances of ${local.name_prefix}"
  instance_type          = var.instance_type
  vpc_security_group_ids = [aws_security_group.app.id]
  user_data              = base64encode(local.user_data)

  # The newest Amazon Linux 2023 whenever an instance starts, without a plan that changes with each release of it.
  # https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
  image_id = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${local.instance_architecture}"

  iam_instance_profile {
    name = aws_iam_instance_profile.instance.name
  }

  # Credentials of the role only for who can ask twice, and never for a request that is passed on.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # Metrics by the minute, for alarms and for scaling in time.
  monitoring {
    enabled = true
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = var.instance_volume_size
      encrypted             = true
      kms_key_id            = aws_kms_key.app.arn
      delete_on_termination = true
    }
  }

  # The tags of the provider stop at the template.
  dynamic "tag_specifications" {
    for_each = toset(["network-interface", "volume"])

    content {
      resource_type = tag_specifications.key
      tags          = merge(local.common_tags, { Name = "${local.name_prefix}-app" })
    }
  }

  lifecycle {
    precondition {
      condition     = length(base64encode(local.user_data)) < 21848
      error_message = "instance/boot.sh and what it is told have more than the 16 KB that AWS takes as user data."
    }
  }
}

# The load balancer speaks TLS to the instances too, and does not ask who signed their certificates:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
# A target group cannot change its port and a listener's target group cannot be deleted: the port is in the name.
resource "aws_lb_target_group" "app" {
  name                 = "${local.name_prefix}-443"
  vpc_id               = local.vpc_id
  target_type          = "instance"
  protocol             = "HTTPS"
  port                 = 443
  deregistration_delay = 30

  health_check {
    path                = "/health"
    protocol            = "HTTPS"
    matcher             = "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Auto scaling decides how many there are, so desired_capacity is not here: every plan would set it back.
resource "aws_autoscaling_group" "app" {
  name                    = "${local.name_prefix}-app"
  min_size                = var.instance_count.min
  max_size                = var.instance_count.max
  vpc_zone_identifier     = local.private_subnet_ids
  target_group_arns       = [aws_lb_target_group.app.arn]
  service_linked_role_arn = aws_iam_service_linked_role.asg.arn

  # An instance that does not answer is replaced, but for the first minutes, in which it installs what it needs and
  # starts the application, which has two of them.
  health_check_type         = "ELB"
  health_check_grace_period = 420
  default_instance_warmup   = 180

  # The first apply ends when the load balancer finds them healthy.
  min_elb_capacity          = var.instance_count.min
  wait_for_capacity_timeout = "15m"

  # Each new instance takes the newest image: this is how they are patched.
  max_instance_lifetime = var.instance_max_lifetime_days * 86400

  enabled_metrics = [
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupMaxSize",
  ]

  # Whatever replaces an instance, its age or a failed check too, starts the new one first.
  instance_maintenance_policy {
    min_healthy_percentage = 100
    max_healthy_percentage = 150
  }

  launch_template {
    id      = aws_launch_template.app.id
    version = aws_launch_template.app.latest_version
  }

  # A change of the template replaces the instances, new ones first. AWS offers no rollback for an image that it looks up:
  # going back is the older release_version. scripts/wait-for-refresh.sh waits for the end, which the apply does not.
  # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
  instance_refresh {
    strategy = "Rolling"

    # It goes on to the next instances only after a failed check of the new ones would have shown.
    preferences {
      instance_warmup        = 480
      min_healthy_percentage = 100
      max_healthy_percentage = 150
    }
  }

  # The tags of the provider stop at the group.
  dynamic "tag" {
    for_each = merge(local.common_tags, { Name = "${local.name_prefix}-app" })

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  # An instance boots only when its role may read and its ways are open, and none of that is named above.
  depends_on = [
    aws_lb_listener.https,
    aws_iam_role_policy.instance,
    aws_cloudwatch_log_group.instances,
    aws_route.private_nat,
    aws_route_table_association.private,
    aws_vpc_endpoint.interface,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_ingress_rule.app_from_alb,
    aws_vpc_security_group_egress_rule.alb_to_app,
    aws_vpc_security_group_egress_rule.app_to_database,
    aws_vpc_security_group_ingress_rule.database_from_app,
    aws_vpc_security_group_egress_rule.app_to_endpoints,
    aws_vpc_security_group_ingress_rule.endpoints_from_app,
    aws_vpc_security_group_egress_rule.app_to_s3,
    aws_vpc_security_group_egress_rule.app_https,
  ]
}

# Out fast, in slowly, as AWS does it for a target: a request that waits costs more than an instance that idles.
resource "aws_autoscaling_policy" "cpu" {
  name                   = "${local.name_prefix}-cpu"
  autoscaling_group_name = aws_autoscaling_group.app.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = 60

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}
