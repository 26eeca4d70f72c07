locals {
  # In regions opened since December 2023 Fargate reaches the ECS control plane through the task's own network.
  ecs_endpoint_regions = ["ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "mx-central-1"]

  interface_endpoints = toset(concat(
    ["ecr.api", "ecr.dkr", "logs", "secretsmanager"],
    contains(local.ecs_endpoint_regions, var.aws_region) ? ["ecs", "ecs-agent", "ecs-telemetry"] : [],
  ))
}

# The only way to AWS's APIs: whatever else the tasks call needs an endpoint here too.
resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_endpoints

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.aws_region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = aws_subnet.private[*].id
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true

  tags = { Name = "${local.name_prefix}-${each.key}" }
}

# ECR keeps image layers in S3, so a pull without NAT needs this as much as the ECR endpoints.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.aws_region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = aws_route_table.private[*].id

  tags = { Name = "${local.name_prefix}-s3" }
}
