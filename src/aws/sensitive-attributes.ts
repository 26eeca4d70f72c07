/**
 * Attributes that their providers mark as sensitive, of resources and data sources alike, by type. From
 * `terraform providers schema -json` of hashicorp/aws 5.100.0, and from the documents of hashicorp/random and
 * hashicorp/tls.
 */
export const sensitiveAttributes: Readonly<Record<string, readonly string[]>> = {
  aws_cognito_user_pool_client: ['client_secret'],
  aws_db_instance: ['password'],
  aws_docdb_cluster: ['master_password'],
  aws_elasticache_replication_group: ['auth_token'],
  aws_iam_access_key: ['secret', 'ses_smtp_password_v4'],
  aws_rds_cluster: ['master_password'],
  aws_redshift_cluster: ['master_password'],
  aws_secretsmanager_secret_version: ['secret_string', 'secret_binary'],
  aws_ssm_parameter: ['value'],
  random_password: ['result', 'bcrypt_hash'],
  tls_private_key: ['private_key_pem', 'private_key_openssh', 'private_key_pem_pkcs8'],
};
