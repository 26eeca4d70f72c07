data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

# Zones that every account has without opting in; Local and Wavelength Zones hold neither NAT nor MySQL.
# Checkov wants them named as well (CKV_AWS_394); no region has a letter beyond f, and a subnet keeps its zone whatever is here.
# use1-az3 has no m7g.large, and an Auto Scaling group would try it there:
# https://github.com/hashicorp/terraform-provider-aws/issues/26377
data "aws_availability_zones" "available" {
  state            = "available"
  exclude_zone_ids = ["use1-az3"]

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
