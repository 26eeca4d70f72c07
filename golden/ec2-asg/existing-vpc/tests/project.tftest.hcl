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

  mock_data "aws_vpc" {
    defaults = {
      enable_dns_support   = true
      enable_dns_hostnames = true
      cidr_block_associations = [
        {
          association_id = "vpc-cidr-assoc-0123456789abcdef0"
          cidr_block     = "10.0.0.0/16"
          state          = "associated"
        },
      ]
    }
  }

  # Each in a zone of its own, which Terraform makes up. OpenTofu makes up one for all, and the plan refuses that.
  mock_data "aws_subnet" {
    defaults = {
      vpc_id = "vpc-0123456789abcdef0"
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

  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/made-up/0123456789abcdef" }
  }

  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/made-up/12345678-1234-1234-1234-123456789012" }
  }

  mock_resource "aws_db_instance" {
    defaults = {
      master_user_secret = [
        {
          kms_key_id    = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
          secret_arn    = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-made-up-AbCdEf"
          secret_status = "active"
        },
      ]
    }
  }

  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/made-up/0123456789abcdef" }
  }

  mock_resource "aws_iam_service_linked_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_made-up" }
  }

  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0" }
  }
}

run "as_configured" {
  command = plan

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
    condition     = alltrue([for rule in aws_s3_bucket_server_side_encryption_configuration.access_logs.rule : rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"])
    error_message = "S3 delivers access logs only to a bucket with S3-managed keys."
  }

  assert {
    condition     = alltrue([for rule in aws_s3_bucket_server_side_encryption_configuration.data.rule : rule.bucket_key_enabled && rule.apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"])
    error_message = "The application's files must be encrypted with a key of the project."
  }

  assert {
    condition     = aws_db_instance.database.storage_encrypted && aws_db_instance.database.manage_master_user_password && !aws_db_instance.database.publicly_accessible
    error_message = "The database must be encrypted, its password managed by AWS and without a public address."
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.database.parameter : parameter.value if parameter.name == "require_secure_transport"]) == "1"
    error_message = "The database must refuse connections without TLS."
  }

  assert {
    condition     = length(setsubtract(aws_db_instance.database.enabled_cloudwatch_logs_exports, keys(aws_cloudwatch_log_group.database))) == 0 && contains(aws_db_instance.database.enabled_cloudwatch_logs_exports, "slowquery")
    error_message = "Every log that is exported needs its group before, and slow statements must be logged."
  }

  assert {
    condition     = aws_db_instance.database.performance_insights_enabled
    error_message = "Performance Insights must be on."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.database_from_app.from_port == 3306 && aws_vpc_security_group_ingress_rule.database_from_app.to_port == 3306
    error_message = "The database must be reached on its own port only."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.app_from_alb.from_port == 443 && aws_vpc_security_group_ingress_rule.app_from_alb.to_port == 443 && aws_lb_target_group.app.protocol == "HTTPS" && aws_lb_target_group.app.health_check[0].protocol == "HTTPS"
    error_message = "Instances must be reached by TLS only."
  }

  assert {
    condition     = aws_launch_template.app.metadata_options[0].http_tokens == "required" && aws_launch_template.app.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "The role's credentials must be out of reach for requests that are passed on."
  }

  assert {
    condition     = aws_launch_template.app.block_device_mappings[0].ebs[0].encrypted == "true" && aws_launch_template.app.key_name == null
    error_message = "Volumes must be encrypted, and no instance may have a key for SSH."
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
    condition     = !aws_s3_bucket.access_logs.force_destroy
    error_message = "The access logs of the buckets must be kept."
  }

  assert {
    condition     = !aws_s3_bucket.data.force_destroy
    error_message = "A bucket that holds the application's files must be kept."
  }

  assert {
    condition     = aws_db_instance.database.deletion_protection
    error_message = "The database must refuse to be deleted."
  }

  assert {
    condition     = !aws_s3_bucket.releases.force_destroy
    error_message = "The bucket that holds the releases must be kept."
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
    condition     = aws_s3_bucket.access_logs.force_destroy
    error_message = "The access logs of the buckets must go with terraform destroy."
  }

  assert {
    condition     = aws_s3_bucket.data.force_destroy
    error_message = "The application's files must go with terraform destroy."
  }

  assert {
    condition     = !aws_db_instance.database.deletion_protection
    error_message = "The database must go with terraform destroy."
  }

  assert {
    condition     = aws_s3_bucket.releases.force_destroy
    error_message = "The releases must go with terraform destroy."
  }
}

run "refuses_that_no_request_may_take_time" {
  command = plan

  variables {
    latency_threshold_seconds = 0
  }

  expect_failures = [var.latency_threshold_seconds]
}

run "data_is_logged_and_can_be_restored" {
  command = plan

  variables {
    project_name                = "ledger"
    environment_suffix          = "qa7"
    data_version_retention_days = 45
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.data.rule[0].noncurrent_version_expiration[0].noncurrent_days == 45 && aws_s3_bucket_versioning.data.versioning_configuration[0].status == "Enabled"
    error_message = "A file that was overwritten or deleted must be there to be restored for data_version_retention_days."
  }

  assert {
    condition     = can(regex("^ledger-qa7-[a-z]{3,4}[0-9]-data-123456789012$", aws_s3_bucket.data.bucket)) && aws_s3_bucket_logging.data.target_prefix == "data/"
    error_message = "The bucket must be named after project, suffix, region and account, and its access logs must be told from others."
  }
}

run "refuses_to_keep_old_versions_for_no_time" {
  command = plan

  variables {
    data_version_retention_days = 0
  }

  expect_failures = [var.data_version_retention_days]
}

run "refuses_a_class_that_rds_does_not_have" {
  command = plan

  variables {
    db_instance_class = "db.serverless"
  }

  expect_failures = [var.db_instance_class]
}

run "refuses_a_class_without_performance_insights" {
  command = plan

  variables {
    db_instance_class = "db.t4g.small"
  }

  expect_failures = [var.db_instance_class]
}

run "database_insights_in_the_advanced_mode" {
  command = plan

  variables {
    database_insights_mode              = "advanced"
    performance_insights_retention_days = 465
  }

  assert {
    condition     = aws_db_instance.database.database_insights_mode == "advanced" && aws_db_instance.database.performance_insights_retention_period == 465
    error_message = "The mode and the days of data must be those that were chosen."
  }
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

run "logs_every_statement_when_asked_to" {
  command = plan

  variables {
    db_general_log = true
  }

  assert {
    condition     = contains(aws_db_instance.database.enabled_cloudwatch_logs_exports, "general") && contains(keys(aws_cloudwatch_log_group.database), "general")
    error_message = "The general log must be exported, to a group of the project."
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.database.parameter : parameter.value if parameter.name == "general_log"]) == "1"
    error_message = "MySQL must write the general log."
  }
}

