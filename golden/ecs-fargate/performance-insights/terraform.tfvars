aws_region         = "us-east-1"
project_name       = "my-payments"
environment_suffix = "dev5"

# Ephemeral: terraform destroy removes everything and frees every name.
deletion_protection      = false
force_destroy            = true
log_retention_days       = 365
kms_deletion_window_days = 7

vpc_cidr                = "10.0.0.0/16"
availability_zone_count = 3
single_nat_gateway      = true

secret_recovery_window_days = 0

alert_email = null

db_backup_retention_days = 7
db_skip_final_snapshot   = true
db_apply_immediately     = true

# Free; "advanced" keeps at least 465 days and is paid by the vCPU.
database_insights_mode              = "standard"
performance_insights_retention_days = 7

db_instance_class = "db.serverless"
db_instance_count = 2

container_port    = 8080
health_check_path = "/health"

# Set to the tag of the first image you pushed; until then no task runs.
image_tag = null

task_cpu    = 512
task_memory = 1024
task_count = {
  min = 2
  max = 6
}
