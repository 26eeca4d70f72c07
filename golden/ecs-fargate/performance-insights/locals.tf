locals {
  name_prefix = "${var.project_name}-${var.environment_suffix}"
  account_id  = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition

  # Project, Environment and ManagedBy are not for var.tags to change.
  common_tags = merge(var.tags, {
    Project     = var.project_name
    Environment = var.environment_suffix
    ManagedBy   = "terraform"
  })

  # Some accounts see only two zones of a region that has three.
  azs               = slice(data.aws_availability_zones.available.names, 0, min(var.availability_zone_count, length(data.aws_availability_zones.available.names)))
  nat_gateway_count = var.single_nat_gateway ? 1 : length(local.azs)

  vpc_id              = aws_vpc.this.id
  public_subnet_ids   = aws_subnet.public[*].id
  private_subnet_ids  = aws_subnet.private[*].id
  database_subnet_ids = aws_subnet.database[*].id

  application_url = "http://${aws_lb.alb.dns_name}"
}
