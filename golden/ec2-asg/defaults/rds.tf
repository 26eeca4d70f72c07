locals {
  database_logs = concat(
    ["error", "slowquery"],
    var.db_general_log ? ["general"] : [],
  )
}

resource "aws_db_subnet_group" "database" {
  name        = local.database_identifier
  description = "Database subnets of ${local.name_prefix}"
  subnet_ids  = local.database_subnet_ids
}

# Another version has another family, so a new group is there before the old one goes.
resource "aws_db_parameter_group" "database" {
  name_prefix = "${local.database_identifier}-"
  family      = "mysql${var.db_engine_version}"
  description = "Parameters of ${local.database_identifier}"

  # RDS lets clients in without TLS up to 8.4. From 9.7 on it does not, and a parameter set to its default is planned for ever.
  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-ssl-connections.require-ssl.html
  dynamic "parameter" {
    for_each = tonumber(var.db_engine_version) < 9.7 ? ["1"] : []

    content {
      name  = "require_secure_transport"
      value = parameter.value
    }
  }

  # RDS exports logs from files only; by default MySQL writes these into tables.
  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQLDB.PublishtoCloudWatchLogs.html
  parameter {
    name  = "log_output"
    value = "FILE"
  }

  parameter {
    name  = "slow_query_log"
    value = "1"
  }

  parameter {
    name  = "long_query_time"
    value = tostring(var.db_slow_query_seconds)
  }

  # Off is the default.
  dynamic "parameter" {
    for_each = var.db_general_log ? ["1"] : []

    content {
      name  = "general_log"
      value = parameter.value
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Created before the database: otherwise RDS creates them, unencrypted and kept for ever.
# That of the general log too, which would be deleted before the database stops to write it.
resource "aws_cloudwatch_log_group" "database" {
  for_each = setunion(local.database_logs, ["general"])

  name              = "/aws/rds/instance/${local.database_identifier}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
}

# Ephemeral: deletion_protection = true protects it.
#trivy:ignore:AWS-0177
resource "aws_db_instance" "database" {
  #checkov:skip=CKV_AWS_293:Ephemeral, so that terraform destroy can remove it; deletion_protection = true protects it.
  identifier     = local.database_identifier
  engine         = "mysql"
  engine_version = var.db_engine_version
  instance_class = var.db_instance_class
  db_name        = var.database_name

  # Only read when the instance is created; from then on it can stay, change or go.
  snapshot_identifier = var.db_snapshot_identifier

  # A change of db_engine_version is meant; AWS refuses it without this.
  allow_major_version_upgrade = true
  auto_minor_version_upgrade  = true

  # Past its end of standard support a version is upgraded instead of billed as Extended Support.
  engine_lifecycle_support = "open-source-rds-extended-support-disabled"

  # A standby in another zone takes over within a minute or two; which zone is whose changes with each failover.
  multi_az = var.db_multi_az

  # Below 400 GiB gp3 takes neither iops nor throughput: 3,000 and 125 MB/s are what it has.
  storage_type          = "gp3"
  allocated_storage     = var.db_storage.allocated
  max_allocated_storage = var.db_storage.max
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.database.arn

  # RDS makes, stores and rotates the password; it never passes through Terraform or its state.
  username                      = "dbadmin"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = aws_kms_key.secrets.arn

  iam_database_authentication_enabled = true

  db_subnet_group_name   = aws_db_subnet_group.database.name
  vpc_security_group_ids = [aws_security_group.database.id]
  parameter_group_name   = aws_db_parameter_group.database.name
  publicly_accessible    = false

  backup_retention_period = var.db_backup_retention_days
  backup_window           = "03:00-04:00"
  maintenance_window      = "sun:04:30-sun:05:30"
  copy_tags_to_snapshot   = true

  enabled_cloudwatch_logs_exports = local.database_logs
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.rds_monitoring.arn

  performance_insights_enabled          = true
  performance_insights_kms_key_id       = aws_kms_key.database.arn
  performance_insights_retention_period = var.performance_insights_retention_days
  database_insights_mode                = var.database_insights_mode

  apply_immediately         = var.db_apply_immediately
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = var.db_skip_final_snapshot
  final_snapshot_identifier = "${local.database_identifier}-${var.db_final_snapshot_suffix}"

  # A change of these would replace the instance, data and all. A snapshot brings its own database and master user.
  lifecycle {
    ignore_changes = [db_name, snapshot_identifier, username]
  }

  depends_on = [
    aws_cloudwatch_log_group.database,
    aws_iam_role_policy_attachment.rds_monitoring,
  ]
}

# Not at once, which would lock out the first instances. RDS rotates without it too, every seven days; but to take it out of the
# project later would switch rotation off.
# https://github.com/hashicorp/terraform-provider-aws/issues/37779
resource "aws_secretsmanager_secret_rotation" "database" {
  secret_id          = aws_db_instance.database.master_user_secret[0].secret_arn
  rotate_immediately = false

  rotation_rules {
    schedule_expression = "rate(${var.db_password_rotation_days} days)"
  }
}
