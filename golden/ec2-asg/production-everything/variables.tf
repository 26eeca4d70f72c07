variable "aws_region" {
  description = "AWS region that everything is created in."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.aws_region))
    error_message = "aws_region must be the code of a region, such as us-east-1."
  }
}

variable "project_name" {
  description = "Name of the project, the first part of every resource's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]+[a-z0-9]$", var.project_name)) && !strcontains(var.project_name, "--")
    error_message = "project_name must be at least 3 lower-case letters, digits and single hyphens, start with a letter and not end with a hyphen."
  }

  validation {
    condition     = !startswith(var.project_name, "internal-") && !startswith(var.project_name, "sg-") && var.project_name != "internal" && var.project_name != "sg"
    error_message = "project_name must not begin with internal- or sg-: AWS keeps these for load balancers and security groups."
  }
}

variable "environment_suffix" {
  description = "Tells this copy of the project from others in the same account, the second part of every resource's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{1,8}$", var.environment_suffix))
    error_message = "environment_suffix must be 1 to 8 lower-case letters and digits."
  }

  # The shortest limit is that of a load balancer, whose name ends in something like -alb.
  validation {
    condition     = length("${var.project_name}-${var.environment_suffix}") <= 28
    error_message = "project_name, a hyphen and environment_suffix may have 28 characters together."
  }
}

variable "tags" {
  description = "Tags for every resource, beside Project, Environment and ManagedBy."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.tags) <= 40 && alltrue([for key, value in var.tags : can(regex("^[\\p{L}\\p{N}\\p{Z}_.:/=+@-]{1,128}$", key)) && can(regex("^[\\p{L}\\p{N}\\p{Z}_.:/=+@-]{0,256}$", value))])
    error_message = "tags may be 40, with letters, digits, spaces and _ . : / = + - @ in keys of up to 128 and values of up to 256 characters."
  }

  # IAM takes two tags that differ only in case for one.
  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:") && !contains(["project", "environment", "managedby", "name"], lower(key))]) && length(distinct([for key in keys(var.tags) : lower(key)])) == length(var.tags)
    error_message = "tags must not begin with aws:, repeat Project, Environment, ManagedBy or Name, or differ in case only."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the database and the load balancer."
  type        = bool
  default     = true
}

variable "force_destroy" {
  description = "Whether terraform destroy also deletes the objects in the buckets."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Days that logs are kept, in CloudWatch and in the buckets that hold logs."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a retention that CloudWatch Logs offers, such as 30, 90 or 365."
  }
}

variable "kms_deletion_window_days" {
  description = "Days between the deletion of a key and the moment it is gone for good."
  type        = number
  default     = 30

  validation {
    condition     = var.kms_deletion_window_days >= 7 && var.kms_deletion_window_days <= 30
    error_message = "kms_deletion_window_days must be from 7 to 30."
  }
}

variable "vpc_cidr" {
  description = "Address range of the VPC; a private range that no network you will peer with uses."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 4, 15)) && try(cidrhost(var.vpc_cidr, 0) == split("/", var.vpc_cidr)[0], false)
    error_message = "vpc_cidr must be an IPv4 range that starts at its first address, such as 10.0.0.0/16."
  }

  validation {
    condition     = try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 22, false)
    error_message = "vpc_cidr must be from /16, the largest AWS allows, to /22, the smallest that leaves each subnet 59 addresses."
  }

  validation {
    condition     = can(regex("^(10\\.|192\\.168\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.)", var.vpc_cidr))
    error_message = "vpc_cidr must be within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
  }
}

variable "availability_zone_count" {
  description = "Number of availability zones to spread over."
  type        = number
  default     = 3

  validation {
    condition     = contains([2, 3], var.availability_zone_count)
    error_message = "availability_zone_count must be 2 or 3: the load balancer and MySQL need two."
  }
}

variable "single_nat_gateway" {
  description = "Whether all zones share one NAT gateway: cheaper, but its zone's loss takes all egress along."
  type        = bool
  default     = false
}

