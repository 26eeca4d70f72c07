data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

# Zones that every account has without opting in; Local and Wavelength Zones hold neither NAT nor PostgreSQL.
# Checkov wants them named as well (CKV_AWS_394); no region has a letter beyond f, and a subnet keeps its zone whatever is here.
data "aws_availability_zones" "available" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }

  filter {
    name   = "zone-name"
    values = [for letter in ["a", "b", "c", "d", "e", "f"] : "${var.aws_region}${letter}"]
  }
}

data "aws_route53_zone" "this" {
  name         = var.hosted_zone_name
  private_zone = false
}
