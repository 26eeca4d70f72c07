resource "aws_db_instance" "database" {
  identifier                  = "no-such-class"
  engine                      = "postgres"
  engine_version              = "17"
  instance_class              = "db.t4g.3xlarge"
  allocated_storage           = 20
  username                    = "dbadmin"
  manage_master_user_password = true
  skip_final_snapshot         = true
}
