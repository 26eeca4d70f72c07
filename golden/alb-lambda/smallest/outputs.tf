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

output "application_url" {
  description = "URL of the application."
  value       = local.application_url
}

output "load_balancer_dns_name" {
  description = "DNS name of the load balancer."
  value       = aws_lb.alb.dns_name
}

output "load_balancer_logs_bucket" {
  description = "Bucket that holds the load balancer's access logs."
  value       = aws_s3_bucket.alb_logs.id
}

output "access_logs_bucket" {
  description = "Bucket that holds the access logs of the project's buckets."
  value       = aws_s3_bucket.access_logs.id
}

output "data_bucket" {
  description = "Bucket for the application's files."
  value       = aws_s3_bucket.data.id
}

output "database_endpoint" {
  description = "Host name of the database."
  value       = aws_db_instance.database.address
}

output "database_secret_arn" {
  description = "ARN of the secret that RDS keeps the master user's name and password in."
  value       = aws_db_instance.database.master_user_secret[0].secret_arn
}

output "function_name" {
  description = "Name of the function that answers requests."
  value       = aws_lambda_function.app.function_name
}

output "aws_region" {
  description = "Region that everything is in."
  value       = var.aws_region
}
