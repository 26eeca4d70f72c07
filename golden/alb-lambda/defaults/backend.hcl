# The bucket is named after the account, so the bootstrap project completes this file:
# terraform -chdir=bootstrap output -raw backend_hcl > backend.hcl
key          = "my-payments/dev1/us-west-2/terraform.tfstate"
region       = "us-west-2"
encrypt      = true
use_lockfile = true
