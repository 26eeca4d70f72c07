# Plans the project against made-up answers of AWS: no account, no credentials, nothing created.
# terraform init -backend=false && terraform test
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = {
      account_id = "123456789012"
    }
  }

  mock_data "aws_partition" {
    defaults = {
      partition = "aws"
    }
  }

  mock_data "aws_availability_zones" {
    defaults = {
      names = ["zone-a", "zone-b", "zone-c", "zone-d"]
    }
  }

  mock_data "aws_iam_policy_document" {
    defaults = {
      json = "{}"
    }
  }

  # OpenTofu makes up AWS's answers while it plans already, and the provider refuses an ARN that is none.
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/made-up" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:af-south-1:123456789012:key/12345678-1234-1234-1234-123456789012" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:af-south-1:123456789012:log-group:made-up" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:af-south-1:123456789012:made-up" }
  }

  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:af-south-1:123456789012:loadbalancer/app/made-up/0123456789abcdef" }
  }

  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:af-south-1:123456789012:regional/webacl/made-up/12345678-1234-1234-1234-123456789012" }
  }

  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:af-south-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
      domain_validation_options = [
        {
          domain_name           = "pay.example.com"
          resource_record_name  = "_0123456789abcdef.pay.example.com"
          resource_record_type  = "CNAME"
          resource_record_value = "_0123456789abcdef.acm-validations.aws"
        },
      ]
    }
  }

  mock_resource "aws_rds_cluster" {
    defaults = {
      master_user_secret = [
        {
          kms_key_id    = "arn:aws:kms:af-south-1:123456789012:key/12345678-1234-1234-1234-123456789012"
          secret_arn    = "arn:aws:secretsmanager:af-south-1:123456789012:secret:rds!cluster-made-up-AbCdEf"
          secret_status = "active"
        },
      ]
    }
  }

  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:af-south-1:123456789012:targetgroup/made-up/0123456789abcdef" }
  }
}

run "as_configured" {
  command = plan

  assert {
    condition     = length(distinct(aws_subnet.private[*].availability_zone)) == var.availability_zone_count && length(distinct(aws_subnet.database[*].availability_zone)) == var.availability_zone_count
    error_message = "Each tier needs a subnet in every zone."
  }

  assert {
    condition     = length(distinct(concat(aws_subnet.public[*].cidr_block, aws_subnet.private[*].cidr_block, aws_subnet.database[*].cidr_block))) == 3 * var.availability_zone_count
    error_message = "No two subnets may have the same range."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == (var.single_nat_gateway ? 1 : var.availability_zone_count) && length(aws_route.private_nat) == var.availability_zone_count
    error_message = "Every private route table needs a NAT gateway."
  }

  assert {
    condition     = aws_lb_listener.http.default_action[0].type == "redirect" && aws_lb_listener.http.default_action[0].redirect[0].status_code == "HTTP_301"
    error_message = "Port 80 must only redirect to HTTPS."
  }

  assert {
    condition     = aws_lb_listener.https.port == 443 && startswith(aws_lb_listener.https.ssl_policy, "ELBSecurityPolicy-TLS13-1-2-")
    error_message = "Port 443 must take TLS 1.2 and 1.3 only."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.latency.extended_statistic == "p99" && aws_cloudwatch_metric_alarm.latency.metric_name == "TargetResponseTime"
    error_message = "The slowest requests must raise an alarm, not the average."
  }

  assert {
    condition     = aws_rds_cluster.aurora.storage_encrypted && aws_rds_cluster.aurora.manage_master_user_password && alltrue([for instance in aws_rds_cluster_instance.aurora : !instance.publicly_accessible])
    error_message = "The database must be encrypted, its password managed by AWS and its instances without a public address."
  }

  assert {
    condition     = aws_rds_cluster.aurora.performance_insights_enabled && alltrue([for instance in aws_rds_cluster_instance.aurora : instance.performance_insights_enabled])
    error_message = "Performance Insights must be on, in the cluster and every instance."
  }

  assert {
    condition     = contains(aws_db_event_subscription.cluster.event_categories, "failover") && length(aws_db_event_subscription.instances.source_ids) == var.db_instance_count
    error_message = "Failovers, and what happens to any instance, must be reported."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.database_from_app.from_port == 5432 && aws_vpc_security_group_ingress_rule.database_from_app.to_port == 5432
    error_message = "The database must be reached on its own port only."
  }

  assert {
    condition     = aws_cloudwatch_event_target.deployment_failed.input_transformer[0].input_paths.reason == "$.detail.reason" && aws_cloudwatch_event_target.deployment_failed.role_arn == null
    error_message = "A deployment that failed must be reported with its reason, and without a role, which keeps it from an encrypted topic."
  }
}

run "refuses_a_name_that_does_not_fit" {
  command = plan

  variables {
    project_name       = "a-name-that-is-far-too-long"
    environment_suffix = "staging1"
  }

  expect_failures = [var.environment_suffix]
}

