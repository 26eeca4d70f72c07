bucket       = "example-terraform-state-123456789012"
key          = "my-payments/prod/eu-south-1/terraform.tfstate"
region       = "eu-south-1"
encrypt      = true
use_lockfile = true
