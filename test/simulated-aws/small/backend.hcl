bucket       = "small-terraform-state-123456789012"
key          = "small/terraform.tfstate"
region       = "us-east-1"
encrypt      = true
use_lockfile = true
