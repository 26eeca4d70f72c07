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

output "load_balancer_dns_name" {
  description = "DNS name of the load balancer."
  value       = aws_lb.alb.dns_name
}

output "load_balancer_logs_bucket" {
  description = "Bucket that holds the load balancer's access logs."
  value       = aws_s3_bucket.alb_logs.id
}

output "application_url" {
  description = "URL of the application."
  value       = local.application_url
}

output "access_logs_bucket" {
  description = "Bucket that holds the access logs of the project's buckets."
  value       = aws_s3_bucket.access_logs.id
}

output "data_bucket" {
  description = "Bucket for the application's files."
  value       = aws_s3_bucket.data.id
}

output "trail_arn" {
  description = "ARN of the trail."
  value       = aws_cloudtrail.this.arn
}

output "trail_bucket" {
  description = "Bucket that holds the log files of the trail."
  value       = aws_s3_bucket.trail.id
}

output "trail_log_group" {
  description = "Log group that the trail's events can be searched in."
  value       = aws_cloudwatch_log_group.trail.name
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
