aws_region         = "us-east-1"
project_name       = "my-payments"
environment_suffix = "dev3"

# Ephemeral: terraform destroy removes everything and frees every name.
deletion_protection      = false
force_destroy            = true
log_retention_days       = 365
kms_deletion_window_days = 7

vpc_id              = "vpc-0123456789abcdef0"
public_subnet_ids   = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
private_subnet_ids  = ["subnet-0bbbbbbbbbbbbbbb1", "subnet-0bbbbbbbbbbbbbbb2"]
database_subnet_ids = ["subnet-0ccccccccccccccc1", "subnet-0ccccccccccccccc2"]

alert_email = null

certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"

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
