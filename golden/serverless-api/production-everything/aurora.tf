resource "aws_db_subnet_group" "aurora" {
  name        = local.database_identifier
  description = "Database subnets of ${local.name_prefix}"
  subnet_ids  = local.database_subnet_ids
}

# The major version is in the name, so that a major upgrade finds its new group before the old one goes.
resource "aws_rds_cluster_parameter_group" "aurora" {
  name        = "${local.name_prefix}-aurora-postgresql${var.db_engine_version}"
  family      = "aurora-postgresql${var.db_engine_version}"
  description = "Parameters of ${local.database_identifier}"

  # TLS needs no parameter: from version 17 on rds.force_ssl is 1, and a parameter set to its default is planned for ever.
  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  # Off, which RDS leaves unsaid: slow statements come with the values they were given, card numbers among them.
  parameter {
    name  = "log_min_duration_statement"
    value = "-1"
  }

  parameter {
    name  = "log_connections"
    value = "1"
  }

  parameter {
    name  = "log_disconnections"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Created before the cluster: otherwise RDS creates it, unencrypted and kept for ever.
resource "aws_cloudwatch_log_group" "aurora" {
  name              = "/aws/rds/cluster/${local.database_identifier}/postgresql"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn

  tags = local.store_tags
}

resource "aws_rds_cluster" "aurora" {
  #checkov:skip=CKV2_AWS_8:Aurora's own backup restores any second of db_backup_retention_days; AWS Backup would be a second, paid backup.
  cluster_identifier = local.database_identifier
  engine             = "aurora-postgresql"
  engine_version     = var.db_engine_version
  database_name      = var.database_name

  # Only read when the cluster is created; from then on it can stay, change or go.
  snapshot_identifier = var.db_snapshot_identifier

  # A change of db_engine_version is meant; AWS refuses it without this.
  allow_major_version_upgrade = true

  # Past its end of standard support a version is upgraded instead of billed as Extended Support.
  engine_lifecycle_support = "open-source-rds-extended-support-disabled"

  # RDS makes, stores and rotates the password; it never passes through Terraform or its state.
  master_username               = "dbadmin"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = aws_kms_key.secrets.arn

  iam_database_authentication_enabled = true

  # The Data API: statements by HTTPS, for whom IAM allows, without a driver and without a connection.
  enable_http_endpoint = true

  db_subnet_group_name            = aws_db_subnet_group.aurora.name
  vpc_security_group_ids          = [aws_security_group.database.id]
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.aurora.name

  storage_encrypted = true
  kms_key_id        = aws_kms_key.database.arn

  backup_retention_period      = var.db_backup_retention_days
  preferred_backup_window      = "03:00-04:00"
  preferred_maintenance_window = "sun:04:30-sun:05:30"
  copy_tags_to_snapshot        = true

  enabled_cloudwatch_logs_exports = ["postgresql"]

  performance_insights_enabled          = true
  performance_insights_kms_key_id       = aws_kms_key.database.arn
  performance_insights_retention_period = var.performance_insights_retention_days
  database_insights_mode                = var.database_insights_mode

  apply_immediately         = var.db_apply_immediately
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = var.db_skip_final_snapshot
  final_snapshot_identifier = "${local.database_identifier}-${var.db_final_snapshot_suffix}"

  # Only instances of class db.serverless scale; for any other class the range would say nothing.
  dynamic "serverlessv2_scaling_configuration" {
    for_each = var.db_instance_class == "db.serverless" ? [var.db_serverless_capacity] : []

    content {
      min_capacity = serverlessv2_scaling_configuration.value.min
      max_capacity = serverlessv2_scaling_configuration.value.max
    }
  }

  tags = local.store_tags

  # A change of these would replace the cluster, data and all. A snapshot brings its own database and master user.
  lifecycle {
    ignore_changes = [database_name, master_username, snapshot_identifier]
  }

  depends_on = [aws_cloudwatch_log_group.aurora]
}

# Not at once, which would lock out the first functions. RDS rotates without it too, every seven days; but to take it out of the
# project later would switch rotation off.
# https://github.com/hashicorp/terraform-provider-aws/issues/37779
resource "aws_secretsmanager_secret_rotation" "database" {
  secret_id          = aws_rds_cluster.aurora.master_user_secret[0].secret_arn
  rotate_immediately = false

  rotation_rules {
    schedule_expression = "rate(${var.db_password_rotation_days} days)"
  }
}

resource "aws_rds_cluster_instance" "aurora" {
  count = var.db_instance_count

  identifier         = "${local.database_identifier}-${count.index}"
  cluster_identifier = aws_rds_cluster.aurora.id
  engine             = aws_rds_cluster.aurora.engine
  engine_version     = aws_rds_cluster.aurora.engine_version
  instance_class     = var.db_instance_class

  publicly_accessible        = false
  auto_minor_version_upgrade = true
  apply_immediately          = var.db_apply_immediately
  copy_tags_to_snapshot      = true

  monitoring_interval = 60
  monitoring_role_arn = aws_iam_role.rds_monitoring.arn

  performance_insights_enabled          = true
  performance_insights_kms_key_id       = aws_kms_key.database.arn
  performance_insights_retention_period = var.performance_insights_retention_days

  tags = local.store_tags

  depends_on = [aws_iam_role_policy_attachment.rds_monitoring]
}
