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
    sid       = "InstanceEvents"
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
            ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", aws_db_instance.database.identifier],
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
          stat   = "Maximum"
          period = 60
          metrics = [
            ["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", aws_db_instance.database.identifier],
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
          title  = "Instances: CPU, memory and disk (%)"
          region = var.aws_region
          stat   = "Maximum"
          period = 60
          metrics = [
            ["AWS/EC2", "CPUUtilization", "AutoScalingGroupName", aws_autoscaling_group.app.name],
            [local.name_prefix, "mem_used_percent"],
            [local.name_prefix, "disk_used_percent"],
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
          title  = "Instances: healthy and unhealthy"
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

# The load balancer answers by itself where no instance can.
resource "aws_cloudwatch_metric_alarm" "load_balancer_5xx" {
  alarm_name          = "${local.name_prefix}-load-balancer-5xx"
  alarm_description   = "The load balancer has had no answer from an instance for more than ten requests a minute, for three minutes."
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
  alarm_description                     = "One request in a hundred has waited over ${var.latency_threshold_seconds} seconds for an instance, for five minutes."
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

# What somebody should look at whenever it happens, with the patterns of the CIS AWS Foundations Benchmark, to the letter:
# Security Hub takes no others. https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
# The benchmark's other events are everyday ones: each apply changes policies, networks or buckets, and refused calls and
# failed sign-ins happen all day. The trail records them too; README.md tells how to add one.
locals {
  audit_events = {
    # CloudWatch.1
    root-user = {
      happened = "The root user, whom no policy limits, has done something"
      pattern  = "{$.userIdentity.type=\"Root\" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !=\"AwsServiceEvent\"}"
    }
    # CloudWatch.3: users of IAM only. IAM Identity Center and other identity providers ask for MFA themselves.
    sign-in-without-mfa = {
      happened = "An IAM user has signed in to the console without MFA"
      pattern  = "{ ($.eventName = \"ConsoleLogin\") && ($.additionalEventData.MFAUsed != \"Yes\") && ($.userIdentity.type = \"IAMUser\") && ($.responseElements.ConsoleLogin = \"Success\") }"
    }
    # CloudWatch.5
    trail-change = {
      happened = "A trail was created, changed, deleted, started or stopped"
      pattern  = "{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) || ($.eventName=StartLogging) || ($.eventName=StopLogging)}"
    }
    # CloudWatch.7
    key-deletion = {
      happened = "A KMS key was disabled or is to be deleted, and with it all that it encrypts"
      pattern  = "{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}"
    }
  }
}

# Without default_value: AWS charges for a metric in the hours that it has data in, and these hardly ever have any.
resource "aws_cloudwatch_log_metric_filter" "audit" {
  for_each = local.audit_events

  name           = "${local.name_prefix}-${each.key}"
  log_group_name = aws_cloudwatch_log_group.trail.name
  pattern        = each.value.pattern

  metric_transformation {
    namespace = "${local.name_prefix}/audit"
    name      = each.key
    value     = "1"
  }
}

# Without ok_actions: five minutes later the event is as true as before.
resource "aws_cloudwatch_metric_alarm" "audit" {
  for_each = local.audit_events

  alarm_name          = "${local.name_prefix}-audit-${each.key}"
  alarm_description   = "${each.value.happened}."
  namespace           = aws_cloudwatch_log_metric_filter.audit[each.key].metric_transformation[0].namespace
  metric_name         = aws_cloudwatch_log_metric_filter.audit[each.key].metric_transformation[0].name
  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

locals {
  database_size = reverse(split(".", var.db_instance_class))[0]

  # By family the GiB of size large, which each size up multiplies.
  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
  database_memory_bytes = pow(1024, 3) * (
    { m = 8, r = 16, t = 8, x = 32 }[substr(var.db_instance_class, 3, 1)] *
    try({ micro = 0.125, small = 0.25, medium = 0.5, large = 1, xlarge = 2 }[local.database_size], 2 * tonumber(trimsuffix(local.database_size, "xlarge")))
  )
}

# A database always reports, so silence is a failure too.
resource "aws_cloudwatch_metric_alarm" "database_cpu" {
  alarm_name          = "${local.name_prefix}-database-cpu"
  alarm_description   = "The database has used over 80 % of its CPU for ten minutes."
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  period              = 60
  evaluation_periods  = 10
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    DBInstanceIdentifier = aws_db_instance.database.identifier
  }
}

# MySQL's buffers are sized to leave about a fifth; what is left of that keeps the instance from swapping.
resource "aws_cloudwatch_metric_alarm" "database_memory" {
  alarm_name          = "${local.name_prefix}-database-memory"
  alarm_description   = "The database has had under 5 % of its memory free for ten minutes."
  namespace           = "AWS/RDS"
  metric_name         = "FreeableMemory"
  statistic           = "Average"
  comparison_operator = "LessThanThreshold"
  threshold           = floor(local.database_memory_bytes * 0.05)
  period              = 60
  evaluation_periods  = 10
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    DBInstanceIdentifier = aws_db_instance.database.identifier
  }
}

# RDS grows the storage below a tenth, up to db_storage.max and at most once in six hours.
resource "aws_cloudwatch_metric_alarm" "database_storage" {
  alarm_name          = "${local.name_prefix}-database-storage"
  alarm_description   = "The database has under 2 GiB of storage free: it stops when none is left, and grows to db_storage.max only."
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 2 * pow(1024, 3)
  period              = 60
  evaluation_periods  = 10
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    DBInstanceIdentifier = aws_db_instance.database.identifier
  }
}

# MySQL's default on RDS, {DBInstanceClassMemory/12582880}; RDS takes a part of the memory before it
# divides, on the smallest classes more than a fifth.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
resource "aws_cloudwatch_metric_alarm" "database_connections" {
  alarm_name          = "${local.name_prefix}-database-connections"
  alarm_description   = "The database has had over 60 % of the connections that its memory allows by the book, and up to 80 % of those that it really does, for five minutes."
  namespace           = "AWS/RDS"
  metric_name         = "DatabaseConnections"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = floor(local.database_memory_bytes / 12582880 * 0.6)
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    DBInstanceIdentifier = aws_db_instance.database.identifier
  }
}

