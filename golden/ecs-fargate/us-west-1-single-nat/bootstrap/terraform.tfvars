aws_region         = "us-west-1"
project_name       = "my-payments"
environment_suffix = "dev7"

force_destroy            = true
kms_deletion_window_days = 7
