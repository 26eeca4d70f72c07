output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "Ids of the subnets that tasks run in."
  value       = aws_subnet.private[*].id
}

output "nat_gateway_public_ips" {
  description = "Addresses that outbound traffic comes from, for a partner's allow list."
  value       = aws_eip.nat[*].public_ip
}

output "app_secret_name" {
  description = "Name of the secret for the application's own secrets."
  value       = aws_secretsmanager_secret.app.name
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

output "database_endpoint" {
  description = "Host name of the database's writer."
  value       = aws_rds_cluster.aurora.endpoint
}

output "database_reader_endpoint" {
  description = "Host name that spreads connections over the database's readers."
  value       = aws_rds_cluster.aurora.reader_endpoint
}

output "database_secret_arn" {
  description = "ARN of the secret that RDS keeps the master user's name and password in."
  value       = aws_rds_cluster.aurora.master_user_secret[0].secret_arn
}

output "ecr_repository_url" {
  description = "Repository to push the application's image to."
  value       = aws_ecr_repository.app.repository_url
}

output "ecs_cluster_name" {
  description = "Name of the ECS cluster."
  value       = aws_ecs_cluster.this.name
}

output "ecs_service_name" {
  description = "Name of the ECS service."
  value       = aws_ecs_service.app.name
}

output "application_log_group" {
  description = "Log group of the application."
  value       = aws_cloudwatch_log_group.app.name
}

output "sql_command" {
  description = "Command that runs the statements in the shell's SQL as the master user, and prints the task's ARN, or why there is none."
  value = join(" ", [
    "aws ecs run-task --region ${var.aws_region} --cluster ${aws_ecs_cluster.this.name} --task-definition ${aws_ecs_task_definition.sql.family} --launch-type FARGATE",
    "--network-configuration 'awsvpcConfiguration={subnets=[${join(",", local.private_subnet_ids)}],securityGroups=[${aws_security_group.app.id}],assignPublicIp=DISABLED}'",
    "--overrides '{\"containerOverrides\":[{\"name\":\"sql\",\"environment\":[{\"name\":\"SQL\",\"value\":\"'$(printf %s \"$SQL\" | gzip -9n | base64 | tr -d '\\n')'\"}]}]}'",
    "--query '[tasks[0].taskArn, failures[0].reason]' --output text",
  ])
}

output "sql_log_group" {
  description = "Log group of what SQL printed."
  value       = aws_cloudwatch_log_group.sql.name
}
