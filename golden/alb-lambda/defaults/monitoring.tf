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
          title  = "Function: calls, errors and throttles"
          region = var.aws_region
          stat   = "Sum"
          period = 60
          metrics = [
            ["AWS/Lambda", "Invocations", "FunctionName", aws_lambda_function.app.function_name],
            ["AWS/Lambda", "Errors", "FunctionName", aws_lambda_function.app.function_name],
            ["AWS/Lambda", "Throttles", "FunctionName", aws_lambda_function.app.function_name],
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
          title  = "Function: duration (ms)"
          region = var.aws_region
          period = 60
          metrics = [
            ["AWS/Lambda", "Duration", "FunctionName", aws_lambda_function.app.function_name, { stat = "p50" }],
            ["AWS/Lambda", "Duration", "FunctionName", aws_lambda_function.app.function_name, { stat = "p99" }],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 18
        width  = 12
        height = 6
        properties = {
          title  = "Calls by the load balancer that failed"
          region = var.aws_region
          stat   = "Sum"
          period = 60
          metrics = [
            ["AWS/ApplicationELB", "LambdaUserError", "TargetGroup", aws_lb_target_group.app.arn_suffix, "LoadBalancer", aws_lb.alb.arn_suffix],
            ["AWS/ApplicationELB", "LambdaInternalError", "TargetGroup", aws_lb_target_group.app.arn_suffix, "LoadBalancer", aws_lb.alb.arn_suffix],
          ]
        }
      },
      {
        type   = "metric"
        x      = 12
        y      = 18
        width  = 12
        height = 6
        properties = {
          title  = "Function: healthy and unhealthy"
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

# The load balancer answers by itself where no function can.
resource "aws_cloudwatch_metric_alarm" "load_balancer_5xx" {
  alarm_name          = "${local.name_prefix}-load-balancer-5xx"
  alarm_description   = "The load balancer has had no answer from a function for more than ten requests a minute, for three minutes."
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
  alarm_description                     = "One request in a hundred has waited over ${var.latency_threshold_seconds} seconds for a function, for five minutes."
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

# It answers what it can with an error of its own: this is what ended it, a timeout or want of memory.
resource "aws_cloudwatch_metric_alarm" "function_errors" {
  alarm_name          = "${local.name_prefix}-function-errors"
  alarm_description   = "The function has been ended by an error, a timeout or want of memory, in three of five minutes."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    FunctionName = aws_lambda_function.app.function_name
  }
}

resource "aws_cloudwatch_metric_alarm" "function_throttles" {
  alarm_name          = "${local.name_prefix}-function-throttles"
  alarm_description   = "Calls of the function have been refused for want of concurrency, in three of five minutes."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    FunctionName = aws_lambda_function.app.function_name
  }
}

resource "aws_cloudwatch_metric_alarm" "unhealthy_hosts" {
  alarm_name          = "${local.name_prefix}-unhealthy-hosts"
  alarm_description   = "The function has failed its health check for three minutes."
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

# It may not call the function, or the answer is none that a load balancer understands, or larger than 1 MB: the client gets a 502.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
resource "aws_cloudwatch_metric_alarm" "function_answers" {
  alarm_name          = "${local.name_prefix}-function-answers"
  alarm_description   = "The load balancer could not call the function, or do anything with its answer, in three of five minutes."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "LambdaUserError"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    LoadBalancer = aws_lb.alb.arn_suffix
    TargetGroup  = aws_lb_target_group.app.arn_suffix
  }
}