run "production_data_outlives_mistakes" {
  command = plan

  variables {
    deletion_protection      = true
    force_destroy            = false
    kms_deletion_window_days = 30

    secret_recovery_window_days = 30
  }

  assert {
    condition     = aws_kms_key.logs.deletion_window_in_days == 30
    error_message = "A deleted key must be there to be restored for 30 days."
  }

  assert {
    condition     = aws_secretsmanager_secret.app.recovery_window_in_days == 30
    error_message = "A deleted secret must be there to be restored for 30 days."
  }

  assert {
    condition     = aws_lb.alb.enable_deletion_protection && !aws_s3_bucket.alb_logs.force_destroy
    error_message = "The load balancer must refuse to be deleted, and its logs must be kept."
  }

  assert {
    condition     = aws_rds_cluster.aurora.deletion_protection
    error_message = "The database must refuse to be deleted."
  }

  assert {
    condition     = !aws_ecr_repository.app.force_delete
    error_message = "A repository that holds images must be kept."
  }
}

run "ephemeral_goes_without_a_trace" {
  command = plan

  variables {
    deletion_protection      = false
    force_destroy            = true
    kms_deletion_window_days = 7

    secret_recovery_window_days = 0
  }

  assert {
    condition     = aws_kms_key.logs.deletion_window_in_days == 7
    error_message = "A deleted key must be gone as soon as AWS allows."
  }

  assert {
    condition     = aws_secretsmanager_secret.app.recovery_window_in_days == 0
    error_message = "A deleted secret must give its name free at once."
  }

  assert {
    condition     = !aws_lb.alb.enable_deletion_protection && aws_s3_bucket.alb_logs.force_destroy
    error_message = "The load balancer and its logs must go with terraform destroy."
  }

  assert {
    condition     = !aws_rds_cluster.aurora.deletion_protection
    error_message = "The database must go with terraform destroy."
  }

  assert {
    condition     = aws_ecr_repository.app.force_delete
    error_message = "The repository must go with terraform destroy, images and all."
  }
}

run "refuses_a_region_with_fewer_zones" {
  command = plan

  override_data {
    target = data.aws_availability_zones.available
    values = {
      names = ["zone-a", "zone-c"]
    }
  }

  variables {
    availability_zone_count = 3
  }

  expect_failures = [aws_route_table.public]
}

# Applied, so that the run after it finds subnets that are there.
run "a_subnet_in_each_zone" {
  variables {
    availability_zone_count = 3
  }

  assert {
    condition     = join(",", aws_subnet.private[*].availability_zone) == "zone-a,zone-b,zone-c"
    error_message = "Each zone needs a subnet."
  }
}

run "zones_that_come_and_go_move_no_subnet" {
  command = plan

  override_data {
    target = data.aws_availability_zones.available
    values = {
      names = ["zone-new", "zone-a"]
    }
  }

  variables {
    availability_zone_count = 3
  }

  assert {
    condition     = join(",", aws_subnet.private[*].availability_zone) == "zone-a,zone-b,zone-c"
    error_message = "A subnet must stay in its zone."
  }
}

run "refuses_that_no_request_may_take_time" {
  command = plan

  variables {
    latency_threshold_seconds = 0
  }

  expect_failures = [var.latency_threshold_seconds]
}

run "reached_by_its_name" {
  command = plan

  variables {
    hosted_zone_name = "example.net"
    domain_name      = "shop.example.net"
  }

  assert {
    condition     = output.application_url == "https://shop.example.net" && aws_route53_record.app.name == "shop.example.net"
    error_message = "The application must be reached by its domain name."
  }

  assert {
    condition     = aws_acm_certificate.this.domain_name == "shop.example.net"
    error_message = "The certificate must be for the name that clients use."
  }
}

run "refuses_a_class_that_aurora_does_not_have" {
  command = plan

  variables {
    db_instance_class = "db.t3.micro"
  }

  expect_failures = [var.db_instance_class]
}

run "rotates_the_password_by_the_schedule" {
  command = plan

  variables {
    db_password_rotation_days = 30
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.database.rotation_rules[0].schedule_expression == "rate(30 days)" && !aws_secretsmanager_secret_rotation.database.rotate_immediately
    error_message = "The password must be rotated after the days that were asked for, and not at once."
  }
}

run "alarms_follow_a_burstable_class" {
  command = plan

  variables {
    db_instance_class = "db.t4g.medium"
    db_instance_count = 3
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.database_memory.threshold == 214748364 && aws_cloudwatch_metric_alarm.database_connections.threshold == 337
    error_message = "The alarms must follow from 4 GiB: 5 % of it, and three quarters of the 450 connections that it allows."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.database_cpu_credits) == 3 && length(aws_cloudwatch_metric_alarm.database_replica_lag) == 1
    error_message = "Each burstable instance has credits of its own, and the readers lag together."
  }
}

