resource "aws_sns_topic" "alerts" {
  name              = "${local.name_prefix}-alerts"
  kms_master_key_id = aws_kms_key.alerts.arn
}

data "aws_iam_policy_document" "alerts_topic" {
  statement {
    sid       = "CloudWatchAlarms"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:cloudwatch:${var.aws_region}:${local.account_id}:alarm:${local.name_prefix}-*"]
    }
  }

  statement {
    sid       = "DatabaseEvents"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]

    principals {
      type        = "Service"
      identifiers = ["events.rds.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:rds:${var.aws_region}:${local.account_id}:*:${local.database_identifier}*"]
    }
  }

  # Without a condition: AWS supports none for EventBridge in the policy of a topic.
  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
  statement {
    sid       = "DeploymentEvents"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic_policy" "alerts" {
  arn    = aws_sns_topic.alerts.arn
  policy = data.aws_iam_policy_document.alerts_topic.json
}

# AWS mails a link first; nothing is delivered before somebody follows it.
resource "aws_sns_topic_subscription" "email" {
  count = var.alert_email == null ? 0 : 1

  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = var.alert_email
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.global_name_prefix

  dashboard_body = jsonencode({
    widgets = [
      {
        type   = "metric"
        x      = 0
        y      = 0
        width  = 12
        height = 6
        properties = {
          title  = "Requests, server errors and blocked requests"
          region = var.aws_region
          stat   = "Sum"
          period = 60
          metrics = [
            ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", aws_lb.alb.arn_suffix],
            ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", aws_lb.alb.arn_suffix],
            ["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "LoadBalancer", aws_lb.alb.arn_suffix],
            ["AWS/WAFV2", "BlockedRequests", "WebACL", aws_wafv2_web_acl.alb.name, "Region", var.aws_region, "Rule", "ALL"],
          ]
        }
      },
      {
        type   = "metric"
        x      = 12
        y      = 0
        width  = 12
        height = 6
        properties = {
          title  = "Response time (s)"
          region = var.aws_region
          period = 60
          metrics = [
            ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", aws_lb.alb.arn_suffix, { stat = "p50" }],
            ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", aws_lb.alb.arn_suffix, { stat = "p99" }],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 6
        width  = 12
        height = 6
        properties = {
          title  = "Database: CPU (%)"
          region = var.aws_region
          stat   = "Average"
          period = 60
          metrics = [
            ["AWS/RDS", "CPUUtilization", "DBClusterIdentifier", aws_rds_cluster.aurora.cluster_identifier, "Role", "WRITER"],
            ["AWS/RDS", "CPUUtilization", "DBClusterIdentifier", aws_rds_cluster.aurora.cluster_identifier, "Role", "READER"],
          ]
        }
      },
      {
        type   = "metric"
        x      = 12
        y      = 6
        width  = 12
        height = 6
        properties = {
          title  = "Database: connections"
          region = var.aws_region
          stat   = "Sum"
          period = 60
          metrics = [
            ["AWS/RDS", "DatabaseConnections", "DBClusterIdentifier", aws_rds_cluster.aurora.cluster_identifier],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 12
        width  = 12
        height = 6
        properties = {
          title  = "Tasks: CPU and memory (%)"
          region = var.aws_region
          stat   = "Average"
          period = 60
          metrics = [
            ["AWS/ECS", "CPUUtilization", "ClusterName", aws_ecs_cluster.this.name, "ServiceName", aws_ecs_service.app.name],
            ["AWS/ECS", "MemoryUtilization", "ClusterName", aws_ecs_cluster.this.name, "ServiceName", aws_ecs_service.app.name],
          ]
        }
      },
      {
        type   = "metric"
        x      = 12
        y      = 12
        width  = 12
        height = 6
        properties = {
          title  = "Tasks: healthy and unhealthy"
          region = var.aws_region
          stat   = "Maximum"
          period = 60
          metrics = [
            ["AWS/ApplicationELB", "HealthyHostCount", "TargetGroup", aws_lb_target_group.app.arn_suffix, "LoadBalancer", aws_lb.alb.arn_suffix],
            ["AWS/ApplicationELB", "UnHealthyHostCount", "TargetGroup", aws_lb_target_group.app.arn_suffix, "LoadBalancer", aws_lb.alb.arn_suffix],
          ]
        }
      },
    ]
  })
}

# The load balancer answers by itself where no task can.
resource "aws_cloudwatch_metric_alarm" "load_balancer_5xx" {
  alarm_name          = "${local.name_prefix}-load-balancer-5xx"
  alarm_description   = "The load balancer has had no answer from a task for more than ten requests a minute, for three minutes."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_ELB_5XX_Count"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    LoadBalancer = aws_lb.alb.arn_suffix
  }
}

# Every minute counts, however few its requests: with "ignore" a minute would need a thousand of them.
resource "aws_cloudwatch_metric_alarm" "latency" {
  alarm_name                            = "${local.name_prefix}-latency"
  alarm_description                     = "One request in a hundred has waited over ${var.latency_threshold_seconds} seconds for a task, for five minutes."
  namespace                             = "AWS/ApplicationELB"
  metric_name                           = "TargetResponseTime"
  extended_statistic                    = "p99"
  evaluate_low_sample_count_percentiles = "evaluate"
  comparison_operator                   = "GreaterThanThreshold"
  threshold                             = var.latency_threshold_seconds
  period                                = 60
  evaluation_periods                    = 5
  treat_missing_data                    = "notBreaching"
  alarm_actions                         = [aws_sns_topic.alerts.arn]
  ok_actions                            = [aws_sns_topic.alerts.arn]

  dimensions = {
    LoadBalancer = aws_lb.alb.arn_suffix
  }
}

locals {
  database_size = reverse(split(".", var.db_instance_class))[0]

  # By family the GiB of size large, which each size up multiplies. db.serverless reports free memory as of its maximum.
  # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.Summary.html
  database_memory_gib = local.database_size == "serverless" ? 2 * var.db_serverless_capacity.max : (
    { r = 16, t = 8, x = 32 }[substr(var.db_instance_class, 3, 1)] *
    try({ medium = 0.5, large = 1, xlarge = 2 }[local.database_size], 2 * tonumber(trimsuffix(local.database_size, "xlarge")))
  )
  database_memory_bytes = local.database_memory_gib * pow(1024, 3)

  # Aurora's default, and its limit for db.serverless that may go down to half a unit:
  # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Managing.html
  database_max_connections = min(
    local.database_memory_bytes / 9531392,
    local.database_size == "serverless" && var.db_serverless_capacity.min <= 0.5 ? 2000 : 5000,
  )

  # A database always reports, so silence is a failure too; but for one that pauses when nobody calls it.
  database_silence = local.database_size == "serverless" && var.db_serverless_capacity.min == 0 ? "notBreaching" : "breaching"
}

resource "aws_cloudwatch_metric_alarm" "database_cpu" {
  alarm_name          = "${local.name_prefix}-database-cpu"
  alarm_description   = "The database's writer has used over 80 % of its CPU for ten minutes."
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  period              = 60
  evaluation_periods  = 10
  treat_missing_data  = local.database_silence
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    DBClusterIdentifier = aws_rds_cluster.aurora.cluster_identifier
    Role                = "WRITER"
  }

  # Before there is a writer, its silence would be an alarm.
  depends_on = [aws_rds_cluster_instance.aurora]
}

# AWS recommends about 5 % for Aurora, which uses most of the memory on purpose:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html
resource "aws_cloudwatch_metric_alarm" "database_memory" {
  alarm_name          = "${local.name_prefix}-database-memory"
  alarm_description   = "The database's writer has had under 5 % of its memory free for ten minutes."
  namespace           = "AWS/RDS"
  metric_name         = "FreeableMemory"
  statistic           = "Average"
  comparison_operator = "LessThanThreshold"
  threshold           = floor(local.database_memory_bytes * 0.05)
  period              = 60
  evaluation_periods  = 10
  treat_missing_data  = local.database_silence
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    DBClusterIdentifier = aws_rds_cluster.aurora.cluster_identifier
    Role                = "WRITER"
  }

  # Before there is a writer, its silence would be an alarm.
  depends_on = [aws_rds_cluster_instance.aurora]
}

# A tenth of the class's memory is not PostgreSQL's, so the limit is somewhat below what is reckoned here.
resource "aws_cloudwatch_metric_alarm" "database_connections" {
  alarm_name          = "${local.name_prefix}-database-connections"
  alarm_description   = "The database's writer has had over three quarters of the connections that its memory allows, for five minutes."
  namespace           = "AWS/RDS"
  metric_name         = "DatabaseConnections"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = floor(local.database_max_connections * 0.75)
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    DBClusterIdentifier = aws_rds_cluster.aurora.cluster_identifier
    Role                = "WRITER"
  }
}

# Usually under a tenth of a second:
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Replication.html
resource "aws_cloudwatch_metric_alarm" "database_replica_lag" {
  count = var.db_instance_count > 1 ? 1 : 0

  alarm_name          = "${local.name_prefix}-database-replica-lag"
  alarm_description   = "A reader of the database has been over a second behind the writer for five minutes."
  namespace           = "AWS/RDS"
  metric_name         = "AuroraReplicaLag"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1000
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    DBClusterIdentifier = aws_rds_cluster.aurora.cluster_identifier
    Role                = "READER"
  }
}

