bucket       = "example-terraform-state-123456789012"
key          = "my-payments/prod/eu-south-2/terraform.tfstate"
region       = "eu-south-2"
encrypt      = true
use_lockfile = true
