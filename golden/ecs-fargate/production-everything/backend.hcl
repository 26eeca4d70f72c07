bucket       = "example-terraform-state-123456789012"
key          = "my-payments/prod/terraform.tfstate"
region       = "af-south-1"
encrypt      = true
use_lockfile = true
