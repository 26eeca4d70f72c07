# The bucket is named after the account, so the bootstrap project completes this file:
# terraform -chdir=bootstrap output -raw backend_hcl > backend.hcl
key          = "my-payments/dev4/us-west-1/terraform.tfstate"
region       = "us-west-1"
encrypt      = true
use_lockfile = true
