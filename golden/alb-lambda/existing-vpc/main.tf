data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_vpc" "existing" {
  id = var.vpc_id

  lifecycle {
    postcondition {
      condition     = self.enable_dns_support && self.enable_dns_hostnames
      error_message = "VPC ${self.id} needs DNS support and DNS hostnames: functions find MySQL and the AWS APIs by name."
    }
  }
}

data "aws_ec2_managed_prefix_list" "s3" {
  name = "com.amazonaws.${var.aws_region}.s3"
}

data "aws_subnet" "public" {
  for_each = toset(var.public_subnet_ids)

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id
      error_message = "Public subnet ${self.id} is in ${self.vpc_id}, not in ${var.vpc_id}."
    }
  }
}

data "aws_subnet" "private" {
  for_each = toset(var.private_subnet_ids)

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id
      error_message = "Private subnet ${self.id} is in ${self.vpc_id}, not in ${var.vpc_id}."
    }
  }
}

data "aws_subnet" "database" {
  for_each = toset(var.database_subnet_ids)

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id
      error_message = "Database subnet ${self.id} is in ${self.vpc_id}, not in ${var.vpc_id}."
    }
  }
}