run "alarms_follow_a_burstable_class" {
  command = plan

  variables {
    db_instance_class = "db.t4g.medium"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.database_memory.threshold == 214748364 && aws_cloudwatch_metric_alarm.database_connections.threshold == 256
    error_message = "The alarms must follow from 4 GiB: 5 % of it, and three quarters of the 341 connections that it allows."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.database_cpu_credits) == 1
    error_message = "A burstable instance has credits that can run out."
  }
}

run "alarms_follow_a_large_class" {
  command = plan

  variables {
    db_instance_class = "db.r7g.2xlarge"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.database_memory.threshold == 3435973836 && length(aws_cloudwatch_metric_alarm.database_cpu_credits) == 0
    error_message = "The alarms must follow from 64 GiB, and no credits can run out."
  }
}

run "refuses_storage_that_cannot_grow" {
  command = plan

  variables {
    db_storage = { allocated = 100, max = 110 }
  }

  expect_failures = [var.db_storage]
}

run "refuses_a_snapshot_of_a_cluster" {
  command = plan

  variables {
    db_snapshot_identifier = "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:ledger"
  }

  expect_failures = [var.db_snapshot_identifier]
}

# Applied, because what instances are told only exists then.
run "first_apply_without_a_release" {
  variables {
    release_version = null
    instance_count  = { min = 3, max = 5 }
  }

  assert {
    condition     = strcontains(base64decode(aws_launch_template.app.user_data), "RELEASE_VERSION=''\n")
    error_message = "Without a release the instances must be told of none."
  }

  assert {
    condition     = aws_autoscaling_group.app.min_elb_capacity == 3 && aws_autoscaling_group.app.health_check_type == "ELB"
    error_message = "The first apply must end with instances that the load balancer finds healthy."
  }
}

run "instances_run_the_release" {
  variables {
    release_version   = "1.0.0"
    instance_packages = ["nodejs22", "python3.13"]
  }

  assert {
    condition     = strcontains(base64decode(aws_launch_template.app.user_data), "RELEASE_VERSION='1.0.0'\n") && strcontains(base64decode(aws_launch_template.app.user_data), "PACKAGES='nodejs22 python3.13'\n")
    error_message = "The instances must be told of the release and of the packages that it needs."
  }
}

run "types_of_arm64_and_of_x86" {
  command = plan

  variables {
    instance_type  = "m7i.large"
    instance_count = { min = 3, max = 9 }
  }

  assert {
    condition     = endswith(aws_launch_template.app.image_id, "-x86_64")
    error_message = "The image must be for the processor of the type."
  }

  assert {
    condition     = aws_autoscaling_group.app.min_size == 3 && aws_autoscaling_group.app.max_size == 9
    error_message = "Auto scaling must keep the number of instances within instance_count."
  }
}

run "images_of_graviton" {
  command = plan

  variables {
    instance_type = "c7gd.xlarge"
  }

  assert {
    condition     = endswith(aws_launch_template.app.image_id, "-arm64")
    error_message = "The image must be for the processor of the type."
  }
}

run "refuses_a_type_of_another_kind" {
  command = plan

  variables {
    instance_type = "t2.micro"
  }

  expect_failures = [var.instance_type]
}

run "names_and_tags" {
  command = plan

  variables {
    project_name       = "ledger"
    environment_suffix = "qa7"
  }

  assert {
    condition     = aws_lb.alb.name == "ledger-qa7-alb" && local.database_identifier == "ledger-qa7-mysql" && can(regex("^ledger-qa7-[a-z]{3,4}[0-9]-releases-123456789012$", aws_s3_bucket.releases.bucket))
    error_message = "Every name must carry project and suffix, and the bucket's the region and the account too."
  }

  assert {
    condition     = contains([for tag in aws_autoscaling_group.app.tag : tag.value if tag.key == "Project" && tag.propagate_at_launch], "ledger") && alltrue([for specification in aws_launch_template.app.tag_specifications : specification.tags.Environment == "qa7"])
    error_message = "Instances, their volumes and their interfaces must be tagged with project and suffix."
  }
}
