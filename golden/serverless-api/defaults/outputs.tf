output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "Ids of the subnets that functions run in."
  value       = aws_subnet.private[*].id
}

output "alerts_topic_arn" {
  description = "ARN of the topic that alarms are sent to."
  value       = aws_sns_topic.alerts.arn
}

output "database_secret_arn" {
  description = "ARN of the secret that RDS keeps the master user's name and password in."
  value       = aws_rds_cluster.aurora.master_user_secret[0].secret_arn
}

output "function_name" {
  description = "Name of the function that answers requests."
  value       = aws_lambda_function.app.function_name
}

output "aws_region" {
  description = "Region that everything is in."
  value       = var.aws_region
}

output "orders_table_name" {
  description = "Name of the table that holds the orders."
  value       = aws_dynamodb_table.orders.name
}

output "application_url" {
  description = "URL of the API, before the path of a method."
  value       = local.application_url
}

output "api_id" {
  description = "Id of the API, by which its logs are called."
  value       = aws_api_gateway_rest_api.api.id
}

output "api_auth" {
  description = "Who may call the API: iam, jwt or none."
  value       = "iam"
}

output "call_api_policy_arn" {
  description = "ARN of the policy that lets a role call the API."
  value       = aws_iam_policy.call_api.arn
}

output "deletion_protection" {
  description = "Whether AWS refuses to delete database and table."
  value       = var.deletion_protection
}

output "create_positions_command" {
  description = "Command that makes the table of positions, once, by the Data API."
  value = join(" ", [
    "aws rds-data execute-statement",
    "--region ${var.aws_region}",
    "--resource-arn ${aws_rds_cluster.aurora.arn}",
    "--secret-arn '${aws_rds_cluster.aurora.master_user_secret[0].secret_arn}'",
    "--database ${var.database_name}",
    "--sql file://functions/positions.sql",
  ])
}
