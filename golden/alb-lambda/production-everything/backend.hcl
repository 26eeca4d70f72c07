bucket       = "example-terraform-state-123456789012"
key          = "my-payments/prod/ap-southeast-3/terraform.tfstate"
region       = "ap-southeast-3"
encrypt      = true
use_lockfile = true
