aws_region         = "us-west-2"
project_name       = "my-payments"
environment_suffix = "dev1"

# Ephemeral: terraform destroy removes everything and frees every name.
deletion_protection      = false
force_destroy            = true
log_retention_days       = 365
kms_deletion_window_days = 7

vpc_cidr                = "172.16.0.0/16"
availability_zone_count = 3

alert_email = null

db_backup_retention_days = 7
db_skip_final_snapshot   = true
db_apply_immediately     = true

# Free; "advanced" keeps at least 465 days and is paid by the vCPU.
database_insights_mode              = "standard"
performance_insights_retention_days = 7

db_instance_class = "db.t4g.medium"
db_multi_az       = true
db_storage = {
  allocated = 20
  max       = 100
}

lambda_runtime = "python3.13"
