tflint {
  required_version = ">= 0.60.0"
}

# Every rule of the ruleset that comes with TFLint; what AWS's own ruleset asks, create-secure-infra check asks too.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
