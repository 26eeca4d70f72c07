# The clients are on the internet.
#trivy:ignore:AWS-0053
resource "aws_lb" "alb" {
  #checkov:skip=CKV_AWS_150:Ephemeral, so that terraform destroy can remove it; deletion_protection = true protects it.
  name               = "${local.name_prefix}-alb"
  load_balancer_type = "application"
  internal           = false
  subnets            = local.public_subnet_ids
  security_groups    = [aws_security_group.alb.id]

  # Requests that a proxy and the application could read differently never reach the application.
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"

  enable_deletion_protection = var.deletion_protection

  access_logs {
    enabled = true
    bucket  = aws_s3_bucket.alb_logs.id
    prefix  = "alb"
  }

  lifecycle {
    precondition {
      condition     = length(distinct([for subnet in data.aws_subnet.public : subnet.availability_zone])) >= 2
      error_message = "public_subnet_ids must be in at least two availability zones; AWS refuses a load balancer in one."
    }

    precondition {
      condition     = length(distinct([for subnet in data.aws_subnet.public : subnet.availability_zone])) == length(data.aws_subnet.public)
      error_message = "public_subnet_ids must hold one subnet of each zone; AWS refuses a load balancer two in the same zone."
    }
  }

  # The load balancer writes a test object while it is created, which needs the bucket's policy.
  depends_on = [aws_s3_bucket_policy.alb_logs]
}

# Port 80 only tells browsers where to go.
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.alb.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.alb.arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}
