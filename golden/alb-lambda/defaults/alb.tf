# The clients are on the internet.
#trivy:ignore:AWS-0053
resource "aws_lb" "alb" {
  #checkov:skip=CKV_AWS_150:Ephemeral, so that terraform destroy can remove it; deletion_protection = true protects it.
  #checkov:skip=CKV2_AWS_20:Without a certificate there is no HTTPS to redirect to; for trials without card data only.
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

  # The load balancer writes a test object while it is created, which needs the bucket's policy.
  # AWS refuses an internet-facing one before the way to the internet is there.
  depends_on = [aws_s3_bucket_policy.alb_logs, aws_route.public_internet]
}

# Without a certificate the way from the client to here is not encrypted: for trials, not for card data.
#trivy:ignore:AWS-0054
resource "aws_lb_listener" "http" {
  #checkov:skip=CKV_AWS_2:HTTPS needs a certificate, and this project was generated without one; for trials without card data only.
  #checkov:skip=CKV_AWS_103:Without a certificate there is no TLS whose version could be set; for trials without card data only.
  load_balancer_arn = aws_lb.alb.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}
