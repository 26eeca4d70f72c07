aws_region         = "af-south-1"
project_name       = "my-payments"
environment_suffix = "prod"

tags = {
  "CostCenter"         = "4711"
  "DataClassification" = "cardholder-data"
}

# Production: data outlives mistakes.
deletion_protection      = true
force_destroy            = false
log_retention_days       = 365
kms_deletion_window_days = 30

vpc_cidr                = "10.20.0.0/18"
availability_zone_count = 3
single_nat_gateway      = false

secret_recovery_window_days = 30

alert_email = "payments-oncall@example.com"

hosted_zone_name = "example.com"
domain_name      = "pay.example.com"

db_backup_retention_days = 35
db_skip_final_snapshot   = false
db_apply_immediately     = false

# Free; "advanced" keeps at least 465 days and is paid by the vCPU.
database_insights_mode              = "standard"
performance_insights_retention_days = 7

db_instance_class = "db.r7g.large"
db_instance_count = 2

container_port    = 3000
health_check_path = "/health"

# Set to the tag of the first image you pushed; until then no task runs.
image_tag = null

task_cpu    = 512
task_memory = 1024
task_count = {
  min = 2
  max = 6
}
