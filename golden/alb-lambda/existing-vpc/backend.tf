# A backend block takes no variables; its values are in backend.hcl:
# terraform init -backend-config=backend.hcl
terraform {
  backend "s3" {}
}
