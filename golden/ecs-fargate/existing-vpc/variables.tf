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

  # The shortest limit is that of a target group, whose name ends in something like -65535.
  validation {
    condition     = length("${var.project_name}-${var.environment_suffix}") <= 26
    error_message = "project_name, a hyphen and environment_suffix may have 26 characters together."
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
  description = "Whether terraform destroy also deletes the objects and images in the bucket and the repository."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Days that logs are kept, in CloudWatch and in the load balancer's bucket."
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

variable "vpc_id" {
  description = "Id of the existing VPC."
  type        = string

  validation {
    condition     = can(regex("^vpc-[0-9a-f]{8,17}$", var.vpc_id))
    error_message = "vpc_id must look like vpc-0123456789abcdef0."
  }
}

variable "public_subnet_ids" {
  description = "Ids of the subnets for the load balancer, with a route to an internet gateway."
  type        = list(string)

  validation {
    condition     = length(distinct(var.public_subnet_ids)) >= 2
    error_message = "public_subnet_ids must name at least two subnets, in different zones."
  }
}

variable "private_subnet_ids" {
  description = "Ids of the subnets for the tasks, with a route to a NAT gateway."
  type        = list(string)

  validation {
    condition     = length(distinct(var.private_subnet_ids)) >= 2
    error_message = "private_subnet_ids must name at least two subnets, in different zones."
  }

  validation {
    condition     = length(setintersection(var.private_subnet_ids, var.public_subnet_ids)) == 0
    error_message = "private_subnet_ids and public_subnet_ids must not share a subnet."
  }
}

variable "database_subnet_ids" {
  description = "Ids of the subnets for Aurora, without a route to the internet."
  type        = list(string)

  validation {
    condition     = length(distinct(var.database_subnet_ids)) >= 2
    error_message = "database_subnet_ids must name at least two subnets, in different zones."
  }

  validation {
    condition     = length(setintersection(var.database_subnet_ids, var.public_subnet_ids)) == 0
    error_message = "database_subnet_ids and public_subnet_ids must not share a subnet."
  }
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

variable "certificate_arn" {
  description = "ARN of the certificate in AWS Certificate Manager, in the region of the load balancer."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z0-9-]+:acm:${var.aws_region}:[0-9]{12}:certificate/[0-9a-f-]+$", var.certificate_arn))
    error_message = "certificate_arn must be a certificate of AWS Certificate Manager in the project's own region."
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

  # Aurora PostgreSQL has no db.m classes and nothing below medium in the db.t classes.
  validation {
    condition     = var.db_instance_class == "db.serverless" || can(regex("^db\\.(t3|t4g)\\.(medium|large)$", var.db_instance_class)) || can(regex("^db\\.(r5|r6g|r6gd|r6i|r6id|r7g|r7i|r8g|r8gd|x2g)\\.((2|4|8|12|16|24|32|48)?x)?large$", var.db_instance_class))
    error_message = "db_instance_class must be a class of Aurora PostgreSQL, such as db.t4g.medium, db.r7g.large or db.serverless."
  }
}

variable "db_instance_count" {
  description = "Number of database instances: the first writes, the others read and take over when it fails."
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

variable "container_port" {
  description = "Port that the container listens on; changing it interrupts the service until new tasks are healthy."
  type        = number
  default     = 8080

  # Linux keeps the ports below 1024 for root, and the container does not run as root.
  validation {
    condition     = var.container_port == floor(var.container_port) && var.container_port >= 1024 && var.container_port <= 65535
    error_message = "container_port must be from 1024 to 65535."
  }
}

variable "health_check_path" {
  description = "Path that answers 200 while the application can take requests."
  type        = string
  default     = "/health"

  validation {
    condition     = can(regex("^/[A-Za-z0-9_.~!$&'()*+,;=:@%/?-]*$", var.health_check_path)) && length(var.health_check_path) <= 1024
    error_message = "health_check_path must be a path such as /health."
  }
}

variable "image_tag" {
  description = "Tag of the image to run; null only until the first image is pushed, so that no task is started."
  type        = string
  default     = null

  validation {
    condition     = var.image_tag == null || can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", var.image_tag))
    error_message = "image_tag must be a tag of an image in the project's repository, such as 1.0.0."
  }
}

variable "task_count" {
  description = "Range that auto scaling keeps the number of tasks in."
  type = object({
    min = number
    max = number
  })
  default = {
    min = 2
    max = 6
  }

  validation {
    condition     = var.task_count.min >= 1 && var.task_count.max >= var.task_count.min
    error_message = "task_count needs a min of at least 1 and a max that is not below it."
  }
}

variable "task_cpu" {
  description = "CPU of a task in units of 1/1024 vCPU."
  type        = number
  default     = 512

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096, 8192, 16384], var.task_cpu)
    error_message = "task_cpu must be 256, 512, 1024, 2048, 4096, 8192 or 16384."
  }
}

