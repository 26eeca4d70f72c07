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

  # The zones that the subnets are in, whatever AWS lists today.
  azs = aws_subnet.private[*].availability_zone

  vpc_id              = aws_vpc.this.id
  private_subnet_ids  = aws_subnet.private[*].id
  database_subnet_ids = aws_subnet.database[*].id

  database_identifier = "${local.name_prefix}-aurora"

  function_arn = "arn:${local.partition}:lambda:${var.aws_region}:${local.account_id}:function:${local.name_prefix}-app"

  # What the function finds in its environment.
  function_environment = {
    DATABASE_ARN  = aws_rds_cluster.aurora.arn
    DATABASE_NAME = var.database_name

    # The Data API reads the password itself, in the name of the function.
    DATABASE_SECRET_ARN = aws_rds_cluster.aurora.master_user_secret[0].secret_arn

    ORDERS_TABLE         = aws_dynamodb_table.orders.name
    ORDER_RETENTION_DAYS = tostring(var.order_retention_days)

    API_AUTH = "iam"
  }

  # What each package was made of, as node functions/build.mjs recorded it, and what its folder holds now.
  packages = jsondecode(file("${path.module}/functions/build.json"))
  sources = { for name in keys(local.packages) : name => sha256(join("", [
    for source in sort(fileset("${path.module}/functions/${name}", "**")) :
    "${filesha256("${path.module}/functions/${name}/${source}")}  ${source}\n" if !can(regex("(^|/)(\\.|__pycache__/)|\\.pyc$", source))
  ])) }

  application_url = aws_api_gateway_stage.api.invoke_url
}
