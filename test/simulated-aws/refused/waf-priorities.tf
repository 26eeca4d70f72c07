resource "aws_wafv2_web_acl" "this" {
  name  = "twice-one"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  dynamic "rule" {
    for_each = toset(["AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet"])

    content {
      name     = rule.key
      priority = 1

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "twice-one"
    sampled_requests_enabled   = true
  }
}
