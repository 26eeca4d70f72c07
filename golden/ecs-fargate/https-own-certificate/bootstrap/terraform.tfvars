aws_region         = "eu-central-1"
project_name       = "my-payments"
environment_suffix = "dev2"

force_destroy            = true
kms_deletion_window_days = 7
