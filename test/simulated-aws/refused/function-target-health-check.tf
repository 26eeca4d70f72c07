# The provider sends an interval of 30 seconds, which is the timeout that AWS takes for functions.
resource "aws_lb_target_group" "orders" {
  name        = "orders-health"
  target_type = "lambda"

  health_check {
    path = "/health"
  }
}
