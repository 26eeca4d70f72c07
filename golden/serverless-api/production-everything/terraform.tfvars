aws_region         = "eu-south-1"
project_name       = "my-payments"
environment_suffix = "prod"

tags = {
  "CostCenter" = "4711"
}

# Production: data outlives mistakes.
deletion_protection      = true
log_retention_days       = 365
kms_deletion_window_days = 30

vpc_cidr                = "10.20.0.0/18"
availability_zone_count = 3
single_nat_gateway      = false

alert_email = "oncall@example.com"

db_backup_retention_days = 35
db_skip_final_snapshot   = false
db_apply_immediately     = false

# Free; "advanced" keeps at least 465 days and is paid by the vCPU.
database_insights_mode              = "standard"
performance_insights_retention_days = 7

db_instance_class = "db.serverless"
db_instance_count = 2

# Aurora capacity units of 2 GiB of memory each.
db_serverless_capacity = {
  min = 2
  max = 16
}

lambda_runtime       = "nodejs22.x"
reserved_concurrency = 50

order_retention_days = 2557

jwt_issuer   = "https://cognito-idp.eu-south-1.amazonaws.com/eu-south-1_Example12"
jwt_audience = "trading-web"

hosted_zone_name = "example.com"
domain_name      = "api.example.com"
