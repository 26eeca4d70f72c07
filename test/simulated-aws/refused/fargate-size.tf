resource "aws_ecs_task_definition" "app" {
  family                   = "no-such-size"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 512
  memory                   = 512

  container_definitions = jsonencode([{ name = "app", image = "public.ecr.aws/nginx/nginx:stable", essential = true }])
}
