# Requests become calls of the function by way of Lambda itself: neither a port nor a protocol nor a VPC is part of it, and the
# security group of the load balancer lets nothing out.
resource "aws_lb_target_group" "app" {
  name        = "${local.name_prefix}-lambda"
  target_type = "lambda"

  # Off unless it is said. An interval must be longer than its time-out, and longer than the function may take.
  # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
  health_check {
    enabled             = true
    path                = "/health"
    matcher             = "200"
    interval            = 35
    timeout             = 30
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }

  lifecycle {
    create_before_destroy = true
  }
}

# For this target group alone, which is what AWS names to Lambda.
resource "aws_lambda_permission" "alb" {
  statement_id  = "load-balancer"
  function_name = aws_lambda_function.app.function_name
  action        = "lambda:InvokeFunction"
  principal     = "elasticloadbalancing.amazonaws.com"
  source_arn    = aws_lb_target_group.app.arn
}

# AWS refuses a function that the load balancer may not call yet.
resource "aws_lb_target_group_attachment" "app" {
  target_group_arn = aws_lb_target_group.app.arn
  target_id        = aws_lambda_function.app.arn

  depends_on = [aws_lambda_permission.alb]
}
