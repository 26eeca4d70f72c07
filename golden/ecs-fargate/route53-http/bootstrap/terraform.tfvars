aws_region         = "us-east-1"
project_name       = "my-payments"
environment_suffix = "dev4"

force_destroy            = true
kms_deletion_window_days = 7
