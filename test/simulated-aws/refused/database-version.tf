resource "aws_rds_cluster" "database" {
  cluster_identifier          = "no-such-version"
  engine                      = "aurora-postgresql"
  engine_version              = "9.6"
  master_username             = "dbadmin"
  manage_master_user_password = true
  skip_final_snapshot         = true
}
