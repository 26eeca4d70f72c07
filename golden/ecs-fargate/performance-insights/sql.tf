locals {
  # PostgreSQL's own image, of the server's version: it brings the client.
  sql_image = var.sql_image_tag == null ? "public.ecr.aws/docker/library/postgres:${var.db_engine_version}" : "${aws_ecr_repository.app.repository_url}:${var.sql_image_tag}"
}

resource "aws_cloudwatch_log_group" "sql" {
  name              = "/ecs/${local.name_prefix}/sql"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
}

# Runs SQL as the master user, for migrations and for people: no service runs it, scripts/sql.sh does.
resource "aws_ecs_task_definition" "sql" {
  family                   = "${local.name_prefix}-sql"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.sql_execution.arn

  container_definitions = jsonencode([
    {
      name      = "sql"
      image     = local.sql_image
      essential = true
      user      = var.container_user

      # SQL holds the statements, compressed and in base64, so that neither a shell nor JSON reads a character of them.
      command = [
        "bash", "-euo", "pipefail", "-c",
        ": \"$${SQL:?no statement was given}\"; printf %s \"$SQL\" | base64 -d | gunzip | psql --no-psqlrc --set ON_ERROR_STOP=1",
      ]

      readonlyRootFilesystem = true

      # ECS answers with an empty list of added capabilities; unsaid, every plan would replace the task definition.
      linuxParameters = {
        capabilities       = { add = [], drop = ["ALL"] }
        initProcessEnabled = true

        tmpfs = [
          {
            containerPath = "/tmp"
            size          = 64
            mountOptions  = ["rw", "noexec", "nosuid", "nodev"]
          },
        ]
      }

      # What PostgreSQL's client, and most of what migrates databases, read by themselves.
      environment = [
        { name = "PGCONNECT_TIMEOUT", value = "30" },
        { name = "PGDATABASE", value = aws_rds_cluster.aurora.database_name },
        { name = "PGHOST", value = aws_rds_cluster.aurora.endpoint },
        { name = "PGPORT", value = tostring(aws_rds_cluster.aurora.port) },
        { name = "PGSSLMODE", value = "require" },
      ]

      secrets = [
        { name = "PGPASSWORD", valueFrom = "${aws_rds_cluster.aurora.master_user_secret[0].secret_arn}:password::" },
        { name = "PGUSER", valueFrom = "${aws_rds_cluster.aurora.master_user_secret[0].secret_arn}:username::" },
      ]

      # What a migration said is never dropped; it waits instead.
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.sql.name
          awslogs-region        = var.aws_region
          awslogs-stream-prefix = "sql"
          mode                  = "blocking"
        }
      }
    },
  ])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.cpu_architecture
  }

  depends_on = [aws_iam_role_policy.sql_execution]
}
