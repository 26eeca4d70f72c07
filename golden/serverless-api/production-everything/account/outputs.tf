output "api_gateway_logs_role_arn" {
  description = "ARN of the role with which API Gateway logs."
  value       = aws_iam_role.api_gateway_logs.arn
}
