output "vpc_id" {
  description = "Id of the VPC."
  value       = local.vpc_id
}

output "private_subnet_ids" {
  description = "Ids of the subnets that instances run in."
  value       = local.private_subnet_ids
}

output "app_secret_name" {
  description = "Name of the secret for the application's own secrets."
  value       = aws_secretsmanager_secret.app.name
}

output "alerts_topic_arn" {
  description = "ARN of the topic that alarms are sent to."
  value       = aws_sns_topic.alerts.arn
}

output "application_url" {
  description = "URL of the load balancer; the certificate is valid for its own names only, so point one of them here with a CNAME record."
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

output "autoscaling_group_name" {
  description = "Name of the Auto Scaling group."
  value       = aws_autoscaling_group.app.name
}

output "autoscaling_group_arn" {
  description = "ARN of the Auto Scaling group; scripts/wait-for-refresh.sh reads its region and name from it."
  value       = aws_autoscaling_group.app.arn
}

output "release_bucket" {
  description = "Bucket to upload releases to."
  value       = aws_s3_bucket.releases.id
}

output "application_log_group" {
  description = "Log group of the application."
  value       = aws_cloudwatch_log_group.instances["app"].name
}

output "instance_role_arn" {
  description = "ARN of the role of the instances, and so of the application."
  value       = aws_iam_role.instance.arn
}

output "sql_target" {
  description = "What scripts/sql.sh reads: region, Auto Scaling group, host, port and name of the database, and the master user's secret."
  value = join(" ", [
    var.aws_region,
    aws_autoscaling_group.app.name,
    aws_db_instance.database.address,
    aws_db_instance.database.port,
    aws_db_instance.database.db_name,
    aws_db_instance.database.master_user_secret[0].secret_arn,
  ])
}
