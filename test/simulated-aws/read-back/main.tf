# As ECS returns both; read-back.test.ts writes them otherwise.
resource "aws_kms_key" "app" {
  description         = "Encrypts the storage of tasks"
  enable_key_rotation = true
}

resource "aws_ecs_cluster" "app" {
  name = "read-back"

  configuration {
    managed_storage_configuration {
      fargate_ephemeral_storage_kms_key_id = aws_kms_key.app.arn
    }
  }
}

resource "aws_ecs_task_definition" "app" {
  family                   = "read-back"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512

  container_definitions = jsonencode([
    {
      name      = "app"
      image     = "public.ecr.aws/docker/library/busybox:1.37"
      essential = true

      linuxParameters = {
        capabilities = { add = [], drop = ["ALL"] }
      }
    },
  ])
}
