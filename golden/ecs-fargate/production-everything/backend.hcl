bucket       = "example-terraform-state-123456789012"
key          = "my-payments/prod/af-south-1/terraform.tfstate"
region       = "af-south-1"
encrypt      = true
use_lockfile = true
