variable "aws_region" {
  description = "AWS region that everything is created in."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.aws_region))
    error_message = "aws_region must be the code of a region, such as us-east-1."
  }

  validation {
    condition     = !contains(["ap-east-2", "ap-south-2", "ap-southeast-4", "ap-southeast-6", "ca-west-1", "eu-central-2", "il-central-1", "mx-central-1"], var.aws_region)
    error_message = "aws_region must be one that has Aurora's Data API, by which the function reaches its database."
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

  # The shortest limit is that of an S3 bucket, whose name ends in something like -apne1-tfstate-123456789012.
  validation {
    condition     = length("${var.project_name}-${var.environment_suffix}") <= 36
    error_message = "project_name, a hyphen and environment_suffix may have 36 characters together."
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
  description = "Whether AWS refuses to delete the database and the table."
  type        = bool
  default     = true
}

variable "log_retention_days" {
  description = "Days that logs are kept, in CloudWatch."
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
    error_message = "availability_zone_count must be 2 or 3: Aurora needs two."
  }
}

variable "single_nat_gateway" {
  description = "Whether all zones share one NAT gateway: cheaper, but its zone's loss takes all egress along."
  type        = bool
  default     = false
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
  description = "Major version of PostgreSQL; AWS picks and upgrades the minor version. Change it with db_apply_immediately = true."
  type        = string
  default     = "17"

  validation {
    condition     = can(regex("^(1[7-9]|[2-9][0-9])$", var.db_engine_version))
    error_message = "db_engine_version must be a major version of PostgreSQL, 17 or newer: older ones do not require TLS by default."
  }
}

variable "db_instance_class" {
  description = "Class of the database instances."
  type        = string

  # Aurora PostgreSQL has no db.m classes, and no Data API on those whose CPU bursts.
  validation {
    condition     = var.db_instance_class == "db.serverless" || can(regex("^db\\.(r5|r6g|r6gd|r6i|r6id|r7g|r7i|r8g|r8gd|x2g)\\.((2|4|8|12|16|24|32|48)?x)?large$", var.db_instance_class))
    error_message = "db_instance_class must be a class of Aurora PostgreSQL that has the Data API, such as db.serverless or db.r7g.large."
  }
}

variable "db_instance_count" {
  description = "Number of database instances: the first works, the others take over when it fails."
  type        = number
  default     = 2

  validation {
    condition     = var.db_instance_count >= 1 && var.db_instance_count <= 16
    error_message = "db_instance_count must be from 1 to 16."
  }
}

variable "db_serverless_capacity" {
  description = "Range in Aurora capacity units (2 GiB of memory each) that db.serverless scales in."
  type = object({
    min = number
    max = number
  })
  default = {
    min = 0.5
    max = 8
  }

  validation {
    condition     = var.db_serverless_capacity.min >= 0 && var.db_serverless_capacity.max >= 1 && var.db_serverless_capacity.max <= 256 && var.db_serverless_capacity.min <= var.db_serverless_capacity.max
    error_message = "db_serverless_capacity must be within 0 and 256, with max at least 1 and not below min."
  }

  validation {
    condition     = alltrue([for capacity in [var.db_serverless_capacity.min, var.db_serverless_capacity.max] : capacity * 2 == floor(capacity * 2)])
    error_message = "db_serverless_capacity must be in steps of 0.5."
  }
}

variable "database_name" {
  description = "Name of the database that is created with the cluster; it cannot be changed once the cluster is there."
  type        = string
  default     = "app"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database_name)) && !contains(["postgres", "rdsadmin", "template0", "template1", "user"], var.database_name)
    error_message = "database_name must be 1 to 63 lower-case letters, digits and underscores, start with a letter and not be a name of PostgreSQL's own."
  }
}

variable "db_snapshot_identifier" {
  description = "Cluster snapshot that the database is created from, by name or ARN; it counts only when the cluster is created."
  type        = string
  default     = null

  # AWS restores from a snapshot in the same region only, and Aurora from one of a cluster.
  validation {
    condition     = var.db_snapshot_identifier == null || can(regex("^(arn:aws[a-z-]*:rds:${var.aws_region}:[0-9]{12}:cluster-snapshot:)?((rds|awsbackup):)?[A-Za-z][0-9A-Za-z]*(-[0-9A-Za-z]+)*$", var.db_snapshot_identifier))
    error_message = "db_snapshot_identifier must be the name of a cluster snapshot, such as rds:my-cluster-2026-01-31-03-05 or my-cluster-final, or the ARN of one in aws_region; copy it there first where it is in another."
  }
}

