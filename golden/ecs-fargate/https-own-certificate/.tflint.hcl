tflint {
  required_version = ">= 0.60.0"
}

# Every rule of the ruleset that comes with TFLint. AWS's own is a download; create-secure-infra check looks at AWS's side.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
