/** A VPC beside that of the samples, with what rules of other families ask of one. */
export const secondVpc = `
resource "aws_vpc" "second" {
  cidr_block           = "10.99.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
}

resource "aws_default_security_group" "second" {
  vpc_id = aws_vpc.second.id
}

resource "aws_flow_log" "second" {
  vpc_id                   = aws_vpc.second.id
  traffic_type             = "ALL"
  log_destination_type     = "cloud-watch-logs"
  log_destination          = aws_cloudwatch_log_group.flow_logs.arn
  iam_role_arn             = aws_iam_role.flow_logs.arn
  max_aggregation_interval = 60

  depends_on = [aws_iam_role_policy.flow_logs]
}
`;
