# Where the application's own secrets go, as a JSON object; RDS makes the database's secret itself.
# Terraform manages no value: it would write the first one again once AWS has retired that version.
# The suffix is not last in the name: AWS appends a hyphen and six characters, and a name that ends alike is ambiguous.
resource "aws_secretsmanager_secret" "app" {
  #checkov:skip=CKV2_AWS_57:It holds keys that third parties issue, which AWS cannot rotate; RDS rotates the database's own secret.
  name                    = "${var.project_name}/${var.environment_suffix}/app"
  description             = "Secrets of the application, a JSON object of texts"
  kms_key_id              = aws_kms_key.secrets.arn
  recovery_window_in_days = var.secret_recovery_window_days
}
