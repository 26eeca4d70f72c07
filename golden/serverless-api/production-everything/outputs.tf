output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "Ids of the subnets that functions run in."
  value       = aws_subnet.private[*].id
}

output "nat_gateway_public_ips" {
  description = "Addresses that outbound traffic comes from, for a partner's allow list."
  value       = aws_eip.nat[*].public_ip
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

output "api_id" {
  description = "Id of the API, by which its logs are called."
  value       = aws_api_gateway_rest_api.api.id
}

output "api_auth" {
  description = "Who may call the API: iam, jwt or none."
  value       = "jwt"
}

output "application_url" {
  description = "URL of the application."
  value       = local.application_url
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