# RDS never throttles these classes: without credits they borrow, and what a day does not pay back is charged.
# Each instance has a balance of its own, reported every five minutes.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.Types.html
resource "aws_cloudwatch_metric_alarm" "database_cpu_credits" {
  count = startswith(var.db_instance_class, "db.t") ? var.db_instance_count : 0

  alarm_name          = "${local.name_prefix}-database-${count.index}-cpu-credits"
  alarm_description   = "A database instance has had no CPU credits for an hour: it needs more than its class gives, at a price."
  namespace           = "AWS/RDS"
  metric_name         = "CPUCreditBalance"
  statistic           = "Maximum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 300
  evaluation_periods  = 12
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    DBInstanceIdentifier = aws_rds_cluster_instance.aurora[count.index].identifier
  }
}

# Names that start with the cluster's, as the policies of topic and key ask of whatever RDS publishes for.
resource "aws_db_event_subscription" "cluster" {
  name             = "${local.database_identifier}-cluster"
  sns_topic        = aws_sns_topic.alerts.arn
  source_type      = "db-cluster"
  source_ids       = [aws_rds_cluster.aurora.cluster_identifier]
  event_categories = ["failover", "failure"]

  # RDS refuses a topic that it may not publish to.
  depends_on = [aws_sns_topic_policy.alerts]
}

