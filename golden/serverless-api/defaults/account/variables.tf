variable "aws_region" {
  description = "AWS region whose API Gateway is to log."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.aws_region))
    error_message = "aws_region must be the code of a region, such as us-east-1."
  }
}
