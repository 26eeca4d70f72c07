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
    defaults = { arn = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:made-up" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:123456789012:made-up" }
  }

  mock_resource "aws_rds_cluster" {
    defaults = {
      master_user_secret = [
        {
          kms_key_id    = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
          secret_arn    = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-made-up-AbCdEf"
          secret_status = "active"
        },
      ]
    }
  }

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:us-east-1:123456789012:table/made-up" }
  }

  mock_resource "aws_lambda_function" {
    defaults = {
      arn        = "arn:aws:lambda:us-east-1:123456789012:function:made-up"
      invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:made-up/invocations"
    }
  }

  mock_resource "aws_api_gateway_rest_api" {
    defaults = { execution_arn = "arn:aws:execute-api:us-east-1:123456789012:made-up" }
  }

  mock_resource "aws_api_gateway_stage" {
    defaults = { arn = "arn:aws:apigateway:us-east-1:123456789012:/restapis/made-up/stages/v1" }
  }

  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/made-up/12345678-1234-1234-1234-123456789012" }
  }
}

run "as_configured" {
  command = plan

  assert {
    condition     = length(distinct(aws_subnet.private[*].availability_zone)) == var.availability_zone_count && length(distinct(aws_subnet.database[*].availability_zone)) == var.availability_zone_count
    error_message = "Each tier needs a subnet in every zone."
  }

  assert {
    condition     = length(distinct(concat(aws_subnet.private[*].cidr_block, aws_subnet.database[*].cidr_block))) == 2 * var.availability_zone_count
    error_message = "No two subnets may have the same range."
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
    condition     = aws_lambda_function.app.tracing_config[0].mode == "Active"
    error_message = "The function must be traced."
  }

  assert {
    condition     = aws_dynamodb_table.orders.point_in_time_recovery[0].enabled && aws_dynamodb_table.orders.server_side_encryption[0].enabled && aws_dynamodb_table.orders.ttl[0].enabled
    error_message = "The table must be encrypted, restorable to any second, and rid of orders that have expired."
  }

  assert {
    condition     = alltrue([for method in aws_api_gateway_method.api : method.authorization == "AWS_IAM"])
    error_message = "Every method must ask who is calling."
  }

  assert {
    condition     = aws_api_gateway_method_settings.api.settings[0].logging_level == "ERROR" && !aws_api_gateway_method_settings.api.settings[0].data_trace_enabled && aws_api_gateway_stage.api.xray_tracing_enabled
    error_message = "Errors must be logged, without what callers sent, and requests traced."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.latency.extended_statistic == "p99" && aws_cloudwatch_metric_alarm.latency.metric_name == "Latency"
    error_message = "The slowest requests must raise an alarm, not the average."
  }

  assert {
    condition     = aws_lambda_function.app.timeout < 29
    error_message = "The function must have given up before API Gateway does."
  }
}

run "refuses_a_name_that_does_not_fit" {
  command = plan

  variables {
    project_name       = "a-name-that-is-far-too-longr"
    environment_suffix = "staging1"
  }

  expect_failures = [var.environment_suffix]
}

run "production_data_outlives_mistakes" {
  command = plan

  variables {
    deletion_protection      = true
    kms_deletion_window_days = 30
  }

  assert {
    condition     = aws_kms_key.logs.deletion_window_in_days == 30
    error_message = "A deleted key must be there to be restored for 30 days."
  }

  assert {
    condition     = aws_rds_cluster.aurora.deletion_protection
    error_message = "The database must refuse to be deleted."
  }

  assert {
    condition     = aws_dynamodb_table.orders.deletion_protection_enabled
    error_message = "The table must refuse to be deleted."
  }
}

run "ephemeral_goes_without_a_trace" {
  command = plan

  variables {
    deletion_protection      = false
    kms_deletion_window_days = 7
  }

  assert {
    condition     = aws_kms_key.logs.deletion_window_in_days == 7
    error_message = "A deleted key must be gone as soon as AWS allows."
  }

  assert {
    condition     = !aws_rds_cluster.aurora.deletion_protection
    error_message = "The database must go with terraform destroy."
  }

  assert {
    condition     = !aws_dynamodb_table.orders.deletion_protection_enabled
    error_message = "The table must go with terraform destroy."
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

  expect_failures = [aws_route_table.database]
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
    condition     = length(aws_cloudwatch_metric_alarm.database_replica_lag) == 0
    error_message = "One instance has no reader that could lag."
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
    db_snapshot_identifier = "arn:aws:rds:us-east-1:123456789012:snapshot:ledger"
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

run "refuses_that_no_request_may_take_time" {
  command = plan

  variables {
    latency_threshold_seconds = 0
  }

  expect_failures = [var.latency_threshold_seconds]
}