# RDS never throttles these classes: without credits they borrow, and what a day does not pay back is charged.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Types.html
resource "aws_cloudwatch_metric_alarm" "database_cpu_credits" {
  count = startswith(var.db_instance_class, "db.t") ? 1 : 0

  alarm_name          = "${local.name_prefix}-database-cpu-credits"
  alarm_description   = "The database has had no CPU credits for an hour: it needs more than its class gives, at a price."
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
    DBInstanceIdentifier = aws_db_instance.database.identifier
  }
}

# A name that starts with the instance's, as the policies of topic and key ask of whatever RDS publishes for.
resource "aws_db_event_subscription" "database" {
  name             = local.database_identifier
  sns_topic        = aws_sns_topic.alerts.arn
  source_type      = "db-instance"
  source_ids       = [aws_db_instance.database.identifier]
  event_categories = ["availability", "failover", "failure", "low storage", "recovery"]

  # RDS refuses a topic that it may not publish to.
  depends_on = [aws_sns_topic_policy.alerts]
}

resource "aws_cloudwatch_metric_alarm" "instances_cpu" {
  alarm_name          = "${local.name_prefix}-instances-cpu"
  alarm_description   = "Instances have used over 85 % of their CPU for five minutes: auto scaling is at its maximum or too slow."
  namespace           = "AWS/EC2"
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
    AutoScalingGroupName = aws_autoscaling_group.app.name
  }
}

# Instances report these two themselves, without a dimension, so the fullest of them counts.
resource "aws_cloudwatch_metric_alarm" "instances_memory" {
  alarm_name          = "${local.name_prefix}-instances-memory"
  alarm_description   = "An instance has used over 90 % of its memory for five minutes; at 100 % the application is killed."
  namespace           = local.name_prefix
  metric_name         = "mem_used_percent"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 90
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}

resource "aws_cloudwatch_metric_alarm" "instances_disk" {
  alarm_name          = "${local.name_prefix}-instances-disk"
  alarm_description   = "An instance has used over 85 % of its volume for five minutes."
  namespace           = local.name_prefix
  metric_name         = "disk_used_percent"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}

# Instances that cannot start are never registered, and so never unhealthy: only this alarm sees that none is left.
resource "aws_cloudwatch_metric_alarm" "healthy_hosts" {
  alarm_name          = "${local.name_prefix}-healthy-hosts"
  alarm_description   = "No instance has been healthy for three minutes: the service is down."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  statistic           = "Maximum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    LoadBalancer = aws_lb.alb.arn_suffix
    TargetGroup  = aws_lb_target_group.app.arn_suffix
  }

  # Before there are instances, their silence would be an alarm.
  depends_on = [aws_autoscaling_group.app]
}

resource "aws_cloudwatch_metric_alarm" "unhealthy_hosts" {
  alarm_name          = "${local.name_prefix}-unhealthy-hosts"
  alarm_description   = "An instance has failed its health check for eight minutes, longer than one may take to start."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 8
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

# A refresh that fails leaves the group half old and half new, and an instance that cannot start leaves no metric.
resource "aws_cloudwatch_event_rule" "instances_failed" {
  name        = "${local.name_prefix}-instances-failed"
  description = "Instances of ${aws_autoscaling_group.app.name} that did not start, and refreshes that failed"

  event_pattern = jsonencode({
    source      = ["aws.autoscaling"]
    detail-type = ["EC2 Auto Scaling Instance Refresh Failed", "EC2 Instance Launch Unsuccessful"]
    detail      = { AutoScalingGroupName = [aws_autoscaling_group.app.name] }
  })
}

# Without a role: with one, EventBridge may fail to deliver to an encrypted topic.
resource "aws_cloudwatch_event_target" "instances_failed" {
  rule      = aws_cloudwatch_event_rule.instances_failed.name
  target_id = "alerts"
  arn       = aws_sns_topic.alerts.arn

  # A line to read instead of the event; EventBridge wants it in quotes, and jsonencode would escape the placeholders.
  input_transformer {
    input_paths = {
      what = "$.detail-type"
      time = "$.time"
    }
    input_template = "\"${aws_autoscaling_group.app.name} at <time>: <what>. Why is in the group's activity.\""
  }
}
