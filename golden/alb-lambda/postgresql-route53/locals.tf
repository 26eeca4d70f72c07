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
  azs               = aws_subnet.private[*].availability_zone
  nat_gateway_count = var.single_nat_gateway ? 1 : var.availability_zone_count

  vpc_id              = aws_vpc.this.id
  public_subnet_ids   = aws_subnet.public[*].id
  private_subnet_ids  = aws_subnet.private[*].id
  database_subnet_ids = aws_subnet.database[*].id

  application_url = "https://${var.domain_name}"

  # Named, not referenced: key and bucket must let the trail in before it can be created.
  trail_arn = "arn:${local.partition}:cloudtrail:${var.aws_region}:${local.account_id}:trail/${local.name_prefix}"

  database_identifier = "${local.name_prefix}-postgresql"

  function_arn = "arn:${local.partition}:lambda:${var.aws_region}:${local.account_id}:function:${local.name_prefix}-app"

  # What the function finds in its environment.
  function_environment = {
    DATA_BUCKET = aws_s3_bucket.data.id

    DB_HOST = aws_db_instance.database.address
    DB_NAME = aws_db_instance.database.db_name
    DB_PORT = tostring(aws_db_instance.database.port)

    # The user's name and password: RDS rotates it, so it is read when it is used.
    DB_SECRET_ARN = aws_db_instance.database.master_user_secret[0].secret_arn
  }

  # What each package was made of, as python3 functions/build.py recorded it, and what its folder holds now.
  packages = jsondecode(file("${path.module}/functions/build.json"))
  sources = { for name in keys(local.packages) : name => sha256(join("", [
    for source in sort(fileset("${path.module}/functions/${name}", "**")) :
    "${filesha256("${path.module}/functions/${name}/${source}")}  ${source}\n" if !can(regex("(^|/)(\\.|__pycache__/)|\\.pyc$", source))
  ])) }
}