variable "secret_recovery_window_days" {
  description = "Days in which a deleted secret can be restored; 0 deletes it at once, so that its name is free again."
  type        = number
  default     = 30

  validation {
    condition     = var.secret_recovery_window_days == 0 || (var.secret_recovery_window_days >= 7 && var.secret_recovery_window_days <= 30)
    error_message = "secret_recovery_window_days must be 0, or from 7 to 30."
  }
}

variable "alert_email" {
  description = "Address that alarms are mailed to; null mails nobody."
  type        = string
  default     = null

  validation {
    condition     = var.alert_email == null || can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.alert_email))
    error_message = "alert_email must be an e-mail address."
  }
}

variable "allowed_ingress_cidr_blocks" {
  description = "Address ranges that may reach the load balancer."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = alltrue([for block in var.allowed_ingress_cidr_blocks : can(cidrnetmask(block)) && try(cidrhost(block, 0) == split("/", block)[0], false)])
    error_message = "allowed_ingress_cidr_blocks must hold IPv4 ranges that start at their first address, such as 203.0.113.0/24."
  }
}

variable "latency_threshold_seconds" {
  description = "Seconds that one request in a hundred may take before an alarm tells of it."
  type        = number
  default     = 2

  validation {
    condition     = var.latency_threshold_seconds > 0
    error_message = "latency_threshold_seconds must be above 0."
  }
}

variable "waf_rate_limit" {
  description = "Requests that one address may make in five minutes before AWS WAF blocks it."
  type        = number
  default     = 2000

  validation {
    condition     = var.waf_rate_limit >= 10 && var.waf_rate_limit <= 2000000000
    error_message = "waf_rate_limit must be from 10 to 2000000000."
  }
}

variable "hosted_zone_name" {
  description = "Name of the existing public hosted zone in Route 53."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9-]*[a-z0-9]$", var.hosted_zone_name))
    error_message = "hosted_zone_name must be a domain name in lower case, such as example.com."
  }
}

variable "domain_name" {
  description = "Name that the application answers to."
  type        = string

  validation {
    condition     = var.domain_name == var.hosted_zone_name || endswith(var.domain_name, ".${var.hosted_zone_name}")
    error_message = "domain_name must be hosted_zone_name or end in a dot and hosted_zone_name."
  }

  # AWS Certificate Manager issues certificates for names of up to 64 characters.
  validation {
    condition     = length(var.domain_name) <= 64 && can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9-]*[a-z0-9]$", var.domain_name))
    error_message = "domain_name must be a domain name in lower case of at most 64 characters, such as pay.example.com."
  }
}

variable "data_version_retention_days" {
  description = "Days that a file of the data bucket can be restored after it was overwritten or deleted."
  type        = number
  default     = 30

  validation {
    condition     = var.data_version_retention_days == floor(var.data_version_retention_days) && var.data_version_retention_days >= 1
    error_message = "data_version_retention_days must be a whole number of at least 1."
  }
}

variable "db_backup_retention_days" {
  description = "Days in which the database can be restored to any second."
  type        = number
  default     = 35

  validation {
    condition     = var.db_backup_retention_days >= 1 && var.db_backup_retention_days <= 35
    error_message = "db_backup_retention_days must be from 1 to 35."
  }
}

variable "db_skip_final_snapshot" {
  description = "Whether terraform destroy deletes the database without a last snapshot."
  type        = bool
  default     = false
}

variable "db_final_snapshot_suffix" {
  description = "Ending of the name of the last snapshot; another one where a snapshot of that name is there already."
  type        = string
  default     = "final"

  validation {
    condition     = can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", var.db_final_snapshot_suffix)) && length(var.db_final_snapshot_suffix) <= 63
    error_message = "db_final_snapshot_suffix must be lower-case letters, digits and single hyphens between them."
  }
}

variable "db_apply_immediately" {
  description = "Whether changes that interrupt the database are made at once; in the maintenance window, every plan shows them until then."
  type        = bool
  default     = false
}

