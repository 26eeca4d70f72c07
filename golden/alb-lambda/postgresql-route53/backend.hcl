# The bucket is named after the account, so the bootstrap project completes this file:
# terraform -chdir=bootstrap output -raw backend_hcl > backend.hcl
key          = "my-payments/dev2/eu-central-1/terraform.tfstate"
region       = "eu-central-1"
encrypt      = true
use_lockfile = true
