tflint {
  required_version = ">= 0.64.0"
}

# Every rule of the ruleset that comes with TFLint. AWS's own ruleset is a download of its own.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
