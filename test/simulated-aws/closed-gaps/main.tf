# What the stacks to come will ask of the simulator, and moto by itself does not give.

data "aws_caller_identity" "current" {}

data "aws_rds_engine_version" "postgres" {
  engine  = "postgres"
  version = "17"
  latest  = true
}

data "aws_rds_orderable_db_instance" "postgres" {
  engine                     = "postgres"
  preferred_instance_classes = ["db.t4g.micro", "db.t4g.small"]
}

resource "aws_db_instance" "database" {
  count = 2

  identifier                  = "database-${count.index}"
  engine                      = "postgres"
  engine_version              = data.aws_rds_engine_version.postgres.version
  instance_class              = data.aws_rds_orderable_db_instance.postgres.instance_class
  allocated_storage           = 20
  username                    = "dbadmin"
  manage_master_user_password = true
  skip_final_snapshot         = true
}

resource "aws_s3_bucket" "trail" {
  bucket        = "trail-${data.aws_caller_identity.current.account_id}"
  force_destroy = true
}

data "aws_iam_policy_document" "trail" {
  statement {
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.trail.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }

  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.trail.arn}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }
}

resource "aws_s3_bucket_policy" "trail" {
  bucket = aws_s3_bucket.trail.id
  policy = data.aws_iam_policy_document.trail.json
}

resource "aws_cloudtrail" "trail" {
  count = 2

  name           = "trail-${count.index}"
  s3_bucket_name = aws_s3_bucket.trail.id

  depends_on = [aws_s3_bucket_policy.trail]
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "private" {
  count = 2

  vpc_id            = aws_vpc.this.id
  availability_zone = ["us-east-1a", "us-east-1b"][count.index]
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
}

data "aws_iam_policy_document" "dms" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["dms.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "dms" {
  name               = "dms-vpc-role"
  assume_role_policy = data.aws_iam_policy_document.dms.json
}

resource "aws_iam_role_policy_attachment" "dms" {
  role       = aws_iam_role.dms.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonDMSVPCManagementRole"
}

resource "aws_dms_replication_subnet_group" "migration" {
  replication_subnet_group_id          = "migration"
  replication_subnet_group_description = "Private subnets"
  subnet_ids                           = aws_subnet.private[*].id

  depends_on = [aws_iam_role_policy_attachment.dms]
}

resource "aws_dms_replication_instance" "migration" {
  replication_instance_id     = "migration"
  replication_instance_class  = "dms.t3.micro"
  allocated_storage           = 50
  replication_subnet_group_id = aws_dms_replication_subnet_group.migration.id
}

resource "aws_dms_endpoint" "end" {
  for_each = toset(["source", "target"])

  endpoint_id   = each.key
  endpoint_type = each.key
  engine_name   = "postgres"
  server_name   = "${each.key}.example.com"
  port          = 5432
  database_name = "app"
  username      = "dms"
  password      = "simulated"
  ssl_mode      = "require"
}

resource "aws_dms_replication_task" "migration" {
  replication_task_id      = "migration"
  migration_type           = "full-load"
  replication_instance_arn = aws_dms_replication_instance.migration.replication_instance_arn
  source_endpoint_arn      = aws_dms_endpoint.end["source"].endpoint_arn
  target_endpoint_arn      = aws_dms_endpoint.end["target"].endpoint_arn
  table_mappings           = jsonencode({ rules = [] })
}
