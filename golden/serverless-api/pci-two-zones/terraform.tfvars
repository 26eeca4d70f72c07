aws_region         = "ap-southeast-1"
project_name       = "my-payments"
environment_suffix = "dev4"

# Ephemeral: terraform destroy removes everything and frees every name.
deletion_protection      = false
log_retention_days       = 365
kms_deletion_window_days = 7

vpc_cidr                = "10.0.0.0/16"
availability_zone_count = 2

alert_email = null

db_backup_retention_days = 7
db_skip_final_snapshot   = true
db_apply_immediately     = true

# Free; "advanced" keeps at least 465 days and is paid by the vCPU.
database_insights_mode              = "standard"
performance_insights_retention_days = 7

db_instance_class = "db.serverless"
db_instance_count = 2

# Aurora capacity units of 2 GiB of memory each. With 0 the database pauses after five minutes without a call, costs only its
# storage then, and takes 15 seconds to answer the next one, or 30 and more after a day.
db_serverless_capacity = {
  min = 0
  max = 4
}

lambda_runtime = "nodejs22.x"

order_retention_days = 30
