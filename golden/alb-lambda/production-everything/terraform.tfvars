aws_region         = "ap-southeast-3"
project_name       = "my-payments"
environment_suffix = "prod"

tags = {
  "CostCenter" = "4711"
}

# Production: data outlives mistakes.
deletion_protection      = true
force_destroy            = false
log_retention_days       = 365
kms_deletion_window_days = 30

vpc_cidr                = "10.20.0.0/18"
availability_zone_count = 3
single_nat_gateway      = false

alert_email = "oncall@example.com"

hosted_zone_name = "example.com"
domain_name      = "files.example.com"

db_backup_retention_days = 35
db_skip_final_snapshot   = false
db_apply_immediately     = false

# Free; "advanced" keeps at least 465 days and is paid by the vCPU.
database_insights_mode              = "standard"
performance_insights_retention_days = 7

db_instance_class = "db.m7g.large"
db_multi_az       = true
db_storage = {
  allocated = 20
  max       = 100
}

lambda_runtime       = "python3.13"
reserved_concurrency = 50