run "alarms_follow_a_large_class" {
  command = plan

  variables {
    db_instance_class = "db.r7g.2xlarge"
    db_instance_count = 1
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.database_memory.threshold == 3435973836 && aws_cloudwatch_metric_alarm.database_connections.threshold == 3750
    error_message = "The alarms must follow from 64 GiB, and from the 5000 connections that Aurora never exceeds."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.database_cpu_credits) == 0 && length(aws_cloudwatch_metric_alarm.database_replica_lag) == 0
    error_message = "One instance of this class has neither credits nor a reader that could lag."
  }
}

run "alarms_follow_the_capacity_of_serverless" {
  command = plan

  variables {
    db_instance_class      = "db.serverless"
    db_serverless_capacity = { min = 0.5, max = 16 }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.database_memory.threshold == 1717986918 && aws_cloudwatch_metric_alarm.database_connections.threshold == 1500
    error_message = "The alarms must follow from 32 GiB, and from the 2000 connections of a capacity that may go down to half a unit."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.database_cpu.treat_missing_data == "breaching"
    error_message = "A database that never pauses must not be silent."
  }
}

run "a_database_that_pauses_may_be_silent" {
  command = plan

  variables {
    db_instance_class      = "db.serverless"
    db_serverless_capacity = { min = 0, max = 4 }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.database_cpu.treat_missing_data == "notBreaching"
    error_message = "The silence of a database that pauses must be no alarm."
  }
}

run "refuses_a_snapshot_of_an_instance" {
  command = plan

  variables {
    db_snapshot_identifier = "arn:aws:rds:af-south-1:123456789012:snapshot:ledger"
  }

  expect_failures = [var.db_snapshot_identifier]
}

run "database_insights_in_the_advanced_mode" {
  command = plan

  variables {
    database_insights_mode              = "advanced"
    performance_insights_retention_days = 465
  }

  assert {
    condition     = aws_rds_cluster.aurora.database_insights_mode == "advanced" && aws_rds_cluster.aurora.performance_insights_retention_period == 465 && alltrue([for instance in aws_rds_cluster_instance.aurora : instance.performance_insights_retention_period == 465])
    error_message = "The mode and the days of data must be those that were chosen, in the cluster and every instance."
  }
}

run "first_apply_without_an_image" {
  command = plan

  variables {
    image_tag = null
  }

  assert {
    condition     = aws_ecs_service.app.desired_count == 0
    error_message = "Without an image no task may be started."
  }

  assert {
    condition     = aws_appautoscaling_target.app.min_capacity == 0 && aws_appautoscaling_target.app.max_capacity == 0
    error_message = "Without an image auto scaling may start no task either."
  }
}

run "tasks_once_there_is_an_image" {
  command = plan

  variables {
    image_tag  = "1.0.0"
    task_count = { min = 3, max = 9 }
  }

  assert {
    condition     = aws_appautoscaling_target.app.min_capacity == 3 && aws_appautoscaling_target.app.max_capacity == 9
    error_message = "Auto scaling must keep the number of tasks within task_count."
  }

  assert {
    condition     = aws_appautoscaling_policy.cpu.target_tracking_scaling_policy_configuration[0].scale_out_cooldown == 60 && aws_appautoscaling_policy.cpu.target_tracking_scaling_policy_configuration[0].scale_in_cooldown == 300
    error_message = "Scaling out must be fast and scaling in slow."
  }
}

run "names_and_tags" {
  command = plan

  variables {
    project_name       = "ledger"
    environment_suffix = "qa7"
  }

  assert {
    condition     = aws_lb.alb.name == "ledger-qa7-alb" && aws_rds_cluster.aurora.cluster_identifier == "ledger-qa7-aurora" && can(regex("^ledger-qa7-[a-z]{3,4}[0-9]-alb-logs-123456789012$", aws_s3_bucket.alb_logs.bucket))
    error_message = "Every name must carry project and suffix, and the bucket's the region and the account too."
  }

  assert {
    condition     = local.common_tags.Project == "ledger" && local.common_tags.Environment == "qa7"
    error_message = "Every resource must be tagged with project and suffix."
  }
}

run "refuses_a_memory_that_fargate_does_not_offer" {
  command = plan

  variables {
    task_cpu    = 256
    task_memory = 4096
  }

  expect_failures = [var.task_memory]
}

# Applied, because containers are told what only exists then.
run "sql_by_an_image_of_the_repository" {
  variables {
    sql_image_tag = "sql-1.0.0"
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.sql.container_definitions)[0].image == "${aws_ecr_repository.app.repository_url}:sql-1.0.0"
    error_message = "sql_image_tag must name an image of the project's repository."
  }
}

run "refuses_an_image_from_elsewhere" {
  command = plan

  variables {
    sql_image_tag = "example.com/sql:1.0.0"
  }

  expect_failures = [var.sql_image_tag]
}
