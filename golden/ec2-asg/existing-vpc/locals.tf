locals {
  name_prefix = "${var.project_name}-${var.environment_suffix}"
  account_id  = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition

  # Roles, buckets and dashboards are the account's, not the region's: their names say it in short, as in apse1.
  global_name_prefix = "${local.name_prefix}-${replace(var.aws_region, "/-?([nsewc])(?:orth|outh|ast|est|entral)|-/", "$1")}"

  # Project, Environment and ManagedBy are not for var.tags to change.
  common_tags = merge(var.tags, {
    Project     = var.project_name
    Environment = var.environment_suffix
    ManagedBy   = "terraform"
  })

  vpc_id              = data.aws_vpc.existing.id
  public_subnet_ids   = [for subnet in data.aws_subnet.public : subnet.id]
  private_subnet_ids  = [for subnet in data.aws_subnet.private : subnet.id]
  database_subnet_ids = [for subnet in data.aws_subnet.database : subnet.id]

  application_url = "https://${aws_lb.alb.dns_name}"

  database_identifier = "${local.name_prefix}-mysql"
}
