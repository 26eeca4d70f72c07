import type { Mutation } from './rules.js';

/** A database instance for the golden sample that keeps every rule. */
const instance = `resource "aws_db_instance" "orders" {
  identifier        = "\${local.name_prefix}-orders"
  engine            = "mysql"
  engine_version    = "8.4"
  instance_class    = "db.r6g.large"
  allocated_storage = 20
  multi_az          = true

  username                      = "dbadmin"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = aws_kms_key.secrets.arn

  db_subnet_group_name   = aws_db_subnet_group.aurora.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false

  storage_encrypted = true
  kms_key_id        = aws_kms_key.database.arn

  backup_retention_period = var.db_backup_retention_days
  backup_window           = "03:00-04:00"
  maintenance_window      = "sun:04:30-sun:05:30"
  copy_tags_to_snapshot   = true

  enabled_cloudwatch_logs_exports = ["error"]

  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.database.arn

  monitoring_interval = 60
  monitoring_role_arn = aws_iam_role.rds_monitoring.arn

  iam_database_authentication_enabled = true

  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = var.db_skip_final_snapshot
  final_snapshot_identifier = "\${local.name_prefix}-orders-final"
}

output "orders_endpoint" {
  description = "Address and port of the database of the orders"
  value       = aws_db_instance.orders.endpoint
}
`;

/** A golden sample with resources added that keep every rule, but for what `change` changes in them. */
export function withAddition(hcl: string, change: (hcl: string) => string): Mutation {
  const changed = change(hcl);
  if (changed === hcl) throw new Error('the addition of the fixture was not changed');
  const outputs = [...hcl.matchAll(/^output "(\w+)"/gm)].map(([, name]) => `\`${name}\`\n`);
  return {
    edits: [
      ['addition.tf', '', changed],
      // The README lists every output.
      ...(outputs.length > 0 ? [['README.md', /$/, `\n${outputs.join('')}`] as const] : []),
    ],
  };
}

/** A golden sample with a database instance added. */
export function withInstance(change: (hcl: string) => string): Mutation {
  return withAddition(instance, change);
}
