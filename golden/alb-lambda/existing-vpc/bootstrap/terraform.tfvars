aws_region         = "us-east-1"
project_name       = "my-payments"
environment_suffix = "dev3"

# True only when everything has been taken down: it deletes the state of every environment in the bucket.
force_destroy = false

kms_deletion_window_days = 7