# RDS does not strike an instance that is gone from a subscription, so another number of them takes another one:
# https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-rds/pull/222
resource "aws_db_event_subscription" "instances" {
  name             = "${local.database_identifier}-instances-${var.db_instance_count}"
  sns_topic        = aws_sns_topic.alerts.arn
  source_type      = "db-instance"
  source_ids       = aws_rds_cluster_instance.aurora[*].identifier
  event_categories = ["availability", "failure", "low storage", "recovery"]

  # RDS refuses a topic that it may not publish to.
  depends_on = [aws_sns_topic_policy.alerts]
}

# While no task runs there is no data, which is no alarm.
resource "aws_cloudwatch_metric_alarm" "ecs_cpu" {
  alarm_name          = "${local.name_prefix}-ecs-cpu"
  alarm_description   = "Tasks have used over 85 % of their CPU for five minutes: auto scaling is at its maximum or too slow."
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    ClusterName = aws_ecs_cluster.this.name
    ServiceName = aws_ecs_service.app.name
  }
}

resource "aws_cloudwatch_metric_alarm" "ecs_memory" {
  alarm_name          = "${local.name_prefix}-ecs-memory"
  alarm_description   = "Tasks have used over 85 % of their memory for five minutes; at 100 % they are killed."
  namespace           = "AWS/ECS"
  metric_name         = "MemoryUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    ClusterName = aws_ecs_cluster.this.name
    ServiceName = aws_ecs_service.app.name
  }
}

# A task that cannot start is never registered, and so never unhealthy: only this alarm sees that none is left.
resource "aws_cloudwatch_metric_alarm" "healthy_hosts" {
  alarm_name          = "${local.name_prefix}-healthy-hosts"
  alarm_description   = "No task has been healthy for three minutes: the service is down."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  statistic           = "Maximum"
  comparison_operator = "LessThanThreshold"
  threshold           = local.task_count_min == 0 ? 0 : 1
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = local.task_count_min == 0 ? "notBreaching" : "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    LoadBalancer = aws_lb.alb.arn_suffix
    TargetGroup  = aws_lb_target_group.app.arn_suffix
  }
}

resource "aws_cloudwatch_metric_alarm" "unhealthy_hosts" {
  alarm_name          = "${local.name_prefix}-unhealthy-hosts"
  alarm_description   = "A task has failed its health check for three minutes."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    LoadBalancer = aws_lb.alb.arn_suffix
    TargetGroup  = aws_lb_target_group.app.arn_suffix
  }
}

resource "aws_cloudwatch_metric_alarm" "target_5xx" {
  alarm_name          = "${local.name_prefix}-target-5xx"
  alarm_description   = "The application has answered more than ten requests a minute with a server error, for three minutes."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_Target_5XX_Count"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    LoadBalancer = aws_lb.alb.arn_suffix
    TargetGroup  = aws_lb_target_group.app.arn_suffix
  }
}

# The circuit breaker goes back to the last release in silence: the service is healthy, and an old one.
resource "aws_cloudwatch_event_rule" "deployment_failed" {
  name        = "${local.name_prefix}-deployment-failed"
  description = "Deployments of ${aws_ecs_service.app.name} that failed"

  event_pattern = jsonencode({
    source      = ["aws.ecs"]
    detail-type = ["ECS Deployment State Change"]
    resources   = [aws_ecs_service.app.id]
    detail      = { eventName = ["SERVICE_DEPLOYMENT_FAILED"] }
  })
}

# Without a role: with one, EventBridge may fail to deliver to an encrypted topic.
resource "aws_cloudwatch_event_target" "deployment_failed" {
  rule      = aws_cloudwatch_event_rule.deployment_failed.name
  target_id = "alerts"
  arn       = aws_sns_topic.alerts.arn

  # A line to read instead of the event; EventBridge wants it in quotes, and jsonencode would escape the placeholders.
  input_transformer {
    input_paths = {
      reason = "$.detail.reason"
      time   = "$.time"
    }
    input_template = "\"A deployment of ${aws_ecs_service.app.name} failed at <time>: <reason>\""
  }
}