variable "db_password_rotation_days" {
  description = "Days between two rotations of the master user's password."
  type        = number
  default     = 7

  validation {
    condition     = var.db_password_rotation_days == floor(var.db_password_rotation_days) && var.db_password_rotation_days >= 2 && var.db_password_rotation_days <= 1000
    error_message = "db_password_rotation_days must be a whole number from 2 to 1000."
  }
}

variable "database_insights_mode" {
  description = "Mode of CloudWatch Database Insights: standard, or advanced (billed per vCPU)."
  type        = string
  default     = "standard"

  validation {
    condition     = contains(["standard", "advanced"], var.database_insights_mode)
    error_message = "database_insights_mode must be standard or advanced."
  }
}

variable "performance_insights_retention_days" {
  description = "Days that Performance Insights keeps its data; 7 are free."
  type        = number
  default     = 7

  validation {
    condition     = contains([7, 731], var.performance_insights_retention_days) || contains([for months in range(1, 24) : months * 31], var.performance_insights_retention_days)
    error_message = "performance_insights_retention_days must be 7, 731, or a multiple of 31 up to 713."
  }

  validation {
    condition     = var.database_insights_mode == "standard" || var.performance_insights_retention_days >= 465
    error_message = "The advanced mode of Database Insights needs performance_insights_retention_days of at least 465."
  }
}

variable "db_engine_version" {
  description = "Version of MySQL, major and minor; AWS picks and upgrades the rest. Change it with db_apply_immediately = true."
  type        = string
  default     = "8.4"

  validation {
    condition     = can(regex("^(8\\.4|9\\.[0-9]+|[1-9][0-9]\\.[0-9]+)$", var.db_engine_version))
    error_message = "db_engine_version must be 8.4 or newer, without a third number: standard support of 8.0 ended in July 2026."
  }
}

variable "db_instance_class" {
  description = "Class of the database instance."
  type        = string

  # Only classes of RDS for MySQL 8.4, whose families AWS still offers to all.
  validation {
    condition     = can(regex("^db\\.(t3|t4g)\\.(micro|small|medium|large|xlarge|2xlarge)$", var.db_instance_class)) || can(regex("^db\\.(m5|m6g|m6gd|m6i|m6id|m7g|m7i|m8g|r5|r6g|r6gd|r6i|r6id|r7g|r7i|r8g|x2g)\\.((2|4|8|12|16|24|32|48)?x)?large$", var.db_instance_class))
    error_message = "db_instance_class must be a class of RDS for MySQL, such as db.t4g.medium or db.m7g.large."
  }

  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Engines.html
  validation {
    condition     = !can(regex("^db\\.(t3|t4g)\\.(micro|small)$", var.db_instance_class))
    error_message = "Performance Insights does not run on micro and small classes; the smallest with it is db.t4g.medium."
  }
}

variable "db_multi_az" {
  description = "Whether a standby in a second zone takes over when the first fails; without, the instance costs half."
  type        = bool
  default     = true
}

variable "db_storage" {
  description = "GiB of storage: what the database begins with, and what it may grow to by itself."
  type = object({
    allocated = number
    max       = number
  })
  default = {
    allocated = 20
    max       = 100
  }

  # From 400 GiB on gp3 has other limits, which would have to be said.
  validation {
    condition     = var.db_storage.allocated >= 20 && var.db_storage.allocated < 400 && var.db_storage.max <= 65536
    error_message = "db_storage needs from 20 to 399 allocated, and at most 65536 as max."
  }

  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
  validation {
    condition     = var.db_storage.max >= ceil(var.db_storage.allocated * 1.26)
    error_message = "db_storage needs a max of at least 26 % more than allocated: that is the least RDS adds."
  }
}

variable "database_name" {
  description = "Name of the database that is created with the instance; it cannot be changed once the instance is there."
  type        = string
  default     = "app"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,63}$", var.database_name)) && !contains(["innodb", "information_schema", "mysql", "performance_schema", "sys", "tmp"], var.database_name)
    error_message = "database_name must be 1 to 64 lower-case letters, digits and underscores, start with a letter and not be a name of MySQL's own."
  }
}

