aws_region         = "us-west-2"
project_name       = "my-payments"
environment_suffix = "dev5"

# True only when everything has been taken down: it deletes the state of every environment in the bucket.
force_destroy = false

kms_deletion_window_days = 7
