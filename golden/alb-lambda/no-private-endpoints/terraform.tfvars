aws_region         = "us-west-1"
project_name       = "my-payments"
environment_suffix = "dev4"

# Ephemeral: terraform destroy removes everything and frees every name.
deletion_protection      = false
force_destroy            = true
log_retention_days       = 365
kms_deletion_window_days = 7

vpc_cidr                = "172.16.0.0/16"
availability_zone_count = 2
single_nat_gateway      = false

alert_email = null

certificate_arn = "arn:aws:acm:us-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"

db_backup_retention_days = 7
db_skip_final_snapshot   = true
db_apply_immediately     = true

db_instance_class = "db.t4g.medium"
db_multi_az       = true
db_storage = {
  allocated = 20
  max       = 100
}

lambda_runtime = "python3.13"