variable "db_snapshot_identifier" {
  description = "Snapshot that the database is created from, by name or ARN; it counts only when the instance is created."
  type        = string
  default     = null

  # AWS restores from a snapshot in the same region only, and an instance from one of an instance.
  validation {
    condition     = var.db_snapshot_identifier == null || can(regex("^(arn:aws[a-z-]*:rds:${var.aws_region}:[0-9]{12}:snapshot:)?((rds|awsbackup):)?[A-Za-z][0-9A-Za-z]*(-[0-9A-Za-z]+)*$", var.db_snapshot_identifier))
    error_message = "db_snapshot_identifier must be the name of a snapshot, such as rds:my-database-2026-01-31-03-05 or my-database-final, or the ARN of one in aws_region; copy it there first where it is in another."
  }
}

variable "db_slow_query_seconds" {
  description = "Seconds from which on a statement is logged as slow, with the values in it."
  type        = number
  default     = 2

  validation {
    condition     = var.db_slow_query_seconds > 0 && var.db_slow_query_seconds == floor(var.db_slow_query_seconds)
    error_message = "db_slow_query_seconds must be a whole number above 0."
  }
}

variable "db_general_log" {
  description = "Whether every statement is logged, with the values in it: for hours of search, not for good."
  type        = bool
  default     = false
}

variable "instance_type" {
  description = "Type of the instances; its family decides whether they run on ARM64 or x86."
  type        = string
  default     = "t4g.small"

  # What a region, or one of its zones, does not offer, AWS refuses when an instance is started there.
  validation {
    condition     = can(regex("^(t3a?|t4g|[cmr][5-8][a-z]*(-flex)?)\\.(micro|small|medium|((2|4|8|12|16|24|32|48)?x)?large)$", var.instance_type))
    error_message = "instance_type must be a type of the t, m, c or r families that AWS sells today, such as t4g.small or m7g.large."
  }
}

variable "instance_count" {
  description = "Range that auto scaling keeps the number of instances in."
  type = object({
    min = number
    max = number
  })
  default = {
    min = 2
    max = 4
  }

  validation {
    condition     = var.instance_count.min >= 1 && var.instance_count.max >= var.instance_count.min
    error_message = "instance_count needs a min of at least 1 and a max that is not below it."
  }
}

variable "instance_volume_size" {
  description = "GiB of an instance's volume; what is on it is lost with the instance."
  type        = number
  default     = 20

  validation {
    condition     = var.instance_volume_size == floor(var.instance_volume_size) && var.instance_volume_size >= 8 && var.instance_volume_size <= 16384
    error_message = "instance_volume_size must be a whole number from 8, the size of the image, to 16384."
  }
}

variable "instance_max_lifetime_days" {
  description = "Days after which an instance is replaced by one with the newest image of Amazon Linux."
  type        = number
  default     = 30

  validation {
    condition     = var.instance_max_lifetime_days == floor(var.instance_max_lifetime_days) && var.instance_max_lifetime_days >= 1 && var.instance_max_lifetime_days <= 365
    error_message = "instance_max_lifetime_days must be a whole number from 1 to 365."
  }
}

variable "instance_packages" {
  description = "Packages of Amazon Linux 2023 that the application needs, such as nodejs22."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.instance_packages : can(regex("^[A-Za-z0-9][A-Za-z0-9._+-]*$", name))])
    error_message = "instance_packages must be names of packages."
  }
}

variable "release_version" {
  description = "Version of the release that instances run; null only until the first one is in the bucket."
  type        = string
  default     = null

  validation {
    condition     = var.release_version == null || can(regex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", var.release_version))
    error_message = "release_version must be the name of a release without its ending, such as 1.0.0."
  }
}

variable "allowed_egress_cidr_blocks" {
  description = "Address ranges that instances may reach with HTTPS."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = alltrue([for block in var.allowed_egress_cidr_blocks : can(cidrnetmask(block)) && try(cidrhost(block, 0) == split("/", block)[0], false)])
    error_message = "allowed_egress_cidr_blocks must hold IPv4 ranges that start at their first address, such as 203.0.113.0/24."
  }
}
