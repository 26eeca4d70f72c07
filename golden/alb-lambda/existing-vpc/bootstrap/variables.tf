variable "aws_region" {
  description = "AWS region of the state bucket."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.aws_region))
    error_message = "aws_region must be the code of a region, such as us-east-1."
  }
}

variable "project_name" {
  description = "Name of the project whose state is kept."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]+[a-z0-9]$", var.project_name)) && !strcontains(var.project_name, "--") && length(var.project_name) <= 25
    error_message = "project_name must be lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "environment_suffix" {
  description = "Suffix of the environment whose state is kept."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{1,8}$", var.environment_suffix))
    error_message = "environment_suffix must be 1 to 8 lower-case letters and digits."
  }
}

variable "force_destroy" {
  description = "Whether terraform destroy also deletes the state, with all its versions."
  type        = bool
  default     = false
}

variable "kms_deletion_window_days" {
  description = "Days between the deletion of the state's key and the moment it is gone for good."
  type        = number
  default     = 30

  validation {
    condition     = var.kms_deletion_window_days >= 7 && var.kms_deletion_window_days <= 30
    error_message = "kms_deletion_window_days must be from 7 to 30."
  }
}
