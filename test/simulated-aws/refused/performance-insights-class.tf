resource "aws_db_instance" "database" {
  identifier                   = "too-small"
  engine                       = "mysql"
  engine_version               = "8.4"
  instance_class               = "db.t4g.micro"
  allocated_storage            = 20
  username                     = "dbadmin"
  manage_master_user_password  = true
  performance_insights_enabled = true
  skip_final_snapshot          = true
}