variable "lambda_runtime" {
  description = "Runtime of the functions. AWS ends nodejs22.x on 30 April 2027; nodejs24.x needs provider 6.21 or newer."
  type        = string
  default     = "nodejs22.x"

  validation {
    condition     = contains(["nodejs22.x", "nodejs24.x"], var.lambda_runtime)
    error_message = "lambda_runtime must be nodejs22.x or nodejs24.x."
  }
}

variable "function_memory_size" {
  description = "MB of memory of the function; it gets as much of a CPU as it has of 1769 MB."
  type        = number
  default     = 512

  validation {
    condition     = var.function_memory_size == floor(var.function_memory_size) && var.function_memory_size >= 128 && var.function_memory_size <= 10240
    error_message = "function_memory_size must be a whole number from 128 to 10240."
  }
}

variable "reserved_concurrency" {
  description = "Calls that the function may work on at a time, set aside from the account's; -1 sets nothing aside. AWS keeps 100 of an account's calls, or all of the 10 of a new one."
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrency == floor(var.reserved_concurrency) && (var.reserved_concurrency == -1 || var.reserved_concurrency >= 1)
    error_message = "reserved_concurrency must be a whole number from 1, or -1."
  }
}

variable "allowed_egress_cidr_blocks" {
  description = "Address ranges that functions may reach with HTTPS."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = alltrue([for block in var.allowed_egress_cidr_blocks : can(cidrnetmask(block)) && try(cidrhost(block, 0) == split("/", block)[0], false)])
    error_message = "allowed_egress_cidr_blocks must hold IPv4 ranges that start at their first address, such as 203.0.113.0/24."
  }
}

variable "order_retention_days" {
  description = "Days after which DynamoDB deletes an order; 2557 are seven years."
  type        = number
  default     = 2557

  validation {
    condition     = var.order_retention_days == floor(var.order_retention_days) && var.order_retention_days >= 1 && var.order_retention_days <= 36500
    error_message = "order_retention_days must be a whole number from 1 to 36500."
  }
}

variable "jwt_issuer" {
  description = "Issuer of the tokens, to the character as their iss claim has it; its keys are found through its OpenID Connect discovery document."
  type        = string

  validation {
    condition     = can(regex("^https://[^/\\s?#@]+(/[^\\s?#]*)?$", var.jwt_issuer))
    error_message = "jwt_issuer must be a URL that begins with https:// and has neither a query nor a fragment."
  }
}

variable "jwt_audience" {
  description = "Audience that tokens must be meant for: their aud claim."
  type        = string

  validation {
    condition     = length(var.jwt_audience) > 0
    error_message = "jwt_audience must not be empty: tokens that were meant for others would do."
  }
}

variable "stage_name" {
  description = "Name of the API's stage, the first part of its paths where the API has no domain of its own."
  type        = string
  default     = "v1"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage_name))
    error_message = "stage_name must be letters, digits, hyphens and underscores, up to 128."
  }
}

variable "throttling" {
  description = "Requests that each method takes: rate in a second, and burst at once; above that API Gateway answers 429."
  type = object({
    rate  = number
    burst = number
  })
  default = {
    rate  = 50
    burst = 100
  }

  # -1 would be the whole account's limit, and 0 refuses every request.
  validation {
    condition     = var.throttling.rate > 0 && var.throttling.burst >= 1 && var.throttling.burst == floor(var.throttling.burst)
    error_message = "throttling needs a rate above 0 and a burst of at least 1."
  }
}

variable "latency_threshold_seconds" {
  description = "Seconds that one request in a hundred may take before an alarm tells of it."
  type        = number
  default     = 5

  validation {
    condition     = var.latency_threshold_seconds > 0
    error_message = "latency_threshold_seconds must be above 0."
  }
}

variable "waf_rate_limit" {
  description = "Requests that one address may make in five minutes before AWS WAF blocks it. Callers behind one address count as one."
  type        = number
  default     = 15000

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