variable "task_memory" {
  description = "Memory of a task in MiB."
  type        = number
  default     = 1024

  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
  validation {
    condition = contains(lookup({
      "256"   = [512, 1024, 2048]
      "512"   = range(1024, 4097, 1024)
      "1024"  = range(2048, 8193, 1024)
      "2048"  = range(4096, 16385, 1024)
      "4096"  = range(8192, 30721, 1024)
      "8192"  = range(16384, 61441, 4096)
      "16384" = range(32768, 122881, 8192)
    }, tostring(var.task_cpu), []), var.task_memory)
    error_message = "Fargate does not offer this task_memory with this task_cpu; with 512, for example, it offers 1024, 2048, 3072 and 4096."
  }
}

variable "tmp_size" {
  description = "Size of /tmp in MiB; what is in it is in memory, and counts as the task's."
  type        = number
  default     = 128

  validation {
    condition     = var.tmp_size == floor(var.tmp_size) && var.tmp_size >= 1 && var.tmp_size < var.task_memory
    error_message = "tmp_size must be a whole number of at least 1 and less than task_memory."
  }
}

variable "cpu_architecture" {
  description = "Processor that the image is built for: X86_64 or ARM64."
  type        = string
  default     = "X86_64"

  validation {
    condition     = contains(["X86_64", "ARM64"], var.cpu_architecture)
    error_message = "cpu_architecture must be X86_64 or ARM64."
  }
}

variable "container_user" {
  description = "User and group id that the container runs as."
  type        = string
  default     = "10001:10001"

  validation {
    condition     = can(regex("^[1-9][0-9]*(:[1-9][0-9]*)?$", var.container_user))
    error_message = "container_user must be numeric and not root, such as 10001:10001."
  }
}

variable "app_secret_keys" {
  description = "Keys of the application's secret that each task gets as environment variables of the same name."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for key in var.app_secret_keys : can(regex("^[A-Z_][A-Z0-9_]*$", key))])
    error_message = "app_secret_keys must be names of environment variables, such as PROVIDER_API_KEY."
  }

  validation {
    condition     = length(distinct(var.app_secret_keys)) == length(var.app_secret_keys) && length(setintersection(var.app_secret_keys, ["DB_CREDENTIALS_ARN", "DB_HOST", "DB_NAME", "DB_PASSWORD", "DB_PORT", "DB_READER_HOST", "DB_SSLMODE", "DB_USERNAME", "PORT"])) == 0
    error_message = "app_secret_keys must be distinct and none of the names that the project sets itself."
  }
}

variable "allowed_egress_cidr_blocks" {
  description = "Address ranges that tasks may reach with HTTPS."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = alltrue([for block in var.allowed_egress_cidr_blocks : can(cidrnetmask(block)) && try(cidrhost(block, 0) == split("/", block)[0], false)])
    error_message = "allowed_egress_cidr_blocks must hold IPv4 ranges that start at their first address, such as 203.0.113.0/24."
  }
}

variable "sql_image_tag" {
  description = "Tag of the image that runs SQL, in the project's repository; null takes PostgreSQL's own from the internet."
  type        = string
  default     = null

  # By the prefix the repository tells these images from the application's, and keeps them longer.
  validation {
    condition     = var.sql_image_tag == null || can(regex("^sql-[A-Za-z0-9._-]{1,124}$", var.sql_image_tag))
    error_message = "sql_image_tag must be a tag in the project's repository that starts with sql-, such as sql-1.0.0."
  }
}
